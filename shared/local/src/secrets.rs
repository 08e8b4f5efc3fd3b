//! The stack's own secrets, fixed.

use async_trait::async_trait;
use domain::ports::{PortError, SecretStore};
use domain::{Secret, TenantId, WorkspaceKey};

/// Secrets that never change.
#[derive(Clone, Debug)]
pub struct MemorySecrets {
    root: Secret<Vec<u8>>,
    gateway: Vec<Secret<String>>,
}

impl MemorySecrets {
    /// `root` is what the workspaces' keys are made from, `gateway` what the gateway may show.
    pub fn new(
        root: impl Into<Vec<u8>>,
        gateway: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let gateway = gateway.into_iter().map(|text| Secret::new(text.into()));
        Self {
            root: Secret::new(root.into()),
            gateway: gateway.collect(),
        }
    }
}

#[async_trait]
impl SecretStore for MemorySecrets {
    async fn workspace_key(&self, tenant: &TenantId) -> Result<WorkspaceKey, PortError> {
        Ok(WorkspaceKey::derive(self.root.expose(), tenant))
    }

    async fn gateway_secrets(&self) -> Result<Vec<Secret<String>>, PortError> {
        Ok(self.gateway.clone())
    }
}
