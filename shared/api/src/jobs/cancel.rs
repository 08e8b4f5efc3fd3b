//! `DELETE /api/v2/jobs/{id}`: cancel the job and delete what was stored. Doing it twice is no error.
//!
//! The record of a cancelled job stays until it expires, so that the job can be seen to be cancelled. A job that has ended
//! otherwise is withdrawn: it expires now, and the hourly sweep takes the record too.

use std::sync::Arc;

use domain::ports::{BlobStore, JobStore, PortError};
use domain::{Job, JobStatus, keys};

use crate::{ApiError, Endpoint, Reply, Request};

/// How often a write that met another is tried again.
const TRIES: usize = 5;

/// The endpoint and all that it may touch.
pub struct CancelJob {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// What is deleted.
    pub blobs: Arc<dyn BlobStore>,
}

impl Endpoint for CancelJob {
    const NAME: &'static str = "api-jobs-cancel";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let mut job = self.jobs.get(tenant, &id).await?;
        for _ in 0..TRIES {
            if self.cancel(&mut job, request).await? {
                // A stage that is at work notices at its next checkpoint; what it stores after this is deleted by the
                // daily sweep.
                for prefix in keys::all_prefixes(&id) {
                    self.blobs.delete_prefix(&prefix).await?;
                }
                return Ok(Reply::nothing());
            }
            job = self.jobs.get(tenant, &id).await?;
        }
        Err(ApiError::ChangedMeanwhile)
    }
}

impl CancelJob {
    /// Whether it is written down now; not if somebody else wrote first.
    async fn cancel(&self, job: &mut Job, request: &Request) -> Result<bool, ApiError> {
        let now = request.now;
        if job.status == JobStatus::Cancelled || (job.status.is_terminal() && job.expires_at <= now)
        {
            return Ok(true);
        }
        let moved = job.transition(JobStatus::Cancelled, "Cancelled by its owner", now);
        let moved = moved.ok();
        if moved.is_none() {
            job.expires_at = now;
        }
        match self.jobs.save(job, moved.as_slice(), None).await {
            Ok(()) => Ok(true),
            Err(PortError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
