//! Stores that are down, or in which somebody else always writes first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use domain::ports::{JobStore, Page, PolicyStore, PortError, Stats};
use domain::{
    Event, Job, JobId, JobStatus, PolicyCatalog, PolicyVersion, ScanPolicy, Selection, TenantId,
};
use jiff::Timestamp;
use local::{MemoryJobs, MemoryPolicies};

/// Jobs in memory, with trouble on demand. Clones share.
#[derive(Clone, Default)]
pub(crate) struct ShakyJobs {
    plain: MemoryJobs,
    down: Arc<AtomicBool>,
    rivals: Arc<AtomicU32>,
    looks: Arc<AtomicU32>,
}

impl ShakyJobs {
    /// The store without trouble.
    pub(crate) fn plain(&self) -> &MemoryJobs {
        &self.plain
    }

    /// From now on nothing answers, or everything does again.
    pub(crate) fn break_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Before each of the next `times` writes somebody else writes the job.
    pub(crate) fn rival(&self, times: u32) {
        self.rivals.store(times, Ordering::SeqCst);
    }

    /// How often a job was read.
    pub(crate) fn looks(&self) -> u32 {
        self.looks.load(Ordering::SeqCst)
    }

    /// Whether somebody else is to write now.
    fn has_rival(&self) -> bool {
        let count = |left: u32| left.checked_sub(1);
        let order = Ordering::SeqCst;
        self.rivals.fetch_update(order, order, count).is_ok()
    }

    fn up(&self) -> Result<&MemoryJobs, PortError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(PortError::unavailable("the table was told to be down"));
        }
        Ok(&self.plain)
    }
}

#[async_trait]
impl JobStore for ShakyJobs {
    async fn create(&self, job: &Job, event: &Event) -> Result<(), PortError> {
        self.up()?.create(job, event).await
    }

    async fn get(&self, tenant: &TenantId, id: &JobId) -> Result<Job, PortError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        self.up()?.get(tenant, id).await
    }

    async fn save(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError> {
        if self.has_rival() {
            let mut theirs = self.plain.get(&job.tenant, &job.id).await?;
            self.plain.save(&mut theirs, &[], None).await?;
        }
        self.up()?.save(job, events, selection).await
    }

    async fn list(
        &self,
        tenant: &TenantId,
        status: Option<JobStatus>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Job>, PortError> {
        self.up()?.list(tenant, status, limit, cursor).await
    }

    async fn selection(&self, tenant: &TenantId, id: &JobId) -> Result<Selection, PortError> {
        self.up()?.selection(tenant, id).await
    }

    async fn events(
        &self,
        tenant: &TenantId,
        id: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, PortError> {
        self.up()?.events(tenant, id, limit, cursor).await
    }

    async fn delete(&self, tenant: &TenantId, id: &JobId) -> Result<(), PortError> {
        self.up()?.delete(tenant, id).await
    }

    async fn sweep(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError> {
        self.up()?.sweep(now, stalled_before, limit).await
    }

    async fn stats(&self, tenant: &TenantId) -> Result<Stats, PortError> {
        self.up()?.stats(tenant).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.up()?.ping().await
    }
}

/// Policies in memory, with the trouble of the jobs beside them: it is one table.
#[derive(Clone)]
pub(crate) struct ShakyPolicies {
    plain: MemoryPolicies,
    beside: ShakyJobs,
    forgetful: Arc<AtomicBool>,
}

impl ShakyPolicies {
    pub(crate) fn new(beside: &ShakyJobs) -> Self {
        Self {
            plain: MemoryPolicies::default(),
            beside: beside.clone(),
            forgetful: Arc::default(),
        }
    }

    /// The next write finds that there is another catalog now: an empty one.
    pub(crate) fn forget(&self) {
        self.forgetful.store(true, Ordering::SeqCst);
    }

    /// The store without trouble.
    pub(crate) fn plain(&self) -> &MemoryPolicies {
        &self.plain
    }
}

#[async_trait]
impl PolicyStore for ShakyPolicies {
    async fn catalog(&self, tenant: &TenantId) -> Result<PolicyCatalog, PortError> {
        self.beside.up()?;
        self.plain.catalog(tenant).await
    }

    async fn policy(
        &self,
        tenant: &TenantId,
        version: &PolicyVersion,
    ) -> Result<ScanPolicy, PortError> {
        self.beside.up()?;
        self.plain.policy(tenant, version).await
    }

    async fn save(
        &self,
        tenant: &TenantId,
        catalog: &mut PolicyCatalog,
        added: Option<&ScanPolicy>,
        dropped: Option<&PolicyVersion>,
    ) -> Result<(), PortError> {
        self.beside.up()?;
        let forgets = self.forgetful.swap(false, Ordering::SeqCst);
        if forgets || self.beside.has_rival() {
            let mut theirs = self.plain.catalog(tenant).await?;
            if forgets {
                let revision = theirs.revision;
                theirs = PolicyCatalog::default();
                theirs.revision = revision;
            }
            self.plain.save(tenant, &mut theirs, None, None).await?;
        }
        self.plain.save(tenant, catalog, added, dropped).await
    }
}
