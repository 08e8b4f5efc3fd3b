//! `GET /api/v2/jobs/{id}/secrets`: what the scan found, by id. Findings that were marked as false positives are left out
//! unless they are asked for.

use std::sync::Arc;

use domain::ports::{FindingStore, JobStore, Page};
use domain::{Finding, Job, Selection};
use serde_json::json;

use crate::fields::Fields;
use crate::paging::Paging;
use crate::{ApiError, Endpoint, Reply, Request, paging, view};

/// From how many pages of the store one answer is filled when many findings are left out.
const MOST_ROUNDS: usize = 20;

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
        let everything = fields.flag("include_false_positives").unwrap_or(false);
        fields.finish()?;
        let job = self.jobs.get(tenant, &id).await?;
        let selection = self.jobs.selection(tenant, &id).await?;
        let wanted = |finding: &Finding| everything || !selection.is_false_positive(&finding.id);
        let found = self.page(&job, page, wanted).await?;
        Ok(Reply::ok(json!({
            "secrets": secrets(&found, &selection),
            "next_cursor": found.next,
        })))
    }
}

impl ListSecrets {
    /// A page of the findings that are wanted, filled from as many pages of the store as it takes.
    async fn page(
        &self,
        job: &Job,
        mut page: Paging,
        wanted: impl Fn(&Finding) -> bool,
    ) -> Result<Page<Finding>, ApiError> {
        let mut items = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let missing = page.limit - items.len();
            let cursor = page.cursor.as_deref();
            let found = self
                .findings
                .list(&job.tenant, &job.id, missing, cursor)
                .await?;
            items.extend(found.items.into_iter().filter(&wanted));
            page.cursor = found.next;
            if page.cursor.is_none() || items.len() >= page.limit {
                break;
            }
        }
        Ok(Page {
            items,
            next: page.cursor,
        })
    }
}

fn secrets(found: &Page<Finding>, selection: &Selection) -> Vec<serde_json::Value> {
    let secrets = found.items.iter();
    secrets
        .map(|finding| view::secret(finding, selection))
        .collect()
}
