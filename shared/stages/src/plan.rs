//! Which stage works on a job in which state, and where it leaves it: the one table that runner and sweepers read.

use domain::{JobStatus, Stage};

/// The stage that must work on a job in this state; none where a person decides or the job has ended.
pub(crate) const fn stage_of(status: JobStatus) -> Option<Stage> {
    match status {
        JobStatus::Pending | JobStatus::Cloning => Some(Stage::Fetch),
        JobStatus::Scanning => Some(Stage::Scan),
        JobStatus::ScanComplete => Some(Stage::Report),
        JobStatus::Cleaning | JobStatus::Uploading => Some(Stage::Clean),
        JobStatus::Pushing => Some(Stage::Push),
        JobStatus::AwaitingSelection
        | JobStatus::CleanComplete
        | JobStatus::Completed
        | JobStatus::Failed
        | JobStatus::Cancelled => None,
    }
}

/// The state in which a stage leaves a job that goes on to another stage or stays open; the others end it.
pub(crate) const fn leaves(stage: Stage) -> JobStatus {
    match stage {
        Stage::Fetch => JobStatus::Scanning,
        Stage::Scan => JobStatus::ScanComplete,
        Stage::Report => JobStatus::AwaitingSelection,
        Stage::Clean => JobStatus::CleanComplete,
        Stage::Push => JobStatus::Completed,
    }
}

/// How far the job is when the stage is done with this state, in percent.
pub(crate) fn ceiling(status: JobStatus) -> u8 {
    let mut later = JobStatus::ALL
        .into_iter()
        .skip_while(|other| *other != status);
    later.next();
    later
        .next()
        .and_then(JobStatus::progress)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ceiling, leaves, stage_of};
    use domain::status::TRANSITIONS;
    use domain::{JobStatus, Stage};

    #[test]
    fn exactly_the_states_that_await_a_stage_have_one() {
        for status in JobStatus::ALL {
            assert_eq!(
                stage_of(status).is_some(),
                status.awaits_stage(),
                "{status}"
            );
        }
    }

    #[test]
    fn every_stage_leaves_its_job_where_the_table_of_moves_allows() {
        for stage in Stage::ALL {
            let into = TRANSITIONS.iter().filter(|row| row.1 == leaves(stage));
            assert!(
                into.map(|row| stage_of(row.0)).any(|s| s == Some(stage)),
                "{stage:?}"
            );
            assert_ne!(stage_of(leaves(stage)), Some(stage));
        }
    }

    #[test]
    fn progress_ends_where_the_next_state_begins() {
        assert_eq!(ceiling(JobStatus::Scanning), 45);
        assert_eq!(ceiling(JobStatus::Pushing), 100);
    }
}
