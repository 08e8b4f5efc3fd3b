//! `GET /api/v2/jobs/{id}/report`: the scan's report, with previews only.

use std::sync::Arc;

use domain::keys;
use domain::ports::{BlobStore, JobStore};

use super::LINK_VALID;
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, stored};

/// The endpoint and all that it may touch.
pub struct ReadReport {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where reports lie.
    pub blobs: Arc<dyn BlobStore>,
}

impl Endpoint for ReadReport {
    const NAME: &'static str = "api-jobs-report";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        Fields::of_query(&request.query).finish()?;
        let job = self.jobs.get(request.tenant()?, &request.job_id()?).await?;
        if !stored::has_report(&job, request.now) {
            return Err(ApiError::WrongState {
                found: job.status,
                needed: "scan_complete or later",
            });
        }
        let url = self
            .blobs
            .presign(&keys::report(&job.id), "scan_report.json", LINK_VALID)
            .await?;
        Ok(Reply::redirect(url))
    }
}
