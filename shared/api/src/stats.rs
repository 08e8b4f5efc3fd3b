//! `GET /api/v2/stats`: a workspace's totals.

use std::sync::Arc;

use domain::ports::JobStore;
use serde_json::json;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request};

/// The endpoint and all that it may touch.
pub struct ReadStats {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
}

impl Endpoint for ReadStats {
    const NAME: &'static str = "api-stats-get";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        Fields::of_query(&request.query).finish()?;
        let stats = self.jobs.stats(request.tenant()?).await?;
        Ok(Reply::ok(json!(stats)))
    }
}
