//! The daily sweep of the bucket: what belongs to no job any more, or is of no use to its job, is deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ports::{BlobStore, JobStore, PortError};
use domain::{JobId, JobStatus, Sweep, TenantId, keys};
use jiff::Timestamp;

/// Deletes what was left behind.
pub struct StorageSweep {
    /// Jobs, to be looked up.
    pub jobs: Arc<dyn JobStore>,
    /// What is stored.
    pub blobs: Arc<dyn BlobStore>,
}

/// What is stored of one job.
#[derive(Default)]
struct Stored {
    owner: Option<TenantId>,
    /// Whether what only the stages need is among it: the fetched history, the values.
    has_working: bool,
}

/// How much of a job's things is of no use any more.
enum Rest {
    All,
    Working,
    Nothing,
}

impl Sweep for StorageSweep {
    const NAME: &'static str = "cron-storage";

    /// A job that cannot be dealt with does not keep the others; the last such error is given at the end.
    async fn run(&self, now: Timestamp) -> Result<u64, PortError> {
        let (mut changed, mut failed) = (0, None);
        for (job, stored) in self.stored().await? {
            match self.settle(&job, &stored, now).await {
                Ok(deleted) => changed += u64::from(deleted),
                Err(error) => {
                    tracing::warn!(%job, %error, "not swept");
                    failed = Some(error);
                }
            }
        }
        failed.map_or(Ok(changed), Err)
    }
}

impl StorageSweep {
    /// Every job that something is stored of. The order of the roots matters: a job that begins while they are listed
    /// is seen with its owner, or not at all.
    async fn stored(&self) -> Result<BTreeMap<JobId, Stored>, PortError> {
        let mut all: BTreeMap<JobId, Stored> = BTreeMap::new();
        for root in keys::ROOTS {
            for key in self.blobs.list(root).await? {
                let Some(job) = keys::job_of(&key) else {
                    continue;
                };
                let stored = all.entry(job.clone()).or_default();
                stored.owner = stored.owner.take().or_else(|| keys::owner_of(&key));
                stored.has_working |=
                    key.starts_with(&keys::source_prefix(&job)) || key == keys::values(&job);
            }
        }
        Ok(all)
    }

    /// Whether something was deleted.
    async fn settle(&self, id: &JobId, stored: &Stored, now: Timestamp) -> Result<bool, PortError> {
        let prefixes = match self.of_no_use(id, stored.owner.as_ref(), now).await? {
            Rest::All => keys::all_prefixes(id).to_vec(),
            Rest::Working if stored.has_working => vec![keys::source_prefix(id), keys::values(id)],
            Rest::Working | Rest::Nothing => return Ok(false),
        };
        tracing::info!(job = %id, ?prefixes, "deleted what is of no use any more");
        for prefix in prefixes {
            self.blobs.delete_prefix(&prefix).await?;
        }
        Ok(true)
    }

    async fn of_no_use(
        &self,
        id: &JobId,
        owner: Option<&TenantId>,
        now: Timestamp,
    ) -> Result<Rest, PortError> {
        // The owner's name is the first to come and the first to go.
        let Some(tenant) = owner else {
            return Ok(Rest::All);
        };
        let job = match self.jobs.get(tenant, id).await {
            Ok(job) => job,
            Err(PortError::NotFound) => return Ok(Rest::All),
            Err(error) => return Err(error),
        };
        Ok(match job.status {
            JobStatus::Cancelled => Rest::All,
            status if status.is_terminal() && job.expires_at <= now => Rest::All,
            status if status.is_terminal() => Rest::Working,
            _ => Rest::Nothing,
        })
    }
}
