//! The keyed hash that names findings: comparable inside a workspace, meaningless outside it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{FindingId, Secret, TenantId};

/// A workspace's key. Without it, a finding's id cannot be tested against guessed values.
#[derive(Clone, Debug)]
pub struct WorkspaceKey(Secret<[u8; 32]>);

impl WorkspaceKey {
    /// Derives a tenant's key from the stack's root secret (HMAC-SHA-256).
    pub fn derive(root: &[u8], tenant: &TenantId) -> Self {
        Self(Secret::new(mac(
            root,
            &[b"workspace", tenant.as_str().as_bytes()],
        )))
    }

    /// The id of the finding that `rule` makes of `value`.
    pub fn finding_id(&self, rule: &str, value: &[u8]) -> FindingId {
        let hash = mac(self.0.expose(), &[b"finding", rule.as_bytes(), value]);
        FindingId::new(format!("secret-{}", crate::hex(&hash[..12])))
    }

    /// Tells whether bytes that were kept outside are still those that whoever has the key wrote.
    pub fn seal(&self, bytes: &[u8]) -> [u8; 32] {
        mac(self.0.expose(), &[b"seal", bytes])
    }

    /// The secret seed of the key that the workspace's certificates are signed with.
    pub fn signing_seed(&self) -> Secret<[u8; 32]> {
        Secret::new(mac(self.0.expose(), &[b"signing"]))
    }

    /// Tells keys apart, 16 hexadecimal digits: ids that were made with keys of different fingerprints cannot be compared.
    pub fn fingerprint(&self) -> String {
        crate::hex(&mac(self.0.expose(), &[b"fingerprint"])[..8])
    }

    /// The keyed hash of a value alone, 64 hexadecimal digits.
    pub fn value_hash(&self, value: &[u8]) -> String {
        crate::hex(&mac(self.0.expose(), &[b"value", value]))
    }
}

/// HMAC-SHA-256 over length-prefixed parts, so that no two lists of parts collide.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of every length; the error type has no other case.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::WorkspaceKey;
    use crate::TenantId;

    #[test]
    fn ids_depend_on_workspace_rule_and_value() {
        let a = WorkspaceKey::derive(b"root", &TenantId::new("a"));
        let b = WorkspaceKey::derive(b"root", &TenantId::new("b"));
        let id = a.finding_id("rule", b"value");
        assert_eq!(id, a.finding_id("rule", b"value"));
        assert_ne!(id, b.finding_id("rule", b"value"));
        assert_ne!(id, a.finding_id("rulev", b"alue"));
    }
}
