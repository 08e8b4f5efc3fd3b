//! The keys of every item. Each begins with its tenant, so that no query can cross tenants.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{FindingId, JobId, PolicyVersion, TenantId};

/// What precedes a job's id in `sk`.
pub(crate) const JOB: &str = "JOB#";
/// What precedes a finding's id in `sk`.
pub(crate) const FINDING: &str = "FINDING#";
/// What precedes an event's id in `sk`.
pub(crate) const EVENT: &str = "EVENT#";
/// What precedes a piece's number in `sk`.
pub(crate) const SELECTION: &str = "SELECTION#";

/// What precedes a version of a policy in `sk`.
pub(crate) const POLICY: &str = "POLICY#";
/// The catalog of a tenant's policies: its whole `sk`.
pub(crate) const POLICIES: &str = "POLICIES";
/// What precedes a marked finding's id in `sk`.
pub(crate) const MARK: &str = "MARK#";

/// An item's attributes.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Where one item lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn job(tenant: &TenantId, id: &JobId) -> Self {
        Self {
            pk: tenant_partition(tenant),
            sk: format!("{JOB}{id}"),
        }
    }

    pub(crate) fn finding(tenant: &TenantId, job: &JobId, id: &FindingId) -> Self {
        Self {
            pk: job_partition(tenant, job),
            sk: format!("{FINDING}{id}"),
        }
    }

    pub(crate) fn event(tenant: &TenantId, job: &JobId, id: &str) -> Self {
        Self {
            pk: job_partition(tenant, job),
            sk: format!("{EVENT}{id}"),
        }
    }

    pub(crate) fn selection(tenant: &TenantId, job: &JobId, piece: usize) -> Self {
        Self {
            pk: job_partition(tenant, job),
            sk: format!("{SELECTION}{piece:02}"),
        }
    }

    pub(crate) fn mark(tenant: &TenantId, id: &FindingId) -> Self {
        Self {
            pk: tenant_partition(tenant),
            sk: format!("{MARK}{id}"),
        }
    }

    pub(crate) fn policy(tenant: &TenantId, version: &PolicyVersion) -> Self {
        Self {
            pk: tenant_partition(tenant),
            sk: format!("{POLICY}{version}"),
        }
    }

    pub(crate) fn policies(tenant: &TenantId) -> Self {
        Self {
            pk: tenant_partition(tenant),
            sk: POLICIES.to_owned(),
        }
    }

    pub(crate) fn idempotency(tenant: &TenantId, key: &str) -> Self {
        Self {
            pk: tenant_partition(tenant),
            sk: format!("IDEMPOTENCY#{key}"),
        }
    }

    /// The key as DynamoDB takes it.
    pub(crate) fn attributes(&self) -> Item {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// The key of an item that a query gave.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            pk: text("pk")?,
            sk: text("sk")?,
        })
    }
}

/// The partition of a tenant's jobs, marks, policies and idempotency keys.
pub(crate) fn tenant_partition(tenant: &TenantId) -> String {
    format!("TENANT#{}", escape(tenant.as_str()))
}

/// The partition of all that belongs to one job.
pub(crate) fn job_partition(tenant: &TenantId, job: &JobId) -> String {
    format!("{}#{JOB}{}", tenant_partition(tenant), escape(job.as_str()))
}

/// Keeps a `#` inside an id from looking like the end of the id.
fn escape(id: &str) -> String {
    id.replace('%', "%25").replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::{job_partition, tenant_partition};
    use domain::{JobId, TenantId};

    #[test]
    fn no_tenant_can_name_itself_into_anothers_partition() {
        let plain = job_partition(&TenantId::new("a"), &JobId::new("1"));
        assert_eq!(plain, "TENANT#a#JOB#1");
        assert_ne!(plain, tenant_partition(&TenantId::new("a#JOB#1")));
        let twice = [TenantId::new("a#b"), TenantId::new("a%23b")].map(|t| tenant_partition(&t));
        assert_ne!(twice[0], twice[1]);
    }
}
