//! The stages' queues in SQS: one message is one job's turn at one stage.
//!
//! The body is the JSON of a [`StageMessage`], ids only; the correlation id is also a message
//! attribute, so that a message can be traced without being read.

mod error;

pub use error::QueueError;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use domain::ports::{PortError, StageQueue};
use domain::{Stage, StageMessage};

use error::call;

/// The name of the message attribute that holds the correlation id.
pub const CORRELATION_ID: &str = "correlation_id";

/// The queues that a function may send to.
#[derive(Clone, Debug)]
pub struct StageQueues {
    client: Client,
    urls: Vec<(Stage, String)>,
}

impl StageQueues {
    /// Uses these queues. A queue that does not answer fails within 4 s, so that whoever waits
    /// for an HTTP answer gets one.
    pub fn new(aws: &SdkConfig, urls: Vec<(Stage, String)>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_millis(1_800))
            .operation_timeout(Duration::from_secs(4))
            .build();
        let config = Builder::from(aws)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .build();
        Self {
            client: Client::from_conf(config),
            urls,
        }
    }

    fn url(&self, stage: Stage) -> Result<&str, PortError> {
        let found = self.urls.iter().find(|(name, _)| *name == stage);
        found.map(|(_, url)| url.as_str()).ok_or_else(|| {
            let stage = stage.as_str();
            tracing::error!(stage, "this function was given no queue for the stage");
            PortError::Denied
        })
    }
}

#[async_trait]
impl StageQueue for StageQueues {
    async fn send(&self, message: &StageMessage) -> Result<(), PortError> {
        let unwritable = |_| PortError::unavailable(QueueError::Unwritable);
        let body = serde_json::to_string(message)
            .map_err(|_| PortError::unavailable(QueueError::Unwritable))?;
        let correlation = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(message.correlation_id.as_str())
            .build()
            .map_err(unwritable)?;
        let request = self.client.send_message();
        let request = request
            .queue_url(self.url(message.stage)?)
            .message_body(body)
            .message_attributes(CORRELATION_ID, correlation);
        let answer = request.send().await;
        answer.map_err(call("SendMessage", message.stage))?;
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        for (stage, url) in &self.urls {
            let request = self.client.get_queue_attributes().queue_url(url);
            let request = request.attribute_names(QueueAttributeName::QueueArn);
            let answer = request.send().await;
            answer.map_err(call("GetQueueAttributes", *stage))?;
        }
        Ok(())
    }
}
