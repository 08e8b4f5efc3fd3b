//! `GET /api/v2/jobs/{id}/download`: the clean history, as a zipped bare repository or a Git bundle, and what lies beside it.

use std::sync::Arc;

use domain::keys;
use domain::ports::{BlobStore, JobStore};
use serde::Deserialize;

use super::LINK_VALID;
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, stored};

/// What can be had.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Zip,
    Bundle,
    Certificate,
    Checklist,
    Hook,
}

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
        let format = fields.word(
            "format",
            &["zip", "bundle", "certificate", "checklist", "hook"],
        );
        fields.finish()?;
        let job = self.jobs.get(request.tenant()?, &request.job_id()?).await?;
        if !stored::has_clean(&job, request.now) {
            return Err(ApiError::WrongState {
                found: job.status,
                needed: "clean_complete",
            });
        }
        let (key, name) = match format.unwrap_or_default() {
            Format::Zip => (keys::cleaned_zip(&job.id), "cleaned_repo.zip"),
            Format::Bundle => (keys::cleaned_bundle(&job.id), "cleaned_repo.bundle"),
            Format::Certificate => (keys::certificate(&job.id), "deployguard-certificate.json"),
            Format::Checklist => (keys::checklist(&job.id), "CHECKLIST.md"),
            Format::Hook => (keys::hook(&job.id), "deployguard-pre-receive"),
        };
        Ok(Reply::redirect(
            self.blobs.presign(&key, name, LINK_VALID).await?,
        ))
    }
}
