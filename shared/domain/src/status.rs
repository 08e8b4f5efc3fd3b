//! The states of a job and the one table of moves between them.

use serde::{Deserialize, Serialize};

use crate::JobKind;

/// Where a job stands. The legal moves are the rows of [`TRANSITIONS`]; any state that is not
/// terminal may also move to `failed` or `cancelled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Accepted, not yet started.
    Pending,
    /// The history is being fetched.
    Cloning,
    /// Every object is being searched.
    Scanning,
    /// The scan is done; the report is being written.
    ScanComplete,
    /// A person chooses what to clean.
    AwaitingSelection,
    /// The history is being rewritten and proven.
    Cleaning,
    /// The clean history is being stored.
    Uploading,
    /// The clean history can be downloaded or pushed.
    CleanComplete,
    /// The clean history is being pushed to its new home.
    Pushing,
    /// Done.
    Completed,
    /// Ended by an error; the job says which.
    Failed,
    /// Ended by its owner, or expired.
    Cancelled,
}

use JobStatus::{
    AwaitingSelection, Cancelled, CleanComplete, Cleaning, Cloning, Completed, Failed, Pending,
    Pushing, ScanComplete, Scanning, Uploading,
};

/// Every forward move, by kind of job.
pub const TRANSITIONS: &[(JobStatus, JobStatus, &[JobKind])] = &[
    (Pending, Cloning, JobKind::ALL),
    (Cloning, Scanning, JobKind::ALL),
    (Scanning, ScanComplete, JobKind::ALL),
    (ScanComplete, AwaitingSelection, &[JobKind::Migrate]),
    (ScanComplete, Completed, &[JobKind::Check, JobKind::Review]),
    (AwaitingSelection, Cleaning, &[JobKind::Migrate]),
    (Cleaning, Uploading, &[JobKind::Migrate]),
    (Uploading, CleanComplete, &[JobKind::Migrate]),
    (CleanComplete, Pushing, &[JobKind::Migrate]),
    (Pushing, Completed, &[JobKind::Migrate]),
];

/// A move that the table does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job cannot go from {from} to {to}")]
pub struct TransitionError {
    /// The state it is in.
    pub from: JobStatus,
    /// The state that was asked for.
    pub to: JobStatus,
}

impl JobStatus {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 12] = [
        Pending,
        Cloning,
        Scanning,
        ScanComplete,
        AwaitingSelection,
        Cleaning,
        Uploading,
        CleanComplete,
        Pushing,
        Completed,
        Failed,
        Cancelled,
    ];

    /// Whether the job has ended.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Completed | Failed | Cancelled)
    }

    /// Whether a stage is, or should be, at work on the job.
    pub const fn is_active(self) -> bool {
        matches!(
            self,
            Cloning | Scanning | ScanComplete | Cleaning | Uploading | Pushing
        )
    }

    /// Whether a stage must move it on, so that standing still means that something broke.
    pub const fn awaits_stage(self) -> bool {
        matches!(self, Pending) || self.is_active()
    }

    /// Checks a move of a job of `kind` from `self` to `to`.
    pub fn check(self, to: Self, kind: JobKind) -> Result<(), TransitionError> {
        let ends = !self.is_terminal() && matches!(to, Failed | Cancelled);
        let forward =
            |row: &&(Self, Self, &[JobKind])| row.0 == self && row.1 == to && row.2.contains(&kind);
        if ends || TRANSITIONS.iter().any(|row| forward(&row)) {
            Ok(())
        } else {
            Err(TransitionError { from: self, to })
        }
    }

    /// The state's name as the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pending => "pending",
            Cloning => "cloning",
            Scanning => "scanning",
            ScanComplete => "scan_complete",
            AwaitingSelection => "awaiting_selection",
            Cleaning => "cleaning",
            Uploading => "uploading",
            CleanComplete => "clean_complete",
            Pushing => "pushing",
            Completed => "completed",
            Failed => "failed",
            Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl std::fmt::Display for JobStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{JobStatus, TRANSITIONS};
    use crate::JobKind;

    #[test]
    fn every_job_can_reach_an_end_and_never_leaves_it() {
        for kind in JobKind::ALL {
            let mut status = JobStatus::Pending;
            while let Some(row) = TRANSITIONS
                .iter()
                .find(|r| r.0 == status && r.2.contains(kind))
            {
                status = row.1;
            }
            assert_eq!(status, JobStatus::Completed);
        }
        for end in JobStatus::ALL.into_iter().filter(|s| s.is_terminal()) {
            for to in JobStatus::ALL {
                assert!(end.check(to, JobKind::Migrate).is_err());
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for status in JobStatus::ALL {
            assert_eq!(JobStatus::parse(status.as_str()), Some(status));
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, status.as_str());
        }
    }
}
