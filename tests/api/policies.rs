//! Policies on the workbench: the endpoints, and what is stored.

use std::sync::Arc;

use api::{ActivatePolicy, CreatePolicy, GetPolicy, ListPolicies};
use domain::ports::PolicyStore as _;
use domain::{Deed, PolicyCatalog, PolicyEntry, PolicyVersion, ScanPolicy, TenantId};

use crate::bench::{ALICE, Bench, now};

impl Bench {
    pub(crate) fn create_policy(&self) -> CreatePolicy {
        CreatePolicy {
            policies: Arc::new(self.policies.clone()),
            check: Arc::new(scan::Policies),
            idempotency: Arc::new(self.idempotency.clone()),
        }
    }

    pub(crate) fn list_policies(&self) -> ListPolicies {
        let policies = Arc::new(self.policies.clone());
        ListPolicies { policies }
    }

    pub(crate) fn get_policy(&self) -> GetPolicy {
        let policies = Arc::new(self.policies.clone());
        GetPolicy { policies }
    }

    pub(crate) fn activate_policy(&self) -> ActivatePolicy {
        ActivatePolicy {
            policies: Arc::new(self.policies.clone()),
            check: Arc::new(scan::Policies),
            idempotency: Arc::new(self.idempotency.clone()),
        }
    }
}

/// What is stored.
impl Bench {
    /// The catalog of alice's policies.
    pub(crate) async fn catalog(&self) -> PolicyCatalog {
        let tenant = TenantId::new(ALICE);
        self.policies.plain().catalog(&tenant).await.unwrap()
    }

    /// The document of one of alice's versions.
    pub(crate) async fn document(&self, version: &PolicyVersion) -> Option<ScanPolicy> {
        let tenant = TenantId::new(ALICE);
        self.policies.plain().policy(&tenant, version).await.ok()
    }

    /// Stores a policy of alice's, as it is; the same number gives the same.
    pub(crate) async fn policy(&self, number: u8) -> PolicyVersion {
        self.keep_policy(&policy(number)).await
    }

    pub(crate) async fn keep_policy(&self, policy: &ScanPolicy) -> PolicyVersion {
        let (tenant, store) = (TenantId::new(ALICE), self.policies.plain());
        let mut catalog = self.catalog().await;
        let entry = PolicyEntry {
            version: policy.version(),
            created: deed(),
        };
        let dropped = catalog.add(entry);
        let saving = store.save(&tenant, &mut catalog, Some(policy), dropped.as_ref());
        saving.await.unwrap();
        policy.version()
    }

    /// Makes a stored one active.
    pub(crate) async fn activate(&self, version: &PolicyVersion) {
        let (tenant, store) = (TenantId::new(ALICE), self.policies.plain());
        let mut catalog = self.catalog().await;
        assert!(catalog.activate(Some(version.clone()), deed()));
        store.save(&tenant, &mut catalog, None, None).await.unwrap();
    }
}

/// A policy that differs from those of other numbers.
pub(crate) fn policy(number: u8) -> ScanPolicy {
    ScanPolicy {
        min_confidence: Some(number),
        ..ScanPolicy::default()
    }
}

fn deed() -> Deed {
    Deed {
        at: now(),
        by: ALICE.to_owned(),
    }
}
