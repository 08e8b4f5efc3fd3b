//! `POST /api/v2/jobs/{id}/secrets/select`: choose exactly these findings; mark others as false positives.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::FindingId;
use domain::ports::{FindingStore, IdempotencyStore, JobStore};
use serde_json::json;

use super::{check_open, note};
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, idempotency};

/// How many ids one request may hold.
const MOST: usize = 10_000;

/// The endpoint and all that it may touch.
pub struct SelectSecrets {
    /// Where jobs and selections are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where findings are kept.
    pub findings: Arc<dyn FindingStore>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
}

impl Endpoint for SelectSecrets {
    const NAME: &'static str = "api-secrets-select";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.select(request)).await
    }
}

impl SelectSecrets {
    async fn select(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let mut fields = Fields::of_body(&request.body)?;
        let chosen = fields.texts("secret_ids", MOST);
        let marked = fields.texts("mark_false_positives", MOST);
        let mut job = self.jobs.get(tenant, &id).await?;
        check_open(&job)?;
        let all: BTreeSet<FindingId> = self.findings.ids(tenant, &id).await?.into_iter().collect();
        let chosen = known(&mut fields, "secret_ids", chosen, &all);
        let marked = known(&mut fields, "mark_false_positives", marked, &all);
        fields.finish()?;
        let mut selection = self.jobs.selection(tenant, &id).await?;
        selection.replace(chosen, marked);
        let event = note(&mut job, &selection, &all, request.now);
        self.jobs.save(&mut job, &[event], Some(&selection)).await?;
        let count = job.secrets_selected_for_cleaning;
        Ok(Reply::ok(
            json!({ "message": format!("{count} selected for cleaning"), "selected_count": count }),
        ))
    }
}

/// The ids that are findings of the job; the others are faults.
fn known(
    fields: &mut Fields,
    name: &str,
    ids: Vec<String>,
    all: &BTreeSet<FindingId>,
) -> BTreeSet<FindingId> {
    let ids: BTreeSet<FindingId> = ids.into_iter().map(FindingId::new).collect();
    let unknown = ids.iter().filter(|id| !all.contains(*id)).count();
    if unknown > 0 {
        fields.fault(name, format!("{unknown} of the ids are not findings of this job; take them from GET /jobs/{{id}}/secrets"));
    }
    ids
}
