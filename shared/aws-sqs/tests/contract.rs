//! The queues keep the contract of their port, on an emulated SQS.

// The whole file is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use aws_sqs::{CORRELATION_ID, StageQueues};
use domain::ports::{PortError, StageQueue as _};
use domain::{JobId, Stage, StageMessage};
use testkit::contracts::{self, emulator, samples};

fn aws(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn make_queues(client: &Client) -> Vec<(Stage, String)> {
    let mut urls = Vec::new();
    for stage in Stage::ALL {
        let name = format!("{}-{}", stage.as_str(), JobId::generate());
        let queue = client.create_queue().queue_name(name).send().await.unwrap();
        urls.push((stage, queue.queue_url.unwrap()));
    }
    urls
}

/// Takes one message and checks what is attached to it.
async fn receive(client: &Client, url: &str) -> StageMessage {
    let request = client.receive_message().queue_url(url);
    let request = request.message_attribute_names("All").wait_time_seconds(10);
    let answer = request.send().await.unwrap();
    let [received] = answer.messages() else {
        panic!("not one message: {answer:?}");
    };
    let message: StageMessage = serde_json::from_str(received.body().unwrap()).unwrap();
    let attributes = received.message_attributes().unwrap();
    let correlation = attributes[CORRELATION_ID].string_value().unwrap();
    assert_eq!(correlation, message.correlation_id.as_str());
    message
}

#[tokio::test]
async fn queues() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let client = Client::new(&aws(&endpoint));
    let urls = make_queues(&client).await;
    let queues = StageQueues::new(&aws(&endpoint), urls.clone());
    let take = async |stage| {
        let (_, url) = urls.iter().find(|(name, _)| *name == stage).unwrap();
        receive(&client, url).await
    };
    contracts::stage_queue_contract(&queues, take).await;
}

#[tokio::test]
async fn a_queue_that_is_gone_is_unavailable() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let client = Client::new(&aws(&endpoint));
    let urls = make_queues(&client).await;
    let queues = StageQueues::new(&aws(&endpoint), urls.clone());
    let (stage, url) = &urls[0];
    client.delete_queue().queue_url(url).send().await.unwrap();
    let message = StageMessage::new(*stage, &samples::job(&samples::tenant()));
    for answer in [queues.send(&message).await, queues.ping().await] {
        assert!(
            matches!(answer, Err(PortError::Unavailable(_))),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_unavailable() {
    let url = "http://127.0.0.1:1/000000000000/fetch".to_owned();
    let queues = StageQueues::new(&aws("http://127.0.0.1:1"), vec![(Stage::Fetch, url)]);
    let job = samples::job(&samples::tenant());
    let sent = queues.send(&StageMessage::new(Stage::Fetch, &job)).await;
    assert!(matches!(sent, Err(PortError::Unavailable(_))), "{sent:?}");
    let elsewhere = queues.send(&StageMessage::new(Stage::Push, &job)).await;
    assert!(matches!(elsewhere, Err(PortError::Denied)), "{elsewhere:?}");
}
