//! The contract of stage queues: every message arrives, unchanged, at its own stage.

use domain::ports::StageQueue;
use domain::{Stage, StageMessage};

use super::samples;

/// Asserts every promise of [`StageQueue`]. `receive` takes one message of a stage off its queue.
pub async fn stage_queue_contract(
    queue: &dyn StageQueue,
    receive: impl AsyncFn(Stage) -> StageMessage,
) {
    queue.ping().await.unwrap();
    let job = samples::job(&samples::tenant());
    let messages = Stage::ALL.map(|stage| StageMessage::new(stage, &job));
    for message in &messages {
        queue.send(message).await.unwrap();
    }
    for message in messages {
        assert_eq!(receive(message.stage).await, message);
    }
}
