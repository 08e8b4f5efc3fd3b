//! Jobs, events and selections in memory. Clones share what they keep.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::{JobStore, Page, PortError, Stats};
use domain::{Event, Finding, FindingId, Job, JobId, JobStatus, Selection, TenantId};
use jiff::Timestamp;

use crate::cursor::page;
use crate::lock;

/// As many as DynamoDB could take in one transaction.
const MAX_EVENTS: usize = 90;

/// A job store that forgets everything when the program ends.
#[derive(Clone, Debug, Default)]
pub struct MemoryJobs(pub(crate) Arc<Mutex<State>>);

/// Whose job it is, and which.
pub(crate) type Owner = (TenantId, JobId);

/// All there is, under one lock: that makes every change a transaction.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) jobs: BTreeMap<Owner, Job>,
    events: HashMap<Owner, BTreeMap<String, Event>>,
    selections: HashMap<Owner, Selection>,
    pub(crate) findings: HashMap<Owner, BTreeMap<FindingId, Finding>>,
}

impl State {
    /// A tenant's jobs, oldest first.
    fn of(&self, tenant: &TenantId) -> impl DoubleEndedIterator<Item = &Job> {
        let first = (tenant.clone(), JobId::new(""));
        let from = self.jobs.range(first..);
        let own = from.take_while(move |(owner, _)| owner.0 == *tenant);
        own.map(|(_, job)| job).collect::<Vec<_>>().into_iter()
    }

    /// Adds events, unless one is there already.
    fn add(&mut self, owner: &Owner, events: &[Event]) -> Result<(), PortError> {
        let kept = self.events.entry(owner.clone()).or_default();
        if events.iter().any(|event| kept.contains_key(&event.id)) {
            return Err(PortError::Conflict);
        }
        kept.extend(events.iter().map(|e| (e.id.clone(), e.clone())));
        Ok(())
    }
}

#[async_trait]
impl JobStore for MemoryJobs {
    async fn create(&self, job: &Job, event: &Event) -> Result<(), PortError> {
        let mut state = lock(&self.0);
        let owner = (job.tenant.clone(), job.id.clone());
        if state.jobs.contains_key(&owner) {
            return Err(PortError::Conflict);
        }
        state.add(&owner, std::slice::from_ref(event))?;
        state.jobs.insert(owner, job.clone());
        Ok(())
    }

    async fn get(&self, tenant: &TenantId, id: &JobId) -> Result<Job, PortError> {
        let owner = (tenant.clone(), id.clone());
        lock(&self.0)
            .jobs
            .get(&owner)
            .cloned()
            .ok_or(PortError::NotFound)
    }

    async fn save(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError> {
        if events.len() > MAX_EVENTS {
            return Err(PortError::Denied);
        }
        let mut state = lock(&self.0);
        let owner = (job.tenant.clone(), job.id.clone());
        let stored = state.jobs.get(&owner).ok_or(PortError::NotFound)?;
        if stored.version != job.version {
            return Err(PortError::Conflict);
        }
        state.add(&owner, events)?;
        if let Some(selection) = selection {
            state.selections.insert(owner.clone(), selection.clone());
        }
        job.version += 1;
        state.jobs.insert(owner, job.clone());
        Ok(())
    }

    async fn list(
        &self,
        tenant: &TenantId,
        status: Option<JobStatus>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Job>, PortError> {
        let state = lock(&self.0);
        let wanted = |job: &&Job| status.is_none_or(|status| job.status == status);
        let jobs = state.of(tenant).rev().filter(wanted);
        let scope = format!("jobs of {tenant}");
        page(jobs, &scope, |job| job.id.as_str(), true, limit, cursor)
    }

    async fn selection(&self, tenant: &TenantId, id: &JobId) -> Result<Selection, PortError> {
        let owner = (tenant.clone(), id.clone());
        let kept = lock(&self.0).selections.get(&owner).cloned();
        Ok(kept.unwrap_or_default())
    }

    async fn events(
        &self,
        tenant: &TenantId,
        id: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, PortError> {
        let state = lock(&self.0);
        let kept = state.events.get(&(tenant.clone(), id.clone()));
        let events = kept.into_iter().flat_map(BTreeMap::values);
        let scope = format!("events of {id} of {tenant}");
        page(events, &scope, |event| &event.id, false, limit, cursor)
    }

    async fn delete(&self, tenant: &TenantId, id: &JobId) -> Result<(), PortError> {
        let mut state = lock(&self.0);
        let owner = (tenant.clone(), id.clone());
        state.jobs.remove(&owner);
        state.events.remove(&owner);
        state.selections.remove(&owner);
        state.findings.remove(&owner);
        Ok(())
    }

    async fn sweep(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError> {
        let state = lock(&self.0);
        let is_due = |job: &&Job| job.is_due(now, stalled_before);
        let mut due: Vec<Job> = state.jobs.values().filter(is_due).cloned().collect();
        due.sort_by_key(|job| job.expires_at);
        due.truncate(limit);
        Ok(due)
    }

    async fn stats(&self, tenant: &TenantId) -> Result<Stats, PortError> {
        let mut stats = Stats::default();
        for job in lock(&self.0).of(tenant) {
            stats.total_jobs += 1;
            stats.completed_jobs += u64::from(job.status == JobStatus::Completed);
            stats.total_secrets_found += job.total_secrets_found;
            stats.total_secrets_cleaned += job.secrets_cleaned;
        }
        Ok(stats)
    }

    async fn ping(&self) -> Result<(), PortError> {
        Ok(())
    }
}
