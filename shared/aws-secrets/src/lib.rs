//! The stack's own secrets in Secrets Manager, remembered for five minutes.
//!
//! Two secrets, both JSON: the root of the workspaces' keys, `{"root":"<hexadecimal>"}`, and what the
//! gateway shows, `{"current":"…"}`, with `"previous"` while it is rotated. A function names
//! only those that it may read.

mod cache;
mod error;
mod parse;

pub use error::SecretsError;

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};
use domain::ports::{PortError, SecretStore};
use domain::{Secret, TenantId, WorkspaceKey};

use cache::Cache;
use error::call;

const ROOT: &str = "root";
const GATEWAY: &str = "gateway";

/// The secrets of this stack.
#[derive(Debug)]
pub struct StackSecrets {
    client: Client,
    root_arn: Option<String>,
    gateway_arn: Option<String>,
    root: Cache<Secret<Vec<u8>>>,
    gateway: Cache<Vec<Secret<String>>>,
}

impl StackSecrets {
    /// Knows no secret yet.
    pub fn new(aws: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8))
            .build();
        let config = Builder::from(aws)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .build();
        Self {
            client: Client::from_conf(config),
            root_arn: None,
            gateway_arn: None,
            root: Cache::default(),
            gateway: Cache::default(),
        }
    }

    /// Where the root of the workspaces' keys is.
    #[must_use]
    pub fn with_root(mut self, arn: impl Into<String>) -> Self {
        self.root_arn = Some(arn.into());
        self
    }

    /// Where the gateway's secret is.
    #[must_use]
    pub fn with_gateway(mut self, arn: impl Into<String>) -> Self {
        self.gateway_arn = Some(arn.into());
        self
    }

    async fn read(
        &self,
        secret: &'static str,
        arn: Option<&str>,
    ) -> Result<Secret<String>, PortError> {
        let Some(arn) = arn else {
            tracing::error!(secret, "this function was not given the secret's ARN");
            return Err(PortError::Denied);
        };
        let request = self.client.get_secret_value().secret_id(arn);
        let answer = request.send().await.map_err(call(secret))?;
        Ok(Secret::new(answer.secret_string.unwrap_or_default()))
    }
}

#[async_trait]
impl SecretStore for StackSecrets {
    async fn workspace_key(&self, tenant: &TenantId) -> Result<WorkspaceKey, PortError> {
        let fetch = async {
            let document = self.read(ROOT, self.root_arn.as_deref()).await?;
            parse::root(&document)
        };
        let root = self.root.get(fetch).await?;
        Ok(WorkspaceKey::derive(root.expose(), tenant))
    }

    async fn gateway_secrets(&self) -> Result<Vec<Secret<String>>, PortError> {
        let fetch = async {
            let document = self.read(GATEWAY, self.gateway_arn.as_deref()).await?;
            parse::gateway(&document)
        };
        self.gateway.get(fetch).await
    }
}
