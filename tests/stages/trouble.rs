//! Stores that make trouble at the n-th call: fail before they do what they are asked, fail after they have done it, or
//! have the job cancelled by somebody else just then.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{
    BlobStore, FindingStore, JobStore, MarkStore, Page, PortError, StageQueue, Stats,
};
use domain::{
    Event, Finding, FindingId, Job, JobId, JobStatus, Marks, Selection, StageMessage, TenantId,
};
use jiff::Timestamp;

use crate::bench::{Bench, Ports, unavailable};

/// What happens at the chosen call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It fails, and nothing was done.
    Before,
    /// It is done, and the answer is lost.
    After,
    /// The job is cancelled first.
    Cancelled,
}

impl Trouble {
    /// The ways in which a stage is stopped midway.
    pub(crate) const STOPS: [Self; 2] = [Self::Before, Self::After];
}

struct Fuse {
    left: AtomicUsize,
    trouble: Trouble,
    plain: Ports,
    job: Job,
}

/// The ports of a bench, with a fuse before them.
#[derive(Clone)]
pub(crate) struct Fused(Arc<Fuse>);

impl Fused {
    /// Trouble for `job` at call number `n`, from 0.
    pub(crate) fn new(bench: &Bench, job: &Job, trouble: Trouble, n: usize) -> Self {
        let (left, plain, job) = (AtomicUsize::new(n + 1), bench.ports(), job.clone());
        Self(Arc::new(Fuse {
            left,
            trouble,
            plain,
            job,
        }))
    }

    pub(crate) fn ports(&self) -> Ports {
        let fused = Arc::new(self.clone());
        Ports {
            jobs: fused.clone(),
            findings: fused.clone(),
            marks: fused.clone(),
            blobs: fused.clone(),
            queue: fused,
        }
    }

    /// Whether there were as many calls.
    pub(crate) fn has_blown(&self) -> bool {
        self.0.left.load(Ordering::SeqCst) == 0
    }

    async fn call<T>(
        &self,
        work: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        let count = |left: usize| left.checked_sub(1);
        let is_now = self
            .0
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, count)
            == Ok(1);
        match self.0.trouble {
            Trouble::Before if is_now => Err(unavailable()),
            Trouble::After if is_now => work.await.and(Err(unavailable())),
            Trouble::Cancelled if is_now => {
                self.cancel().await;
                work.await
            }
            Trouble::Before | Trouble::After | Trouble::Cancelled => work.await,
        }
    }

    async fn cancel(&self) {
        let jobs = &self.0.plain.jobs;
        let mut job = jobs.get(&self.0.job.tenant, &self.0.job.id).await.unwrap();
        let now = job.updated_at;
        if let Ok(event) = job.transition(JobStatus::Cancelled, "cancelled by its owner", now) {
            jobs.save(&mut job, &[event], None).await.unwrap();
        }
    }
}

#[async_trait]
impl JobStore for Fused {
    async fn create(&self, job: &Job, event: &Event) -> Result<(), PortError> {
        self.call(self.0.plain.jobs.create(job, event)).await
    }

    async fn get(&self, tenant: &TenantId, id: &JobId) -> Result<Job, PortError> {
        self.call(self.0.plain.jobs.get(tenant, id)).await
    }

    async fn save(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError> {
        self.call(self.0.plain.jobs.save(job, events, selection))
            .await
    }

    async fn list(
        &self,
        tenant: &TenantId,
        status: Option<JobStatus>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Job>, PortError> {
        self.call(self.0.plain.jobs.list(tenant, status, limit, cursor))
            .await
    }

    async fn selection(&self, tenant: &TenantId, id: &JobId) -> Result<Selection, PortError> {
        self.call(self.0.plain.jobs.selection(tenant, id)).await
    }

    async fn events(
        &self,
        tenant: &TenantId,
        id: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, PortError> {
        self.call(self.0.plain.jobs.events(tenant, id, limit, cursor))
            .await
    }

    async fn delete(&self, tenant: &TenantId, id: &JobId) -> Result<(), PortError> {
        self.call(self.0.plain.jobs.delete(tenant, id)).await
    }

    async fn sweep(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError> {
        self.call(self.0.plain.jobs.sweep(now, stalled_before, limit))
            .await
    }

    async fn stats(&self, tenant: &TenantId) -> Result<Stats, PortError> {
        self.call(self.0.plain.jobs.stats(tenant)).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.call(self.0.plain.jobs.ping()).await
    }
}

#[async_trait]
impl FindingStore for Fused {
    async fn put_all(
        &self,
        tenant: &TenantId,
        job: &JobId,
        findings: &[Finding],
    ) -> Result<(), PortError> {
        self.call(self.0.plain.findings.put_all(tenant, job, findings))
            .await
    }

    async fn list(
        &self,
        tenant: &TenantId,
        job: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Finding>, PortError> {
        self.call(self.0.plain.findings.list(tenant, job, limit, cursor))
            .await
    }

    async fn get(
        &self,
        tenant: &TenantId,
        job: &JobId,
        id: &FindingId,
    ) -> Result<Finding, PortError> {
        self.call(self.0.plain.findings.get(tenant, job, id)).await
    }

    async fn ids(&self, tenant: &TenantId, job: &JobId) -> Result<Vec<FindingId>, PortError> {
        self.call(self.0.plain.findings.ids(tenant, job)).await
    }
}

#[async_trait]
impl MarkStore for Fused {
    async fn marks(&self, tenant: &TenantId) -> Result<Marks, PortError> {
        self.call(self.0.plain.marks.marks(tenant)).await
    }

    async fn mark(&self, tenant: &TenantId, marks: &Marks) -> Result<(), PortError> {
        self.call(self.0.plain.marks.mark(tenant, marks)).await
    }

    async fn unmark(&self, tenant: &TenantId, ids: &BTreeSet<FindingId>) -> Result<(), PortError> {
        self.call(self.0.plain.marks.unmark(tenant, ids)).await
    }
}

#[async_trait]
impl BlobStore for Fused {
    async fn put_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        self.call(self.0.plain.blobs.put_file(key, file)).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        self.call(self.0.plain.blobs.get_file(key, file)).await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), PortError> {
        self.call(self.0.plain.blobs.put(key, bytes, content_type))
            .await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError> {
        self.call(self.0.plain.blobs.get(key)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, PortError> {
        self.call(self.0.plain.blobs.list(prefix)).await
    }

    async fn delete_prefix(&self, prefix: &str) -> Result<(), PortError> {
        self.call(self.0.plain.blobs.delete_prefix(prefix)).await
    }

    async fn presign(
        &self,
        key: &str,
        file_name: &str,
        valid: Duration,
    ) -> Result<String, PortError> {
        self.call(self.0.plain.blobs.presign(key, file_name, valid))
            .await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.call(self.0.plain.blobs.ping()).await
    }
}

#[async_trait]
impl StageQueue for Fused {
    async fn send(&self, message: &StageMessage) -> Result<(), PortError> {
        self.call(self.0.plain.queue.send(message)).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.call(self.0.plain.queue.ping()).await
    }
}
