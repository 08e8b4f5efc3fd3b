//! Findings in memory, beside the jobs that they belong to.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::ports::{FindingStore, Page, PortError};
use domain::{Finding, FindingId, JobId, TenantId};

use crate::cursor::page;
use crate::{MemoryJobs, lock};

/// A finding store over the same memory as a job store: deleting a job deletes its findings.
#[derive(Clone, Debug)]
pub struct MemoryFindings(MemoryJobs);

impl MemoryFindings {
    /// Keeps the findings of these jobs.
    pub fn new(jobs: &MemoryJobs) -> Self {
        Self(jobs.clone())
    }
}

#[async_trait]
impl FindingStore for MemoryFindings {
    async fn put_all(
        &self,
        tenant: &TenantId,
        job: &JobId,
        findings: &[Finding],
    ) -> Result<(), PortError> {
        let mut state = lock(&self.0.0);
        let owner = (tenant.clone(), job.clone());
        if !state.jobs.contains_key(&owner) {
            return Err(PortError::NotFound);
        }
        let kept = state.findings.entry(owner).or_default();
        kept.extend(findings.iter().map(|f| (f.id.clone(), f.condensed())));
        Ok(())
    }

    async fn list(
        &self,
        tenant: &TenantId,
        job: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Finding>, PortError> {
        let state = lock(&self.0.0);
        let kept = state.findings.get(&(tenant.clone(), job.clone()));
        let findings = kept.into_iter().flat_map(BTreeMap::values);
        let scope = format!("findings of {job} of {tenant}");
        page(findings, &scope, |f| f.id.as_str(), false, limit, cursor)
    }

    async fn get(
        &self,
        tenant: &TenantId,
        job: &JobId,
        id: &FindingId,
    ) -> Result<Finding, PortError> {
        let state = lock(&self.0.0);
        let kept = state.findings.get(&(tenant.clone(), job.clone()));
        let finding = kept.and_then(|kept| kept.get(id));
        finding.cloned().ok_or(PortError::NotFound)
    }

    async fn ids(&self, tenant: &TenantId, job: &JobId) -> Result<Vec<FindingId>, PortError> {
        let state = lock(&self.0.0);
        let kept = state.findings.get(&(tenant.clone(), job.clone()));
        Ok(kept.into_iter().flat_map(BTreeMap::keys).cloned().collect())
    }
}
