//! `POST /api/v2/jobs/{id}/push`: push the clean history to its new home.

use std::sync::Arc;

use domain::ports::{IdempotencyStore, JobStore, StageQueue};
use domain::{JobStatus, Stage, Target};
use http::StatusCode;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, credential, idempotency, start, view};

/// The endpoint and all that it may touch.
pub struct StartPush {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where the push starts.
    pub queue: Arc<dyn StageQueue>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
}

impl Endpoint for StartPush {
    const NAME: &'static str = "api-jobs-push";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.start(request)).await
    }
}

impl StartPush {
    async fn start(&self, request: &Request) -> Result<Reply, ApiError> {
        let target = parse(&request.body)?;
        let mut job = self.jobs.get(request.tenant()?, &request.job_id()?).await?;
        if job.status != JobStatus::CleanComplete {
            return Err(ApiError::WrongState {
                found: job.status,
                needed: "clean_complete",
            });
        }
        job.target = Some(target);
        start::start(
            &*self.jobs,
            &*self.queue,
            &mut job,
            JobStatus::Pushing,
            Stage::Push,
            "Pushing the clean history",
            request.now,
        )
        .await?;
        Ok(Reply::json(StatusCode::ACCEPTED, view::job(&job)))
    }
}

fn parse(body: &[u8]) -> Result<Target, ApiError> {
    let mut fields = Fields::of_body(body)?;
    let place = credential::take_place(&mut fields, "target");
    let force = fields.flag("force_push").unwrap_or(false);
    let all_branches = fields.flag("push_all_branches").unwrap_or(true);
    if !all_branches && place.branch.is_none() {
        fields.fault(
            "target_branch",
            "is missing, and not all branches are to be pushed",
            "name the branch, or leave push_all_branches out to push all",
        );
    }
    fields.finish()?;
    let (Some(platform), Some(url)) = (place.platform, place.url) else {
        return Err(ApiError::NotJson);
    };
    Ok(Target {
        platform,
        url,
        branch: place.branch,
        credentials_id: place.credentials_id,
        force,
        all_branches,
    })
}
