//! The contract of credential brokers: the owner's, or nothing.

use domain::ports::{CredentialBroker, PortError};
use domain::{CredentialId, GitCredential, TenantId};

use super::samples;

/// Asserts every promise of [`CredentialBroker`], which knows `expected` as `id` of `tenant`.
pub async fn credential_broker_contract(
    broker: &dyn CredentialBroker,
    tenant: &TenantId,
    id: &CredentialId,
    expected: &GitCredential,
) {
    let given = broker.get(tenant, id).await.unwrap();
    assert_eq!(given.username, expected.username);
    assert_eq!(given.token, expected.token);
    let hidden = format!("{given:?}");
    assert!(!hidden.contains(expected.token.expose().as_str()));
    for unknown in ["", ".", "..", "no-such-id", "a/b?c#d%e"] {
        let answer = broker.get(tenant, &CredentialId::new(unknown)).await;
        assert!(matches!(answer, Err(PortError::NotFound)), "{answer:?}");
    }
    let foreign = broker.get(&samples::tenant(), id).await;
    let is_refused = matches!(foreign, Err(PortError::NotFound | PortError::Denied));
    assert!(is_refused, "{foreign:?}");
}
