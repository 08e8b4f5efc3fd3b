//! `POST /api/v2/jobs/{id}/secrets/select`: choose exactly these findings; mark others as false positives.
//!
//! What is chosen is a secret: a mark as false positive that it had is taken back. Marks are remembered for the workspace's
//! later scans. Without `secret_ids`, the choice stays
//! as it was but for what is marked.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::FindingId;
use domain::ports::{FindingStore, IdempotencyStore, JobStore, MarkStore};
use serde_json::json;

use super::{choose, open_job, remember};
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
    /// Where marks are kept for later scans.
    pub marks: Arc<dyn MarkStore>,
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
        let is_chosen = fields.has("secret_ids");
        if !is_chosen && !fields.has("mark_false_positives") {
            let remedy = "send the ids to clean, an empty list for none";
            fields.fault("secret_ids", "is missing", remedy);
        }
        let chosen = ids(fields.texts("secret_ids", MOST));
        let marked = ids(fields.texts("mark_false_positives", MOST));
        if !chosen.is_disjoint(&marked) {
            let message = "holds ids that are also in secret_ids";
            let remedy = "send each id in one of the two lists";
            fields.fault("mark_false_positives", message, remedy);
        }
        let mut fields = fields.checked()?;
        let job = open_job(&*self.jobs, tenant, &id).await?;
        let all = self.findings.ids(tenant, &id).await?.into_iter().collect();
        check_known(&mut fields, "secret_ids", &chosen, &all);
        check_known(&mut fields, "mark_false_positives", &marked, &all);
        fields.finish()?;
        let (job, selection) = choose(&*self.jobs, job, &all, request.now, |selection| {
            for id in &marked {
                // A mark that is there keeps its reason.
                if !selection.is_false_positive(id) {
                    selection.set_false_positive(id, true, None);
                }
            }
            for id in &chosen {
                selection.set_false_positive(id, false, None);
            }
            if is_chosen {
                selection.replace(chosen.clone(), []);
            }
        })
        .await?;
        remember(&*self.marks, tenant, &selection, marked.union(&chosen)).await?;
        let count = job.secrets_selected_for_cleaning;
        Ok(Reply::ok(
            json!({ "message": format!("{count} selected for cleaning"), "selected_count": count }),
        ))
    }
}

fn ids(texts: Vec<String>) -> BTreeSet<FindingId> {
    texts.into_iter().map(FindingId::new).collect()
}

/// Ids that are no findings of the job are faults.
fn check_known(
    fields: &mut Fields,
    name: &str,
    ids: &BTreeSet<FindingId>,
    all: &BTreeSet<FindingId>,
) {
    let unknown = ids.difference(all).count();
    if unknown > 0 {
        fields.fault(
            name,
            format!("holds ids that are not findings of this job: {unknown}"),
            "take the ids from GET /jobs/{id}/secrets",
        );
    }
}
