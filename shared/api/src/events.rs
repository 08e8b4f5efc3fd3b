//! `GET /api/v2/jobs/{id}/events`: what happened to a job, oldest first.

use std::sync::Arc;

use domain::ports::JobStore;
use serde_json::json;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, paging, view};

/// The endpoint and all that it may touch.
pub struct ListEvents {
    /// Where jobs and their events are kept.
    pub jobs: Arc<dyn JobStore>,
}

impl Endpoint for ListEvents {
    const NAME: &'static str = "api-events-list";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let mut fields = Fields::of_query(&request.query);
        let page = paging::take(&mut fields);
        fields.finish()?;
        self.jobs.get(tenant, &id).await?;
        let events = self
            .jobs
            .events(tenant, &id, page.limit, page.cursor.as_deref())
            .await?;
        let list: Vec<_> = events.items.iter().map(view::event).collect();
        Ok(Reply::ok(
            json!({ "events": list, "next_cursor": events.next }),
        ))
    }
}
