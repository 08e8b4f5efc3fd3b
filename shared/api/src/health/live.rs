//! `GET /api/v2/health`: alive; touches nothing.

use serde_json::json;

use crate::{ApiError, Endpoint, Reply, Request};

/// The endpoint: it may touch nothing.
pub struct HealthLive;

impl Endpoint for HealthLive {
    const NAME: &'static str = "api-health-live";

    async fn call(&self, _request: &Request) -> Result<Reply, ApiError> {
        Ok(Reply::ok(
            json!({ "status": "healthy", "service": "deployguard-api" }),
        ))
    }
}
