//! `GET /api/v2/jobs/{id}/download`: the clean history, as a zipped bare repository or a Git bundle.

use std::sync::Arc;

use domain::ports::{BlobStore, JobStore};
use domain::{JobStatus, keys};

use super::LINK_VALID;
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request};

/// The endpoint and all that it may touch.
pub struct DownloadClean {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where clean histories lie.
    pub blobs: Arc<dyn BlobStore>,
}

impl Endpoint for DownloadClean {
    const NAME: &'static str = "api-jobs-download";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let mut fields = Fields::of_query(&request.query);
        let format = fields.text("format", 16);
        let is_bundle = format.as_deref() == Some("bundle");
        if format.is_some_and(|format| !matches!(format.as_str(), "zip" | "bundle")) {
            fields.fault("format", "must be one of: zip, bundle");
        }
        fields.finish()?;
        let job = self.jobs.get(request.tenant()?, &request.job_id()?).await?;
        if job.clean_completed_at.is_none() || job.status == JobStatus::Cancelled {
            return Err(ApiError::WrongState {
                found: job.status,
                needed: "clean_complete",
            });
        }
        let (key, name) = if is_bundle {
            (keys::cleaned_bundle(&job.id), "cleaned_repo.bundle")
        } else {
            (keys::cleaned_zip(&job.id), "cleaned_repo.zip")
        };
        Ok(Reply::redirect(
            self.blobs.presign(&key, name, LINK_VALID).await?,
        ))
    }
}
