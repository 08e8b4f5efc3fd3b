//! Stage `report`: `scan_complete` → `awaiting_selection`, or `completed` for jobs that only scan.
//! What was marked as a false positive in an earlier job of the workspace is marked in this one.

use std::sync::Arc;

use domain::ports::{BlobStore, Clock, FindingStore, JobStore, MarkStore, PortError};
use domain::{Job, JobKind, JobStatus, Stage, StageMessage, Watch, WorkError, Worker, keys};

use crate::error::StageError;
use crate::runner::{self, Step};
use crate::turn::Turn;

/// Checks that the report is there, and opens the selection.
pub struct ReportStage {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// What was found.
    pub findings: Arc<dyn FindingStore>,
    /// What was marked in earlier jobs.
    pub marks: Arc<dyn MarkStore>,
    /// The report.
    pub blobs: Arc<dyn BlobStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Worker for ReportStage {
    const NAME: &'static str = "stage-report";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        runner::run(self, message, watch).await
    }
}

impl Step for ReportStage {
    const STAGE: Stage = Stage::Report;

    fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn work(&self, turn: &mut Turn) -> Result<(), StageError> {
        let (id, tenant) = (turn.job.id.clone(), turn.job.tenant.clone());
        let report = keys::report(&id);
        if !self.blobs.list(&report).await?.contains(&report) {
            let what = "The scan's report";
            return Err(StageError::Missing { what });
        }
        let found = self.findings.ids(&tenant, &id).await?;
        let mut selection = self.jobs.selection(&tenant, &id).await?;
        let marks = self.marks.marks(&tenant).await?;
        let carried = selection.carry_over(&marks, &found);
        let selected = selection.count(&found);
        let (to, message) = match (turn.job.kind, found.len()) {
            (JobKind::Check | JobKind::Review, _) => {
                (JobStatus::Completed, turn.job.status_message.clone())
            }
            (JobKind::Migrate, 0) => (
                JobStatus::AwaitingSelection,
                nothing_to_choose(turn.job.total_secrets_suppressed),
            ),
            (JobKind::Migrate, _) => (JobStatus::AwaitingSelection, invitation(carried)),
        };
        let changed = Some(&selection).filter(|_| carried > 0);
        turn.leave_with(changed, to, &message, |job| {
            job.secrets_selected_for_cleaning = selected;
            None
        })
        .await
    }

    async fn hand_on(&self, _job: &Job) -> Result<(), PortError> {
        Ok(())
    }
}

/// What a person is told when there is nothing to select.
fn nothing_to_choose(suppressed: u64) -> String {
    let found = match suppressed {
        0 => "No secret was found".to_owned(),
        n => format!("No secret was found besides {n} suppressed"),
    };
    format!("{found}; the history can be delivered as it is")
}

/// What a person is told when the selection opens.
fn invitation(carried: usize) -> String {
    let selected = match carried {
        0 => "all are selected now".to_owned(),
        1 => "all are selected now but 1 that was marked as a false positive before".to_owned(),
        n => format!("all are selected now but {n} that were marked as false positives before"),
    };
    format!("Choose which secrets are to be cleaned; {selected}")
}
