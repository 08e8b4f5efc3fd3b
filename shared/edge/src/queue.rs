//! A batch of messages in, each through one [`Worker`], the failed ones out, so that one bad message does not take the others along.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{StageMessage, Stop, Watch, WorkError, Worker};
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::Instrument as _;

use crate::{StartError, usage::Usage};

/// What is left of a function's time when a stage must be through: enough to write down how it ended.
const MARGIN: Duration = Duration::from_secs(20);

/// Serves one stage until Lambda shuts the environment down.
pub async fn serve<W: Worker>(worker: W) -> Result<(), StartError> {
    telemetry::init();
    let worker = &worker;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let deadline = event.context.deadline();
        let mut response = SqsBatchResponse::default();
        for message in event.payload.records {
            if !work(worker, &message, deadline).await {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = message.message_id.unwrap_or_default();
                response.batch_item_failures.push(failure);
            }
        }
        Ok::<_, StartError>(response)
    }))
    .await
}

/// Whether the message is done with.
async fn work<W: Worker>(worker: &W, message: &SqsMessage, deadline: SystemTime) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(message) = serde_json::from_str::<StageMessage>(body) else {
        // It goes back until the queue gives it up; the alarm on the dead-letter queue tells of it.
        tracing::error!(
            stage = W::NAME,
            message_id = message.message_id,
            "a message that cannot be read"
        );
        return false;
    };
    let span = tracing::info_span!("stage", stage = W::NAME, job = %message.job_id, correlation_id = %message.correlation_id);
    let before = Usage::now();
    let watch = Arc::new(Deadline(deadline.checked_sub(MARGIN).unwrap_or(deadline)));
    let outcome = worker.run(&message, watch).instrument(span.clone()).await;
    let _entered = span.entered();
    let used = Usage::now().since(&before);
    match outcome {
        Ok(_) => tracing::info!(
            wall_ms = used.wall_ms,
            cpu_ms = used.cpu_ms,
            peak_mb = used.peak_mb,
            "done"
        ),
        Err(WorkError::Gone) => tracing::info!("the job is no longer wanted"),
        // The stage has written down why; sending the message again would change nothing.
        Err(WorkError::Fail { code, .. }) => tracing::warn!(?code, "the job failed"),
        Err(WorkError::Retry(cause)) => {
            tracing::warn!(error = ?cause, "the message goes back");
            return false;
        }
    }
    true
}

/// Lambda's clock.
struct Deadline(SystemTime);

impl Watch for Deadline {
    fn stop(&self) -> Option<Stop> {
        (SystemTime::now() >= self.0).then_some(Stop::Deadline)
    }
}
