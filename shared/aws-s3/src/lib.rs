//! Histories and reports in one S3 bucket.
//!
//! The bucket encrypts by default (KMS), so no request names a key. Whoever reads needs
//! `s3:ListBucket` too: without it S3 calls a missing object forbidden. Large files go in parts,
//! several at a time; nothing is held in memory but what `put` and `get` are given and asked for.

mod delete;
mod download;
mod error;
mod upload;

pub use error::BucketError;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::presigning::PresigningConfig;
use domain::ports::{BlobStore, PortError};

use error::{call, request};

/// The bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    bucket: String,
}

impl Bucket {
    /// Uses the bucket of that name; `path_style` for an emulator.
    pub fn new(aws: &SdkConfig, bucket: impl Into<String>, path_style: bool) -> Self {
        // No limit on a whole call: a large object takes its time. The SDK itself gives up on
        // streams that stand still.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(30))
            .build();
        let config = Builder::from(aws)
            .force_path_style(path_style)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: bucket.into(),
        }
    }
}

#[async_trait]
impl BlobStore for Bucket {
    async fn put_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        self.upload(key, file).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        self.download(key, file).await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), PortError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key);
        let request = request.content_type(content_type).body(bytes.into());
        request.send().await.map_err(call("PutObject"))?;
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let answer = request.send().await.map_err(call("GetObject"))?;
        let body = answer.body.collect().await;
        let operation = "GetObject";
        let bytes = body.map_err(|_| BucketError::BrokeOff { operation })?;
        Ok(bytes.to_vec())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, PortError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket);
        let mut pages = request.prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(call("ListObjectsV2"))?;
            keys.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|o| o.key),
            );
        }
        keys.sort_unstable();
        Ok(keys)
    }

    async fn delete_prefix(&self, prefix: &str) -> Result<(), PortError> {
        let keys = self.list(prefix).await?;
        self.delete(keys).await
    }

    async fn presign(
        &self,
        key: &str,
        file_name: &str,
        valid: Duration,
    ) -> Result<String, PortError> {
        const OPERATION: &str = "GetObject";
        let validity = PresigningConfig::expires_in(valid).map_err(request(OPERATION))?;
        let get = self.client.get_object().bucket(&self.bucket).key(key);
        let get = get.response_content_disposition(disposition(file_name));
        let signed = get.presigned(validity).await.map_err(call(OPERATION))?;
        Ok(signed.uri().to_owned())
    }

    async fn ping(&self) -> Result<(), PortError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_secs(4))
            .build();
        let soon = Builder::default().timeout_config(timeouts);
        let request = self.client.head_bucket().bucket(&self.bucket);
        let answer = request.customize().config_override(soon).send().await;
        answer.map_err(call("HeadBucket"))?;
        Ok(())
    }
}

/// Makes a browser save the object as `file_name`; other characters than plain ones become `_`.
fn disposition(file_name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = file_name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    format!("attachment; filename=\"{name}\"")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_file_name_cannot_end_its_header() {
        let header = disposition("a\"; x=\r\n.zip");
        assert_eq!(header, "attachment; filename=\"a___x___.zip\"");
    }
}
