//! `GET /api/v2/jobs`: the workspace's jobs, newest first.

use std::sync::Arc;

use domain::JobStatus;
use domain::ports::JobStore;
use serde_json::json;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, paging, view};

/// The endpoint and all that it may touch.
pub struct ListJobs {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
}

impl Endpoint for ListJobs {
    const NAME: &'static str = "api-jobs-list";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let mut fields = Fields::of_query(&request.query);
        let page = paging::take(&mut fields);
        let status = fields.word("status", &JobStatus::ALL.map(JobStatus::as_str));
        fields.finish()?;
        let jobs = self
            .jobs
            .list(
                request.tenant()?,
                status,
                page.limit,
                page.cursor.as_deref(),
            )
            .await?;
        let list: Vec<_> = jobs.items.iter().map(view::job).collect();
        Ok(Reply::ok(json!({ "jobs": list, "next_cursor": jobs.next })))
    }
}
