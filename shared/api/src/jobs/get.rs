//! `GET /api/v2/jobs/{id}`: a job, its first secrets, and links; `?wait=25` answers when something changes.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{BlobStore, FindingStore, JobStore};
use domain::{Job, keys};
use jiff::Timestamp;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::LINK_VALID;
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, stored, view};

/// How many secrets come with the job; the rest is at `/jobs/{id}/secrets`.
const FIRST_SECRETS: usize = 50;

/// How often a waiting request looks.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// The endpoint and all that it may touch.
pub struct GetJob {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where findings are kept.
    pub findings: Arc<dyn FindingStore>,
    /// Where reports and clean histories lie.
    pub blobs: Arc<dyn BlobStore>,
}

impl Endpoint for GetJob {
    const NAME: &'static str = "api-jobs-get";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let mut fields = Fields::of_query(&request.query);
        let wait = fields.number("wait", 0, 25).unwrap_or(0);
        let seen = fields.number("version", 0, u64::MAX);
        fields.finish()?;
        let mut job = self.jobs.get(tenant, &id).await?;
        let since = seen.unwrap_or(job.version);
        // By the clock, not by a number of looks: a slow store must not carry the request over the API's 30 s.
        let until = Instant::now() + Duration::from_secs(wait);
        while job.version == since && !job.status.is_terminal() && Instant::now() < until {
            sleep(LOOK_EVERY.min(until - Instant::now())).await;
            job = self.jobs.get(tenant, &id).await?;
        }
        self.answer(&job, request.now).await
    }
}

impl GetJob {
    async fn answer(&self, job: &Job, now: Timestamp) -> Result<Reply, ApiError> {
        let selection = self.jobs.selection(&job.tenant, &job.id).await?;
        let findings = self
            .findings
            .list(&job.tenant, &job.id, FIRST_SECRETS, None)
            .await?;
        let secrets: Vec<_> = findings
            .items
            .iter()
            .map(|finding| view::secret(finding, &selection))
            .collect();
        let download = self
            .link(
                stored::has_clean(job, now),
                keys::cleaned_zip(&job.id),
                "cleaned_repo.zip",
            )
            .await?;
        let report = self
            .link(
                stored::has_report(job, now),
                keys::report(&job.id),
                "scan_report.json",
            )
            .await?;
        Ok(Reply::ok(json!({
            "job": view::job(job),
            "secrets": secrets,
            "next_cursor": findings.next,
            "download_url": download,
            "report_url": report,
        })))
    }

    async fn link(&self, there: bool, key: String, name: &str) -> Result<Option<String>, ApiError> {
        if !there {
            return Ok(None);
        }
        Ok(Some(self.blobs.presign(&key, name, LINK_VALID).await?))
    }
}
