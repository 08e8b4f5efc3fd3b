//! `GET /api/v2/health/ready`: can work be taken and done?

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{BlobStore, JobStore, PortError, StageQueue};
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

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

async fn up(ping: impl Future<Output = Result<(), PortError>>) -> bool {
    matches!(tokio::time::timeout(PATIENCE, ping).await, Ok(Ok(())))
}

impl Endpoint for HealthReady {
    const NAME: &'static str = "api-health-ready";

    async fn call(&self, _request: &Request) -> Result<Reply, ApiError> {
        let (queue, storage, database) = tokio::join!(
            up(self.queue.ping()),
            up(self.blobs.ping()),
            up(self.jobs.ping())
        );
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
