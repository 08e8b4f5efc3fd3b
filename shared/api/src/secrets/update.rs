//! `PATCH /api/v2/jobs/{id}/secrets/{secret_id}`: select or mark one finding.
//!
//! The last word counts: selecting a finding takes back its mark as a false positive, marking it deselects it. A mark is
//! remembered for the workspace's later scans.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ports::{FindingStore, JobStore, MarkStore, PortError};
use domain::{FindingId, Selection};

use super::{choose, open_job, remember};
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, Thing, view};

/// The endpoint and all that it may touch.
pub struct UpdateSecret {
    /// Where jobs and selections are kept.
    pub jobs: Arc<dyn JobStore>,
    /// Where findings are kept.
    pub findings: Arc<dyn FindingStore>,
    /// Where marks are kept for later scans.
    pub marks: Arc<dyn MarkStore>,
}

/// What is asked for.
struct Update {
    selected: Option<bool>,
    false_positive: Option<bool>,
    reason: Option<String>,
}

impl Endpoint for UpdateSecret {
    const NAME: &'static str = "api-secrets-update";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, id) = (request.tenant()?, request.job_id()?);
        let update = parse(request)?;
        let job = self.jobs.get(tenant, &id).await?;
        let secret_id = secret_id(request)?;
        let finding = match self.findings.get(tenant, &id, &secret_id).await {
            Err(PortError::NotFound) => return Err(ApiError::NotFound(Thing::Secret)),
            found => found?,
        };
        let job = open_job(&*self.jobs, tenant, &job.id).await?;
        let all: BTreeSet<FindingId> = self.findings.ids(tenant, &id).await?.into_iter().collect();
        let (_, selection) = choose(&*self.jobs, job, &all, request.now, |selection| {
            update.apply(selection, &secret_id, &all);
        })
        .await?;
        remember(&*self.marks, tenant, &selection, [&secret_id]).await?;
        Ok(Reply::ok(view::secret(&finding, &selection)))
    }
}

impl Update {
    fn apply(&self, selection: &mut Selection, id: &FindingId, all: &BTreeSet<FindingId>) {
        if let Some(marked) = self.false_positive {
            selection.set_false_positive(id, marked, self.reason.clone());
        } else if self.selected == Some(true) {
            selection.set_false_positive(id, false, None);
        }
        if let Some(selected) = self.selected {
            selection.set_selected(id, selected, || all.clone());
        }
    }
}

/// The finding that the path names. What cannot be an id is none.
fn secret_id(request: &Request) -> Result<FindingId, ApiError> {
    let id = request.path.get("secret_id");
    let id = id.filter(|id| id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()));
    id.map(FindingId::new)
        .ok_or(ApiError::NotFound(Thing::Secret))
}

fn parse(request: &Request) -> Result<Update, ApiError> {
    // The fields may come in the body or, as older clients send them, in the query.
    let mut fields = if request.body.is_empty() {
        Fields::of_query(&request.query)
    } else {
        Fields::of_body(&request.body)?
    };
    let update = Update {
        selected: fields.flag("selected_for_cleaning"),
        false_positive: fields.flag("is_false_positive"),
        reason: fields.text("reason", 500),
    };
    match (update.selected, update.false_positive) {
        (None, None) => fields.fault(
            "selected_for_cleaning",
            "is missing",
            "send it, or is_false_positive, or both",
        ),
        (Some(true), Some(true)) => fields.fault(
            "selected_for_cleaning",
            "contradicts is_false_positive",
            "send one of the two as true",
        ),
        (_, None | Some(false)) if update.reason.is_some() => fields.fault(
            "reason",
            "goes only with is_false_positive",
            "send is_false_positive as true, or leave the reason out",
        ),
        (_, _) => {}
    }
    fields.finish()?;
    Ok(update)
}
