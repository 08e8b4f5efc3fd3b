//! The bucket keeps the contract of its port, on an emulated S3.

// The whole file is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_s3::Bucket;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Credentials, SharedCredentialsProvider};
use domain::JobId;
use domain::ports::{BlobStore as _, PortError};
use testkit::contracts::{self, emulator};

fn aws(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// A bucket of its own, if there is an emulator; and a client that looks at it from outside.
async fn bucket() -> Option<(Bucket, Client, String)> {
    let aws = aws(&emulator::endpoint()?);
    let client = Client::from_conf(Builder::from(&aws).force_path_style(true).build());
    let name = format!("bucket-{}", JobId::generate());
    client.create_bucket().bucket(&name).send().await.unwrap();
    Some((Bucket::new(&aws, &name, true), client, name))
}

fn open(url: &str) -> Vec<u8> {
    let mut answer = ureq::get(url).call().unwrap();
    let header = answer.headers().get("content-disposition").cloned();
    assert_eq!(header.unwrap(), "attachment; filename=\"cleaned_repo.zip\"");
    answer.body_mut().read_to_vec().unwrap()
}

#[tokio::test]
async fn blobs() {
    let Some((bucket, ..)) = bucket().await else {
        return;
    };
    contracts::blob_store_contract(&bucket, open).await;
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_comes_back() {
    let Some((bucket, client, name)) = bucket().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    // Two whole parts and a bit, and no two blocks alike.
    let blocks = 0..(65_u32 << 20) / 4 + 3;
    let bytes: Vec<u8> = blocks.flat_map(u32::to_le_bytes).collect();
    std::fs::write(&source, &bytes).unwrap();
    bucket.put_file("cleaned/1/large", &source).await.unwrap();
    bucket.get_file("cleaned/1/large", &target).await.unwrap();
    assert!(std::fs::read(&target).unwrap() == bytes);
    let head = client.head_object().bucket(&name).key("cleaned/1/large");
    let tag = head.send().await.unwrap().e_tag.unwrap();
    assert!(
        tag.trim_matches('"').ends_with("-3"),
        "{tag} is not of three parts"
    );
}

#[tokio::test]
async fn a_bucket_that_does_not_answer_is_unavailable_and_says_no_more() {
    let nowhere = Bucket::new(&aws("http://127.0.0.1:1"), "bucket", true);
    let error = nowhere.get("reports/1/secret_values.json").await;
    let Err(error @ PortError::Unavailable(_)) = error else {
        panic!("{error:?}");
    };
    let text = format!("{error:?}");
    assert!(text.contains("GetObject") && !text.contains("secret_values"));
    let pinged = nowhere.ping().await;
    assert!(
        matches!(pinged, Err(PortError::Unavailable(_))),
        "{pinged:?}"
    );
}

#[tokio::test]
async fn a_missing_bucket_is_unavailable_not_an_empty_one() {
    let Some(endpoint) = emulator::endpoint() else {
        return;
    };
    let missing = Bucket::new(&aws(&endpoint), "no-such-bucket", true);
    for answer in [
        missing.ping().await,
        missing.list("a").await.map(|_| ()),
        missing.get("a").await.map(|_| ()),
        missing.put("a", Vec::new(), "text/plain").await,
    ] {
        assert!(
            matches!(answer, Err(PortError::Unavailable(_))),
            "{answer:?}"
        );
    }
}
