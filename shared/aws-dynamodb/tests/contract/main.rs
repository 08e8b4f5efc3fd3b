//! The table keeps the contracts of its ports, on an emulated DynamoDB.

// The whole file is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

mod reluctant;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_dynamodb::{JobTable, table_definition};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use domain::JobId;
use domain::ports::{FindingStore, JobStore as _, PortError};
use reluctant::Reluctant;
use testkit::contracts::{self, emulator, samples};

fn aws(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(
            credentials,
        ))
        .build()
}

/// Makes a table of its own.
async fn make_table(endpoint: &str) -> String {
    let client = Client::new(&aws(endpoint));
    let name = format!("jobs-{}", JobId::generate());
    let definition = table_definition().unwrap().table_name(&name);
    definition.send_with(&client).await.unwrap();
    name
}

/// A table of its own, if there is an emulator.
async fn table() -> Option<JobTable> {
    let endpoint = emulator::endpoint()?;
    let name = make_table(&endpoint).await;
    Some(JobTable::new(&aws(&endpoint), name))
}

#[tokio::test]
async fn jobs() {
    let Some(table) = table().await else { return };
    contracts::job_store_contract(&table).await;
}

#[tokio::test]
async fn findings() {
    let Some(table) = table().await else { return };
    contracts::finding_store_contract(&table, &table).await;
}

#[tokio::test]
async fn writes_that_are_handed_back_are_sent_again() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let busy = Reluctant::start(&endpoint);
    let name = make_table(&endpoint).await;
    let table = JobTable::new(&aws(&busy.endpoint()), name);
    let job = samples::job(&samples::tenant());
    table.create(&job, &samples::created(&job)).await.unwrap();
    let findings: Vec<_> = (0..60).map(samples::finding).collect();
    let (tenant, id) = (&job.tenant, &job.id);
    table.put_all(tenant, id, &findings).await.unwrap();
    let page = FindingStore::list(&table, tenant, id, 100, None).await;
    assert_eq!(page.unwrap().items, findings);
    // Of 25, 25 and 10 writes: 15 and 5 come back, twice.
    assert_eq!(busy.handed_back(), 40);
    table.delete(tenant, id).await.unwrap();
    assert_eq!(table.ids(tenant, id).await.unwrap(), []);
    assert!(busy.handed_back() > 40, "deletions were handed back too");
}

#[tokio::test]
async fn marks() {
    let Some(table) = table().await else { return };
    contracts::mark_store_contract(&table).await;
}

#[tokio::test]
async fn policies() {
    let Some(table) = table().await else { return };
    contracts::policy_store_contract(&table).await;
}

#[tokio::test]
async fn idempotency() {
    let Some(table) = table().await else { return };
    contracts::idempotency_store_contract(&table).await;
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_unavailable_and_says_no_more() {
    let nowhere = JobTable::new(&aws("http://127.0.0.1:1"), "jobs");
    let job = samples::job(&samples::tenant());
    let error = nowhere.create(&job, &samples::created(&job)).await;
    let Err(error @ PortError::Unavailable(_)) = error else {
        panic!("{error:?}");
    };
    let text = format!("{error:?}");
    assert!(text.contains("TransactWriteItems") && !text.contains("shop.git"));
}

#[tokio::test]
async fn a_missing_table_is_unavailable() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let missing = JobTable::new(&aws(&endpoint), "no-such-table");
    let answer = missing.ping().await;
    assert!(
        matches!(answer, Err(PortError::Unavailable(_))),
        "{answer:?}"
    );
}
