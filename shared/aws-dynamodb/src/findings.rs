//! The table as [`FindingStore`].

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::ports::{FindingStore, Page, PortError};
use domain::{Finding, FindingId, JobId, TenantId};

use crate::JobTable;
use crate::item::{decode, of_finding};
use crate::keys::{FINDING, Key, job_partition};
use crate::query::Range;

#[async_trait]
impl FindingStore for JobTable {
    async fn put_all(
        &self,
        tenant: &TenantId,
        job: &JobId,
        findings: &[Finding],
    ) -> Result<(), PortError> {
        let key = Key::job(tenant, job);
        let owner = self.read_job(&key).await?.ok_or(PortError::NotFound)?;
        // A batch must not name a key twice.
        let findings: BTreeMap<_, _> = findings.iter().map(|f| (&f.id, f)).collect();
        let items: Result<Vec<_>, _> = findings.values().map(|f| of_finding(&owner, f)).collect();
        self.put_many(items?).await?;
        if self.item(&key).await?.is_some() {
            return Ok(());
        }
        // Deleted meanwhile, perhaps before the last batch.
        let range = Range::keys(job_partition(tenant, job), FINDING);
        self.delete_range(&range).await?;
        Err(PortError::NotFound)
    }

    async fn list(
        &self,
        tenant: &TenantId,
        job: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Finding>, PortError> {
        let range = Range::all(job_partition(tenant, job), FINDING);
        let page = self.page(&range, limit, cursor).await?;
        page.try_map(|item| decode(item, "finding"))
    }

    async fn get(
        &self,
        tenant: &TenantId,
        job: &JobId,
        id: &FindingId,
    ) -> Result<Finding, PortError> {
        let item = self.item(&Key::finding(tenant, job, id)).await?;
        decode(item.ok_or(PortError::NotFound)?, "finding")
    }

    async fn ids(&self, tenant: &TenantId, job: &JobId) -> Result<Vec<FindingId>, PortError> {
        let range = Range::keys(job_partition(tenant, job), FINDING);
        let items = self.everything(&range).await?;
        let keys = items.iter().filter_map(Key::of);
        let id = |key: Key| key.sk.strip_prefix(FINDING).map(FindingId::new);
        Ok(keys.filter_map(id).collect())
    }
}
