//! The table as [`JobStore`].

use async_trait::async_trait;
use domain::ports::{JobStore, Page, PortError, Stats};
use domain::{Event, Job, JobId, JobStatus, Selection, TenantId};
use jiff::Timestamp;

use crate::JobTable;
use crate::error::call;
use crate::item::decode;
use crate::keys::{EVENT, JOB, Key, job_partition, tenant_partition};
use crate::query::{Range, whole, words};

/// Every kind of item in a job's partition.
const EVERYTHING: &str = "";

#[async_trait]
impl JobStore for JobTable {
    async fn create(&self, job: &Job, event: &Event) -> Result<(), PortError> {
        self.insert(job, event).await
    }

    async fn get(&self, tenant: &TenantId, id: &JobId) -> Result<Job, PortError> {
        let job = self.read_job(&Key::job(tenant, id)).await?;
        job.ok_or(PortError::NotFound)
    }

    async fn save(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError> {
        self.replace(job, events, selection).await
    }

    async fn list(
        &self,
        tenant: &TenantId,
        status: Option<JobStatus>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Job>, PortError> {
        let range = Range {
            newest_first: true,
            status: status.map(JobStatus::as_str),
            ..Range::all(tenant_partition(tenant), JOB)
        };
        let page = self.page(&range, limit, cursor).await?;
        page.try_map(|item| decode(item, "job"))
    }

    async fn selection(&self, tenant: &TenantId, id: &JobId) -> Result<Selection, PortError> {
        self.read_selection(tenant, id).await
    }

    async fn events(
        &self,
        tenant: &TenantId,
        id: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, PortError> {
        let range = Range::all(job_partition(tenant, id), EVENT);
        let page = self.page(&range, limit, cursor).await?;
        page.try_map(|item| decode(item, "event"))
    }

    async fn delete(&self, tenant: &TenantId, id: &JobId) -> Result<(), PortError> {
        // The job goes last, so that a deletion that broke off is found and done again. Once it
        // is gone nothing can be added; what was added up to then goes in the second round.
        let parts = Range::keys(job_partition(tenant, id), EVERYTHING);
        self.delete_range(&parts).await?;
        let job = self.client.delete_item().table_name(&self.table);
        let job = job.set_key(Some(Key::job(tenant, id).attributes()));
        job.send().await.map_err(call("DeleteItem"))?;
        self.delete_range(&parts).await
    }

    async fn sweep(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError> {
        self.due(now, stalled_before, limit).await
    }

    async fn stats(&self, tenant: &TenantId) -> Result<Stats, PortError> {
        let mut range = Range::all(tenant_partition(tenant), JOB);
        range.only = Some("#status, total_secrets_found, secrets_cleaned");
        let mut stats = Stats::default();
        for job in self.everything(&range).await? {
            stats.total_jobs += 1;
            let completed = words(&job, "status") == Some(JobStatus::Completed.as_str());
            stats.completed_jobs += u64::from(completed);
            stats.total_secrets_found += whole(&job, "total_secrets_found", "job")?;
            stats.total_secrets_cleaned += whole(&job, "secrets_cleaned", "job")?;
        }
        Ok(stats)
    }

    async fn ping(&self) -> Result<(), PortError> {
        let nothing = Key {
            pk: "PING".to_owned(),
            sk: "PING".to_owned(),
        };
        self.item(&nothing).await.map(|_| ())
    }
}
