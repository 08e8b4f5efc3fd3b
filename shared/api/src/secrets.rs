//! `/api/v2/jobs/{id}/secrets`

mod list;
mod select;
mod update;

pub use list::ListSecrets;
pub use select::SelectSecrets;
pub use update::UpdateSecret;

use std::collections::BTreeSet;

use domain::{Event, EventKind, FindingId, Job, JobStatus, Selection};
use jiff::Timestamp;

use crate::ApiError;

/// Choosing is possible from the end of the scan to the start of the rewrite.
fn check_open(job: &Job) -> Result<(), ApiError> {
    if job.status == JobStatus::AwaitingSelection {
        return Ok(());
    }
    Err(ApiError::WrongState {
        found: job.status,
        needed: "awaiting_selection",
    })
}

/// Notes the new choice on the job; the event must be written with it.
fn note(job: &mut Job, selection: &Selection, all: &BTreeSet<FindingId>, now: Timestamp) -> Event {
    let selected = selection.count(all);
    job.secrets_selected_for_cleaning = selected;
    job.updated_at = now;
    let false_positives = selection.false_positive_count();
    job.event(
        EventKind::SecretsSelected {
            selected,
            false_positives,
        },
        now,
    )
}
