//! `PATCH /api/v2/jobs/{id}/secrets/{secret_id}`: select or mark one finding.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::FindingId;
use domain::ports::{FindingStore, JobStore};

use super::{check_open, note};
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, view};

/// The endpoint and all that it may touch.
pub struct UpdateSecret {
    /// Where jobs and selections are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where findings are kept.
    pub findings: Arc<dyn FindingStore>,
}

impl Endpoint for UpdateSecret {
    const NAME: &'static str = "api-secrets-update";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let secret_id = FindingId::new(
            request
                .path
                .get("secret_id")
                .ok_or(ApiError::NotFound)?
                .clone(),
        );
        // The fields may come in the body or, as older clients send them, in the query.
        let mut fields = if request.body.is_empty() {
            Fields::of_query(&request.query)
        } else {
            Fields::of_body(&request.body)?
        };
        let selected = fields.flag("selected_for_cleaning");
        let false_positive = fields.flag("is_false_positive");
        let reason = fields.text("reason", 500);
        if selected.is_none() && false_positive.is_none() {
            fields.fault(
                "selected_for_cleaning",
                "is missing; send it, or is_false_positive, or both",
            );
        }
        fields.finish()?;
        let mut job = self.jobs.get(tenant, &id).await?;
        let finding = self.findings.get(tenant, &id, &secret_id).await?;
        check_open(&job)?;
        let all: BTreeSet<FindingId> = self.findings.ids(tenant, &id).await?.into_iter().collect();
        let mut selection = self.jobs.selection(tenant, &id).await?;
        if let Some(marked) = false_positive {
            selection.set_false_positive(&secret_id, marked, reason);
        }
        if let Some(selected) = selected {
            selection.set_selected(&secret_id, selected, || all.clone());
        }
        let event = note(&mut job, &selection, &all, request.now);
        self.jobs.save(&mut job, &[event], Some(&selection)).await?;
        Ok(Reply::ok(view::secret(&finding, &selection)))
    }
}
