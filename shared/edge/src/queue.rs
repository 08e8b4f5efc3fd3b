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
        Ok::<_, StartError>(batch(worker, event.payload, deadline).await)
    }))
    .await
}

/// Works through the messages one after the other; answers which of them go back.
async fn batch<W: Worker>(worker: &W, event: SqsEvent, deadline: SystemTime) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !work(worker, &message, deadline).await {
            let mut failure = BatchItemFailure::default();
            // SQS takes an empty id for the whole batch: a message without an id must not get lost.
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, SystemTime};

    use aws_lambda_events::sqs::SqsEvent;
    use domain::ports::PortError;
    use domain::{ErrorCode, Job, StageMessage, Stop, Watch, WorkError, Worker};

    use super::{MARGIN, batch};

    /// Does with a message what its job's id says; notes what the watch said.
    #[derive(Default)]
    struct Scripted(Mutex<Vec<(String, Option<Stop>)>>);

    impl Worker for Scripted {
        const NAME: &'static str = "stage-scripted";

        async fn run(
            &self,
            message: &StageMessage,
            watch: Arc<dyn Watch + Send + Sync>,
        ) -> Result<Option<Job>, WorkError> {
            let job = message.job_id.to_string();
            self.0.lock().unwrap().push((job.clone(), watch.stop()));
            match job.as_str() {
                "retry" => Err(WorkError::Retry(PortError::unavailable("not now"))),
                "fail" => Err(WorkError::fail(ErrorCode::ScanError, "it cannot be done")),
                "gone" => Err(WorkError::Gone),
                _ => Ok(None),
            }
        }
    }

    fn event(jobs: &[&str]) -> SqsEvent {
        let record = |job: &&str| {
            let body =
                format!(r#"{{"stage":"scan","tenant":"t","job_id":"{job}","correlation_id":"c"}}"#);
            let body = if *job == "garbage" { "{}" } else { &body };
            serde_json::json!({ "messageId": format!("m-{job}"), "body": body })
        };
        let records: Vec<_> = jobs.iter().map(record).collect();
        serde_json::from_value(serde_json::json!({ "Records": records })).unwrap()
    }

    #[tokio::test]
    async fn only_messages_that_may_succeed_later_or_cannot_be_read_go_back() {
        let worker = Scripted::default();
        let later = SystemTime::now() + MARGIN + Duration::from_mins(1);
        let jobs = ["done", "retry", "fail", "garbage", "gone", "done"];
        let response = batch(&worker, event(&jobs), later).await;
        let back = response.batch_item_failures.iter();
        let back: Vec<&str> = back.map(|item| item.item_identifier.as_str()).collect();
        assert_eq!(back, ["m-retry", "m-garbage"]);
        let seen = worker.0.lock().unwrap();
        let seen: Vec<&str> = seen.iter().map(|(job, _)| job.as_str()).collect();
        assert_eq!(seen, ["done", "retry", "fail", "gone", "done"]);
    }

    #[tokio::test]
    async fn the_watch_stops_before_lambda_does() {
        let worker = Scripted::default();
        let now = SystemTime::now();
        batch(&worker, event(&["early"]), now + MARGIN * 2).await;
        batch(&worker, event(&["late"]), now + MARGIN / 2).await;
        let seen = worker.0.lock().unwrap();
        assert_eq!(seen[0], ("early".to_owned(), None));
        assert_eq!(seen[1], ("late".to_owned(), Some(Stop::Deadline)));
    }

    #[tokio::test]
    async fn the_example_events_are_understood() {
        let events = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
        for stage in domain::Stage::ALL {
            let file = format!("{events}/stage-{}.json", stage.as_str());
            let event = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
            let worker = Scripted::default();
            let response = batch(&worker, event, SystemTime::now()).await;
            assert!(response.batch_item_failures.is_empty());
            assert_eq!(worker.0.lock().unwrap().len(), 1);
        }
    }
}
