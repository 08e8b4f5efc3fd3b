//! The ports in memory and on disk keep the contracts.

use domain::ports::StageQueue as _;
use domain::{CredentialId, GitCredential, Secret, Stage, StageMessage, TenantId};
use local::{
    DirectoryBlobs, MemoryCredentials, MemoryFindings, MemoryIdempotency, MemoryJobs, MemoryMarks,
    MemoryPolicies, MemoryQueue, MemorySecrets,
};
use testkit::contracts;

#[tokio::test]
async fn jobs() {
    contracts::job_store_contract(&MemoryJobs::default()).await;
}

#[tokio::test]
async fn findings() {
    let jobs = MemoryJobs::default();
    contracts::finding_store_contract(&jobs, &MemoryFindings::new(&jobs)).await;
}

#[tokio::test]
async fn marks() {
    contracts::mark_store_contract(&MemoryMarks::default()).await;
}

#[tokio::test]
async fn policies() {
    contracts::policy_store_contract(&MemoryPolicies::default()).await;
}

#[tokio::test]
async fn idempotency() {
    contracts::idempotency_store_contract(&MemoryIdempotency::default()).await;
}

#[tokio::test]
async fn blobs() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = DirectoryBlobs::new(folder.path().join("with spaces"));
    contracts::blob_store_contract(&blobs, |url| {
        let url = url::Url::parse(url).unwrap();
        std::fs::read(url.to_file_path().unwrap()).unwrap()
    })
    .await;
}

#[tokio::test]
async fn queue() {
    let queue = MemoryQueue::default();
    let receive = async |stage: Stage| -> StageMessage {
        let mut sent = queue.sent().into_iter();
        sent.find(|message| message.stage == stage).unwrap()
    };
    contracts::stage_queue_contract(&queue, receive).await;
    assert_eq!(queue.take().len(), Stage::ALL.len());
    queue.break_down(true);
    assert!(queue.ping().await.is_err());
    assert_eq!(queue.sent(), []);
}

#[tokio::test]
async fn secrets() {
    let secrets = MemorySecrets::new(*b"root of the keys", ["one", "two"]);
    contracts::secret_store_contract(&secrets, b"root of the keys", &["one", "two"]).await;
}

#[tokio::test]
async fn credentials() {
    let (tenant, id) = (TenantId::new("a"), CredentialId::new("cred-1"));
    let credential = GitCredential {
        username: "bob".to_owned(),
        token: Secret::new("made-up-token".to_owned()),
    };
    let broker = MemoryCredentials::default();
    broker.insert(tenant.clone(), id.clone(), credential.clone());
    contracts::credential_broker_contract(&broker, &tenant, &id, &credential).await;
}
