//! `/api/v2/jobs/{id}/secrets`

mod list;
mod select;
mod update;

pub use list::ListSecrets;
pub use select::SelectSecrets;
pub use update::UpdateSecret;

use std::collections::BTreeSet;

use domain::ports::{JobStore, MarkStore, PortError};
use domain::{EventKind, FindingId, Job, JobId, JobStatus, Marks, Selection, TenantId};
use jiff::Timestamp;

use crate::ApiError;

/// How often a choice that met another is made again.
const TRIES: usize = 5;

/// Reads the job; choosing is possible from the end of the scan to the start of the rewrite.
async fn open_job(jobs: &dyn JobStore, tenant: &TenantId, id: &JobId) -> Result<Job, ApiError> {
    let job = jobs.get(tenant, id).await?;
    if job.status == JobStatus::AwaitingSelection {
        return Ok(job);
    }
    Err(ApiError::WrongState {
        found: job.status,
        needed: "awaiting_selection",
    })
}

/// Changes the choice of an open job, again from what is stored if somebody else wrote first. The selection is not read
/// in one go with the job: that the job's version is the same when it is written shows that nobody changed it in between.
async fn choose(
    jobs: &dyn JobStore,
    mut job: Job,
    all: &BTreeSet<FindingId>,
    now: Timestamp,
    change: impl Fn(&mut Selection) + Send,
) -> Result<(Job, Selection), ApiError> {
    for _ in 0..TRIES {
        let mut selection = jobs.selection(&job.tenant, &job.id).await?;
        change(&mut selection);
        let selected = selection.count(all);
        job.secrets_selected_for_cleaning = selected;
        job.updated_at = now;
        let kind = EventKind::SecretsSelected {
            selected,
            false_positives: selection.false_positive_count(),
        };
        let event = job.event(kind, now);
        match jobs.save(&mut job, &[event], Some(&selection)).await {
            Ok(()) => return Ok((job, selection)),
            Err(PortError::Conflict) => job = open_job(jobs, &job.tenant, &job.id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::ChangedMeanwhile)
}

/// Brings the workspace's marks of `ids` to what `selection` says, for the scans to come. It looks at what is stored, not at
/// what the request changed: whoever repeats a request that broke off before this mends it.
async fn remember(
    marks: &dyn MarkStore,
    tenant: &TenantId,
    selection: &Selection,
    ids: impl IntoIterator<Item = &FindingId>,
) -> Result<(), ApiError> {
    let known = marks.marks(tenant).await?;
    let (mut new, mut gone) = (Marks::new(), BTreeSet::new());
    for id in ids {
        match (selection.marks().get(id), known.get(id)) {
            (Some(reason), stored) if stored != Some(reason) => {
                new.insert(id.clone(), reason.clone());
            }
            (None, Some(_)) => {
                gone.insert(id.clone());
            }
            (Some(_) | None, _) => {}
        }
    }
    marks.mark(tenant, &new).await?;
    Ok(marks.unmark(tenant, &gone).await?)
}
