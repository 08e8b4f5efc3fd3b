//! `GET /api/v2/health/ready`: can work be taken and done?

use std::sync::Arc;

use domain::ports::{BlobStore, JobStore, StageQueue};
use http::StatusCode;
use serde_json::json;

use crate::{ApiError, Endpoint, Reply, Request};

/// The endpoint and all that it may touch.
pub struct HealthReady {
    /// Asked whether it answers.
    pub jobs: Arc<dyn JobStore>,
    /// Asked whether it answers.
    pub blobs: Arc<dyn BlobStore>,
    /// Asked whether they answer.
    pub queue: Arc<dyn StageQueue>,
}

impl Endpoint for HealthReady {
    const NAME: &'static str = "api-health-ready";

    async fn call(&self, _request: &Request) -> Result<Reply, ApiError> {
        let queue = self.queue.ping().await.is_ok();
        let storage = self.blobs.ping().await.is_ok();
        let database = self.jobs.ping().await.is_ok();
        let services = json!({ "queue": queue, "storage": storage, "database": database });
        if queue && storage && database {
            return Ok(Reply::ok(
                json!({ "status": "ready", "services": services }),
            ));
        }
        let down = [
            ("queue", queue),
            ("storage", storage),
            ("database", database),
        ];
        let down: Vec<&str> = down
            .iter()
            .filter(|(_, up)| !up)
            .map(|(name, _)| *name)
            .collect();
        let message = format!("not answering: {}", down.join(", "));
        let body = json!({ "status": "not_ready", "services": services, "message": message });
        Ok(Reply {
            retry_after: Some(5),
            ..Reply::json(StatusCode::SERVICE_UNAVAILABLE, body)
        })
    }
}
