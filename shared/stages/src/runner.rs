//! How every stage is run: read the job, decide, work, hand on. The only place that knows what a repeated, late or
//! overtaken message means.

use std::sync::Arc;

use domain::ports::{Clock, JobStore, PortError, StageQueue};
use domain::{Job, Stage, StageMessage, Watch, WorkError};

use crate::error::StageError;
use crate::plan;
use crate::turn::Turn;

/// How often a decision is made anew because somebody else moved the job meanwhile.
const DECISIONS: usize = 3;

/// What a stage is to the runner.
pub(crate) trait Step: Send + Sync {
    /// Which stage.
    const STAGE: Stage;

    /// Where jobs are.
    fn jobs(&self) -> &Arc<dyn JobStore>;

    /// The time.
    fn clock(&self) -> &Arc<dyn Clock>;

    /// The work for a job that stands where this stage works: may be repeated from any point. Must leave the job
    /// in another state.
    fn work(&self, turn: &mut Turn) -> impl Future<Output = Result<(), StageError>> + Send;

    /// What follows once the job stands where this stage leaves it: the next message, or tidying up. May be repeated.
    fn hand_on(&self, job: &Job) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Runs `step` for one message.
pub(crate) async fn run<S: Step>(
    step: &S,
    message: &StageMessage,
    deadline: Arc<dyn Watch + Send + Sync>,
) -> Result<Option<Job>, WorkError> {
    for _ in 0..DECISIONS {
        let job = match step.jobs().get(&message.tenant, &message.job_id).await {
            Ok(job) => job,
            Err(PortError::NotFound) => return Err(WorkError::Gone),
            Err(error) => return Err(error.into()),
        };
        if plan::stage_of(job.status) != Some(S::STAGE) {
            return come_late(step, job).await;
        }
        let mut turn = Turn::new(
            Arc::clone(step.jobs()),
            Arc::clone(step.clock()),
            Arc::clone(&deadline),
            S::STAGE,
            job,
        );
        match settle(step, &mut turn).await {
            Ok(()) => return Ok(Some(turn.job)),
            Err(StageError::Overtaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PortError::Conflict.into())
}

/// The job is not here: it may have got no further than the end of this stage, if the message to the next was lost.
async fn come_late<S: Step>(step: &S, job: Job) -> Result<Option<Job>, WorkError> {
    if job.status == plan::leaves(S::STAGE) {
        step.hand_on(&job).await?;
    } else if job.status.is_terminal() {
        return Err(WorkError::Gone);
    }
    Ok(None)
}

/// Works, and either hands the job on or writes down why it failed.
async fn settle<S: Step>(step: &S, turn: &mut Turn) -> Result<(), StageError> {
    let (job, stage) = (turn.job.id.clone(), S::STAGE.as_str());
    let error = match step.work(turn).await {
        Ok(()) => {
            tracing::info!(%job, stage, status = turn.job.status.as_str(), "stage done");
            return Ok(step.hand_on(&turn.job).await?);
        }
        Err(StageError::Overtaken) => return Err(StageError::Overtaken),
        Err(error) => error,
    };
    match WorkError::from(error) {
        WorkError::Fail { code, message } => {
            tracing::warn!(%job, stage, ?code, reason = message, "job failed");
            turn.fail(code, &message).await
        }
        WorkError::Retry(error) => Err(StageError::Port(error)),
        WorkError::Gone => Err(StageError::Gone),
    }
}

/// Sends the job to its next stage.
pub(crate) async fn send(queue: &dyn StageQueue, job: &Job) -> Result<(), PortError> {
    match plan::stage_of(job.status) {
        Some(stage) => queue.send(&StageMessage::new(stage, job)).await,
        None => Ok(()),
    }
}
