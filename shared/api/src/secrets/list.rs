//! `GET /api/v2/jobs/{id}/secrets`: what the scan found, by id.

use std::sync::Arc;

use domain::ports::{FindingStore, JobStore};
use serde_json::json;

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, paging, view};

/// The endpoint and all that it may touch.
pub struct ListSecrets {
    /// Where jobs are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where findings are kept.
    pub findings: Arc<dyn FindingStore>,
}

impl Endpoint for ListSecrets {
    const NAME: &'static str = "api-secrets-list";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let mut fields = Fields::of_query(&request.query);
        let page = paging::take(&mut fields);
        let with_false_positives = fields.flag("include_false_positives").unwrap_or(true);
        fields.finish()?;
        self.jobs.get(tenant, &id).await?;
        let selection = self.jobs.selection(tenant, &id).await?;
        let found = self
            .findings
            .list(tenant, &id, page.limit, page.cursor.as_deref())
            .await?;
        let wanted = found
            .items
            .iter()
            .filter(|finding| with_false_positives || !selection.is_false_positive(&finding.id));
        let secrets: Vec<_> = wanted
            .map(|finding| view::secret(finding, &selection))
            .collect();
        Ok(Reply::ok(
            json!({ "secrets": secrets, "next_cursor": found.next }),
        ))
    }
}
