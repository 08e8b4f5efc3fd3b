//! A message that was given up: its job fails with a reason, unless it has moved on.

use std::sync::Arc;

use domain::ports::{Clock, JobStore, PortError};
use domain::{ErrorCode, Job, Stage, StageMessage, Watch, WorkError, Worker};

use crate::error::StageError;
use crate::plan;
use crate::turn::Turn;

/// Takes what the stages' queues gave up.
pub struct StageDead {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Worker for StageDead {
    const NAME: &'static str = "on-stage-dead";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        let job = match self.jobs.get(&message.tenant, &message.job_id).await {
            Ok(job) => job,
            Err(PortError::NotFound) => return Err(WorkError::Gone),
            Err(error) => return Err(error.into()),
        };
        if job.status.is_terminal() {
            return Err(WorkError::Gone);
        }
        if plan::stage_of(job.status) != Some(message.stage) {
            return Ok(None);
        }
        let mut turn = Turn::new(
            Arc::clone(&self.jobs),
            Arc::clone(&self.clock),
            watch,
            message.stage,
            job,
        );
        match turn
            .fail(ErrorCode::StageDead, &reason(message.stage))
            .await
        {
            Ok(()) => Ok(Some(turn.job)),
            Err(StageError::Overtaken) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn reason(stage: Stage) -> String {
    let work = match stage {
        Stage::Fetch => "fetching the history",
        Stage::Scan => "scanning the history",
        Stage::Report => "writing the report",
        Stage::Clean => "cleaning the history",
        Stage::Push => "pushing the clean history",
    };
    format!(
        "Given up after several tries at {work} (stage `{}`); start the job again",
        stage.as_str()
    )
}
