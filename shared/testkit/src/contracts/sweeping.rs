//! The contract of the sweep: every job whose time is over or that stands still, and no other.
//! All of it plays in 2001, where no other contract's jobs are due.

use std::collections::BTreeSet;

use domain::ports::JobStore;
use domain::{Job, JobId, JobStatus};
use jiff::{SignedDuration, Timestamp};

use super::samples;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The finest step of time.
const TICK: SignedDuration = SignedDuration::from_nanos(1);

pub(super) async fn contract(store: &dyn JobStore) {
    let now: Timestamp = "2001-01-01T12:00:00.123456789Z".parse().unwrap();
    let stalled = now - HOUR;
    let mut due = Vec::new();
    for (status, expires_at, updated_at, is_due) in [
        // Over, whatever the state.
        (JobStatus::Completed, now, now, true),
        (JobStatus::Failed, now - HOUR * 100, now, true),
        (JobStatus::AwaitingSelection, now - TICK, now, true),
        (JobStatus::Scanning, now - HOUR, now - HOUR * 2, true),
        // Standing still where a stage should be at work.
        (JobStatus::Pending, now + HOUR, stalled, true),
        (JobStatus::Scanning, now + HOUR, stalled - TICK, true),
        (JobStatus::Pushing, now + HOUR, stalled - HOUR, true),
        // In time.
        (JobStatus::Scanning, now + TICK, stalled + TICK, false),
        (JobStatus::Pending, now + HOUR, now, false),
        // Waiting for a person, or done.
        (
            JobStatus::AwaitingSelection,
            now + HOUR,
            stalled - HOUR,
            false,
        ),
        (JobStatus::CleanComplete, now + HOUR, stalled - HOUR, false),
        (JobStatus::Completed, now + TICK, stalled - HOUR, false),
        (JobStatus::Cancelled, now + HOUR, stalled - HOUR, false),
    ] {
        let mut job = samples::job(&samples::tenant());
        (job.status, job.expires_at, job.updated_at) = (status, expires_at, updated_at);
        store.create(&job, &samples::created(&job)).await.unwrap();
        if is_due {
            due.push(job);
        }
    }
    assert_eq!(sweep(store, now, stalled, 100).await, ids(&due));
    let three = sweep(store, now, stalled, 3).await;
    assert!(three.len() == 3 && three.is_subset(&ids(&due)));
    what_moved_on_is_no_longer_due(store, now, stalled, due).await;
}

async fn what_moved_on_is_no_longer_due(
    store: &dyn JobStore,
    now: Timestamp,
    stalled: Timestamp,
    mut due: Vec<Job>,
) {
    for (place, status) in [(4, JobStatus::Cloning), (5, JobStatus::AwaitingSelection)] {
        due[place].status = status;
        due[place].updated_at = now;
        store.save(&mut due[place], &[], None).await.unwrap();
    }
    store.delete(&due[0].tenant, &due[0].id).await.unwrap();
    let left: Vec<Job> = [1, 2, 3, 6].map(|place| due[place].clone()).into();
    assert_eq!(sweep(store, now, stalled, 100).await, ids(&left));
    for job in due {
        store.delete(&job.tenant, &job.id).await.unwrap();
    }
    assert_eq!(sweep(store, now, stalled, 100).await, BTreeSet::new());
}

async fn sweep(
    store: &dyn JobStore,
    now: Timestamp,
    stalled_before: Timestamp,
    limit: usize,
) -> BTreeSet<JobId> {
    let jobs = store.sweep(now, stalled_before, limit).await.unwrap();
    let unique = ids(&jobs);
    assert_eq!(unique.len(), jobs.len(), "no job comes twice");
    unique
}

fn ids(jobs: &[Job]) -> BTreeSet<JobId> {
    jobs.iter().map(|job| job.id.clone()).collect()
}
