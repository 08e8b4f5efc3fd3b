//! The contract of secret stores: a tenant's key is always the same and nobody else's.

use domain::WorkspaceKey;
use domain::ports::SecretStore;

use super::samples;

/// Asserts every promise of [`SecretStore`], which was made from `root` and `gateway`.
pub async fn secret_store_contract(store: &dyn SecretStore, root: &[u8], gateway: &[&str]) {
    let (mine, theirs) = (samples::tenant(), samples::tenant());
    let id = |key: &WorkspaceKey| key.finding_id("rule", b"value");
    let key = store.workspace_key(&mine).await.unwrap();
    assert_eq!(id(&key), id(&WorkspaceKey::derive(root, &mine)));
    let again = store.workspace_key(&mine).await.unwrap();
    assert_eq!(id(&key), id(&again));
    let other = store.workspace_key(&theirs).await.unwrap();
    assert_ne!(id(&key), id(&other));
    let secrets = store.gateway_secrets().await.unwrap();
    let texts: Vec<&str> = secrets
        .iter()
        .map(|secret| secret.expose().as_str())
        .collect();
    assert_eq!(texts, gateway);
}
