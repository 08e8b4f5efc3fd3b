//! The hourly sweep: jobs whose time is over end, and jobs that stand still get their message again.

use std::sync::Arc;

use domain::ports::{BlobStore, JobStore, PortError, StageQueue};
use domain::{ErrorCode, EventKind, Job, JobStatus, Sweep, keys};
use jiff::{SignedDuration, Timestamp};

use crate::runner;

/// How many jobs one sweep looks at; the next takes the rest.
const AT_ONCE: usize = 1_000;
/// How long a job may wait for its first stage: a queue holds nothing back for so long.
const PENDING: SignedDuration = SignedDuration::from_mins(10);
/// How long a stage may go without a write: longer than a function runs and its message stays hidden.
const WORKING: SignedDuration = SignedDuration::from_hours(2);

/// Ends what has expired, wakes what has stalled.
pub struct Expire {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// What is stored of them.
    pub blobs: Arc<dyn BlobStore>,
    /// The queues of all stages.
    pub queue: Arc<dyn StageQueue>,
}

/// What became of one job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Expired,
    Deleted,
    Woken,
    Nothing,
}

impl Sweep for Expire {
    const NAME: &'static str = "cron-expire";

    /// A job that cannot be dealt with does not keep the others; the last such error is given at the end.
    async fn run(&self, now: Timestamp) -> Result<u64, PortError> {
        let (mut changed, mut failed) = (0, None);
        for job in self.jobs.sweep(now, before(now, PENDING), AT_ONCE).await? {
            let id = job.id.clone();
            match self.settle(job, now).await {
                Ok(Done::Nothing) | Err(PortError::Conflict | PortError::NotFound) => continue,
                Ok(Done::Expired) => tracing::info!(job = %id, "expired"),
                Ok(Done::Deleted) => tracing::info!(job = %id, "deleted"),
                Ok(Done::Woken) => {
                    tracing::warn!(job = %id, "stood still; its message is sent again");
                }
                Err(error) => {
                    tracing::warn!(job = %id, %error, "not swept");
                    failed = Some(error);
                    continue;
                }
            }
            changed += 1;
        }
        failed.map_or(Ok(changed), Err)
    }
}

impl Expire {
    async fn settle(&self, mut job: Job, now: Timestamp) -> Result<Done, PortError> {
        if job.expires_at > now {
            return self.wake(job, now).await;
        }
        if job.status.is_terminal() {
            self.delete_blobs(&job).await?;
            self.jobs.delete(&job.tenant, &job.id).await?;
            return Ok(Done::Deleted);
        }
        // First the state, so that no stage begins anew, then what is stored.
        let Ok(moved) = job.transition(
            JobStatus::Cancelled,
            "Expired: the job's time was over",
            now,
        ) else {
            return Ok(Done::Nothing);
        };
        job.error_code = Some(ErrorCode::Expired);
        let expired = job.event(EventKind::JobExpired, now);
        self.jobs.save(&mut job, &[moved, expired], None).await?;
        self.delete_blobs(&job).await?;
        Ok(Done::Expired)
    }

    /// Sends the message again if it seems lost, at most once in the time that makes it seem so.
    async fn wake(&self, mut job: Job, now: Timestamp) -> Result<Done, PortError> {
        let patience = if job.status == JobStatus::Pending {
            PENDING
        } else {
            WORKING
        };
        if !job.status.awaits_stage() || job.updated_at > before(now, patience) {
            return Ok(Done::Nothing);
        }
        job.updated_at = now;
        self.jobs.save(&mut job, &[], None).await?;
        runner::send(&*self.queue, &job).await?;
        Ok(Done::Woken)
    }

    async fn delete_blobs(&self, job: &Job) -> Result<(), PortError> {
        for prefix in keys::all_prefixes(&job.id) {
            self.blobs.delete_prefix(&prefix).await?;
        }
        Ok(())
    }
}

fn before(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.saturating_sub(time).unwrap_or(Timestamp::MIN)
}
