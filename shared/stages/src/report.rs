//! Stage `report`: `scan_complete` → `awaiting_selection`, or `completed` for jobs that only scan.

use std::sync::Arc;

use domain::ports::{BlobStore, Clock, FindingStore, JobStore, PortError};
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
        let selection = self.jobs.selection(&tenant, &id).await?;
        let selected = selection.count(&found);
        let (to, message) = match (turn.job.kind, found.len()) {
            (JobKind::Check | JobKind::Review, _) => {
                (JobStatus::Completed, turn.job.status_message.clone())
            }
            (JobKind::Migrate, 0) => (
                JobStatus::AwaitingSelection,
                "No secret was found; the history can be delivered as it is".to_owned(),
            ),
            (JobKind::Migrate, _) => (
                JobStatus::AwaitingSelection,
                "Choose which secrets are to be cleaned; all are selected now".to_owned(),
            ),
        };
        turn.leave(to, &message, |job| {
            job.secrets_selected_for_cleaning = selected;
            None
        })
        .await
    }

    async fn hand_on(&self, _job: &Job) -> Result<(), PortError> {
        Ok(())
    }
}
