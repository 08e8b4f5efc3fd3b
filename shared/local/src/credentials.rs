//! Git credentials in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::{CredentialBroker, PortError};
use domain::{CredentialId, GitCredential, TenantId};

use crate::lock;

/// A broker that knows what it was told. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryCredentials(Arc<Mutex<HashMap<(TenantId, CredentialId), GitCredential>>>);

impl MemoryCredentials {
    /// Tells it one credential of one tenant.
    pub fn insert(&self, tenant: TenantId, id: CredentialId, credential: GitCredential) {
        lock(&self.0).insert((tenant, id), credential);
    }
}

#[async_trait]
impl CredentialBroker for MemoryCredentials {
    async fn get(&self, tenant: &TenantId, id: &CredentialId) -> Result<GitCredential, PortError> {
        let place = (tenant.clone(), id.clone());
        lock(&self.0)
            .get(&place)
            .cloned()
            .ok_or(PortError::NotFound)
    }
}
