//! Moving a job into a stage: the state is written first, then the message is sent; if it cannot be sent, the state is put back.

use domain::ports::{JobStore, PortError, StageQueue};
use domain::{Job, JobStatus, Stage, StageMessage};
use jiff::Timestamp;

use crate::ApiError;

/// Moves `job` to `to` and has `stage` work on it; all or nothing as far as the caller can see.
pub(crate) async fn start(
    jobs: &dyn JobStore,
    queue: &dyn StageQueue,
    job: &mut Job,
    to: JobStatus,
    stage: Stage,
    message: &str,
    now: Timestamp,
) -> Result<(), ApiError> {
    let mut before = job.clone();
    let event = job
        .transition(to, message, now)
        .map_err(|_| ApiError::ChangedMeanwhile)?;
    jobs.save(job, &[event], None).await?;
    let Err(cause) = queue.send(&StageMessage::new(stage, job)).await else {
        return Ok(());
    };
    // The target of a push that never began is not worth keeping either.
    if to == JobStatus::Pushing {
        before.target = None;
    }
    let event = job.roll_back(&before, now);
    match jobs.save(job, &[event], None).await {
        Ok(()) | Err(PortError::Conflict) => {}
        Err(error) => {
            tracing::error!(job = %job.id, ?error, "the job could not be put back; the sweeper will send its message again");
        }
    }
    Err(ApiError::Unavailable(cause))
}
