//! `DELETE /api/v2/jobs/{id}`: cancel the job and delete what was stored. Doing it twice is no error.

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
                // The record stays until it expires, so that the job can still be seen to be cancelled. A stage that is
                // at work notices at its next checkpoint; what it stores after this is deleted by the daily sweep.
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
    /// Whether the job has ended now.
    async fn cancel(&self, job: &mut Job, request: &Request) -> Result<bool, ApiError> {
        if job.status.is_terminal() {
            return Ok(true);
        }
        let event = job
            .transition(JobStatus::Cancelled, "Cancelled by its owner", request.now)
            .map_err(|_| ApiError::ChangedMeanwhile)?;
        match self.jobs.save(job, &[event], None).await {
            Ok(()) => Ok(true),
            Err(PortError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
