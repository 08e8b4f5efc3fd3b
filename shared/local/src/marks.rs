//! Marks of false positives in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ports::{MarkStore, PortError};
use domain::{FindingId, Marks, TenantId};

use crate::lock;

/// A mark store that forgets everything when the program ends. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryMarks(Arc<Mutex<HashMap<TenantId, Marks>>>);

#[async_trait]
impl MarkStore for MemoryMarks {
    async fn marks(&self, tenant: &TenantId) -> Result<Marks, PortError> {
        Ok(lock(&self.0).get(tenant).cloned().unwrap_or_default())
    }

    async fn mark(&self, tenant: &TenantId, marks: &Marks) -> Result<(), PortError> {
        let mut all = lock(&self.0);
        all.entry(tenant.clone()).or_default().extend(marks.clone());
        Ok(())
    }

    async fn unmark(&self, tenant: &TenantId, ids: &BTreeSet<FindingId>) -> Result<(), PortError> {
        if let Some(marks) = lock(&self.0).get_mut(tenant) {
            marks.retain(|id, _| !ids.contains(id));
        }
        Ok(())
    }
}
