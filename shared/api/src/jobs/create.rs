//! `POST /api/v2/jobs`: accept a job and hand it to the first stage.

use std::sync::Arc;

use domain::ports::{IdempotencyStore, JobStore, PolicyStore, StageQueue};
use domain::{EventKind, Job, JobKind, PolicyCheck, Source, Stage, StageMessage};
use http::StatusCode;
use jiff::SignedDuration;

use crate::fields::Fields;
use crate::policy::Wanted;
use crate::{ApiError, Endpoint, Reply, Request, credential, idempotency, policy, view};

/// The endpoint and all that it may touch.
pub struct CreateJob {
    /// Where the job is recorded.
    pub jobs: Arc<dyn JobStore>,
    /// Where it starts.
    pub queue: Arc<dyn StageQueue>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// The workspace's policies.
    pub policies: Arc<dyn PolicyStore>,
    /// Says whether a policy can be used.
    pub check: Arc<dyn PolicyCheck>,
    /// How long a job is kept.
    pub retention: SignedDuration,
}

impl Endpoint for CreateJob {
    const NAME: &'static str = "api-jobs-create";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.create(request)).await
    }
}

impl CreateJob {
    async fn create(&self, request: &Request) -> Result<Reply, ApiError> {
        let (kind, source, wanted) = parse(&request.body, &*self.check)?;
        let (tenant, now) = (request.tenant()?.clone(), request.now);
        let policy = wanted.find(&*self.policies, &tenant, &*self.check).await?;
        let expires = now.checked_add(self.retention).unwrap_or(now);
        let mut job = Job::new(
            tenant,
            kind,
            source,
            request.correlation_id.clone(),
            now,
            expires,
        );
        job.policy = policy;
        self.jobs
            .create(&job, &job.event(EventKind::JobCreated, now))
            .await?;
        if let Err(cause) = self
            .queue
            .send(&StageMessage::new(Stage::Fetch, &job))
            .await
        {
            // Nobody has seen the job yet: it is taken back whole, so that a retry makes one job, not two. Where that
            // fails too, the hourly sweep sends its message.
            if let Err(error) = self.jobs.delete(&job.tenant, &job.id).await {
                tracing::error!(job = %job.id, ?error, "a job that nobody knows of stays");
            }
            return Err(ApiError::Unavailable(cause));
        }
        let location = format!("/api/v2/jobs/{}", job.id);
        Ok(Reply {
            location: Some(location),
            ..Reply::json(StatusCode::CREATED, view::job(&job))
        })
    }
}

fn parse(body: &[u8], check: &dyn PolicyCheck) -> Result<(JobKind, Source, Wanted), ApiError> {
    let mut fields = Fields::of_body(body)?;
    let kind = fields
        .word("kind", &["migrate", "check", "review"])
        .unwrap_or_default();
    let place = credential::take_place(&mut fields, "source");
    let wanted = policy::take_wanted(&mut fields, check);
    fields.finish()?;
    let (Some(platform), Some(url)) = (place.platform, place.url) else {
        return Err(ApiError::NotJson);
    };
    Ok((
        kind,
        Source {
            platform,
            url,
            branch: place.branch,
            credentials_id: place.credentials_id,
        },
        wanted,
    ))
}
