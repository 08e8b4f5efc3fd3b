//! `POST /api/v2/jobs/{id}/clean`: start the rewrite.

use std::sync::Arc;

use domain::ports::{IdempotencyStore, JobStore, StageQueue};
use domain::{JobStatus, Stage};
use http::StatusCode;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, idempotency, start, view};

/// The endpoint and all that it may touch.
pub struct StartClean {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where the rewrite starts.
    pub queue: Arc<dyn StageQueue>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
}

impl Endpoint for StartClean {
    const NAME: &'static str = "api-jobs-clean";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.start(request)).await
    }
}

impl StartClean {
    async fn start(&self, request: &Request) -> Result<Reply, ApiError> {
        Fields::of_body(&request.body)?.finish()?;
        let mut job = self.jobs.get(request.tenant()?, &request.job_id()?).await?;
        if job.status != JobStatus::AwaitingSelection {
            return Err(ApiError::WrongState {
                found: job.status,
                needed: "awaiting_selection",
            });
        }
        // A scan that found nothing delivers the history as it is.
        if job.secrets_selected_for_cleaning == 0 && job.total_secrets_found > 0 {
            return Err(ApiError::NothingSelected);
        }
        start::start(
            &*self.jobs,
            &*self.queue,
            &mut job,
            JobStatus::Cleaning,
            Stage::Clean,
            "Rewriting the history",
            request.now,
        )
        .await?;
        Ok(Reply::json(StatusCode::ACCEPTED, view::job(&job)))
    }
}
