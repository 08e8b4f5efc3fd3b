//! Whether a job's report and clean history are still there to be had.

use domain::{Job, JobStatus};
use jiff::Timestamp;

/// Whether the scan's report can be had.
pub(crate) fn has_report(job: &Job, now: Timestamp) -> bool {
    job.scan_completed_at.is_some() && keeps(job, now)
}

/// Whether the clean history can be had.
pub(crate) fn has_clean(job: &Job, now: Timestamp) -> bool {
    job.clean_completed_at.is_some() && keeps(job, now)
}

/// Cancelled, expired and withdrawn jobs keep nothing, though their record may stay a while.
fn keeps(job: &Job, now: Timestamp) -> bool {
    job.status != JobStatus::Cancelled && job.expires_at > now
}
