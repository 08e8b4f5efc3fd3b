//! The stack's secrets keep the contract of their port, on an emulated Secrets Manager.

// The whole file is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use aws_secrets::StackSecrets;
use domain::JobId;
use domain::ports::{PortError, SecretStore as _};
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

async fn store(client: &Client, text: &str) -> String {
    let name = format!("secret-{}", JobId::generate());
    let request = client.create_secret().name(name).secret_string(text);
    request.send().await.unwrap().arn.unwrap()
}

#[tokio::test]
async fn secrets() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let client = Client::new(&aws(&endpoint));
    let (current, previous) = ("now-".repeat(8), "then".repeat(8));
    let gateway = format!(r#"{{"current":"{current}","previous":"{previous}"}}"#);
    let root = format!(r#"{{"root":"{}"}}"#, "5a".repeat(32));
    let (root, gateway) = (store(&client, &root).await, store(&client, &gateway).await);
    let secrets = StackSecrets::new(&aws(&endpoint))
        .with_root(&root)
        .with_gateway(&gateway);
    let accepted = [current.as_str(), previous.as_str()];
    contracts::secret_store_contract(&secrets, &[0x5a; 32], &accepted).await;
    // Remembered: what is gone now is still known.
    for arn in [root, gateway] {
        let delete = client.delete_secret().secret_id(arn);
        let delete = delete.force_delete_without_recovery(true);
        delete.send().await.unwrap();
    }
    contracts::secret_store_contract(&secrets, &[0x5a; 32], &accepted).await;
}

#[tokio::test]
async fn what_is_missing_or_malformed_gives_no_key() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let client = Client::new(&aws(&endpoint));
    let odd = store(&client, r#"{"root":"made-up-value"}"#).await;
    for arn in [odd, "no-such-secret".to_owned()] {
        let secrets = StackSecrets::new(&aws(&endpoint)).with_root(arn);
        let key = secrets.workspace_key(&samples::tenant()).await;
        assert!(matches!(key, Err(PortError::Unavailable(_))));
        assert!(!format!("{key:?}").contains("made-up"));
        let gateway = secrets.gateway_secrets().await;
        assert!(matches!(gateway, Err(PortError::Denied)));
    }
}
