//! A workspace's policies in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::{PolicyStore, PortError};
use domain::{PolicyCatalog, PolicyVersion, ScanPolicy, TenantId};

use crate::lock;

/// A policy store that forgets everything when the program ends. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryPolicies(Arc<Mutex<HashMap<TenantId, Kept>>>);

#[derive(Debug, Default)]
struct Kept {
    catalog: PolicyCatalog,
    documents: HashMap<PolicyVersion, ScanPolicy>,
}

#[async_trait]
impl PolicyStore for MemoryPolicies {
    async fn catalog(&self, tenant: &TenantId) -> Result<PolicyCatalog, PortError> {
        let all = lock(&self.0);
        let kept = all.get(tenant);
        Ok(kept.map(|kept| kept.catalog.clone()).unwrap_or_default())
    }

    async fn policy(
        &self,
        tenant: &TenantId,
        version: &PolicyVersion,
    ) -> Result<ScanPolicy, PortError> {
        let all = lock(&self.0);
        let document = all.get(tenant).and_then(|kept| kept.documents.get(version));
        document.cloned().ok_or(PortError::NotFound)
    }

    async fn save(
        &self,
        tenant: &TenantId,
        catalog: &mut PolicyCatalog,
        added: Option<&ScanPolicy>,
        dropped: Option<&PolicyVersion>,
    ) -> Result<(), PortError> {
        let mut all = lock(&self.0);
        let kept = all.entry(tenant.clone()).or_default();
        if kept.catalog.revision != catalog.revision {
            return Err(PortError::Conflict);
        }
        catalog.revision += 1;
        kept.catalog = catalog.clone();
        if let Some(policy) = added {
            kept.documents.insert(policy.version(), policy.clone());
        }
        if let Some(version) = dropped {
            kept.documents.remove(version);
        }
        Ok(())
    }
}
