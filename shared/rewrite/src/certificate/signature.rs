//! The signature of a certificate: Ed25519 over the JSON document without its member `signature`, in the canonical form of RFC 8785
//! (members in order, no blanks).

use domain::Secret;
use domain::hex;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const ALGORITHM: &str = "ed25519";

/// Why a certificate is not believed.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be read.
    #[error("it is not a certificate: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another kind or time.
    #[error("its schema is `{found}`; this program reads {}", super::SCHEMA)]
    Schema {
        /// What it says that it is.
        found: String,
    },
    /// Nobody answers for it.
    #[error("it is not signed")]
    Unsigned,
    /// Somebody changed it, or the signature is another one's.
    #[error("its signature does not hold: it was changed after it was signed")]
    BadSignature,
    /// It is signed, but not by whom it should be.
    #[error("it is signed with the key {found}, not with the one that was given")]
    OtherKey {
        /// The public key that it is signed with.
        found: String,
    },
    /// Not a key.
    #[error(
        "not an Ed25519 key in PKCS #8 (PEM), as `openssl genpkey -algorithm ed25519` writes it"
    )]
    Key,
}

/// A signature, as it stands in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// `ed25519`.
    pub algorithm: String,
    /// Of the signer: 64 hexadecimal digits.
    pub public_key: String,
    /// 128 hexadecimal digits.
    pub value: String,
}

impl Signature {
    /// Whether it is one of `signed`, by whom it should be.
    pub(super) fn check(
        &self,
        signed: &[u8],
        public_key: Option<&str>,
    ) -> Result<(), CertificateError> {
        let key = unhex::<32>(&self.public_key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
        let value =
            unhex::<64>(&self.value).map(|value| ed25519_dalek::Signature::from_bytes(&value));
        let holds = key
            .zip(value)
            .is_some_and(|(key, value)| key.verify_strict(signed, &value).is_ok());
        if self.algorithm != ALGORITHM || !holds {
            return Err(CertificateError::BadSignature);
        }
        match public_key {
            Some(wanted) if !wanted.eq_ignore_ascii_case(&self.public_key) => {
                Err(CertificateError::OtherKey {
                    found: self.public_key.clone(),
                })
            }
            _ => Ok(()),
        }
    }
}

/// Whoever signs.
pub struct Signer(SigningKey);

impl Signer {
    /// The key that belongs to a secret seed.
    pub fn from_seed(seed: &Secret<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed.expose()))
    }

    /// The key in a PEM file (PKCS #8).
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let key = SigningKey::from_pkcs8_pem(text);
        key.map(Self).map_err(|_| CertificateError::Key)
    }

    /// The key as a PEM file.
    pub fn to_pem(&self) -> Result<Secret<String>, CertificateError> {
        let text = self
            .0
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| CertificateError::Key)?;
        Ok(Secret::new(text.to_string()))
    }

    /// What others check signatures with: 64 hexadecimal digits.
    pub fn public_key(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    pub(super) fn sign(&self, signed: &[u8]) -> Signature {
        Signature {
            algorithm: ALGORITHM.to_owned(),
            public_key: self.public_key(),
            value: hex(&self.0.sign(signed).to_bytes()),
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

/// RFC 8785. `serde_json` escapes as the RFC has it; numbers here are whole, names ASCII.
pub(super) fn canonical(document: &Value) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&in_order(document))
}

/// With all members in order of name: in which order `serde_json` keeps them depends on what else is built along.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_bytes());
            let members = members.into_iter();
            members
                .map(|(name, value)| (name.clone(), in_order(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(in_order).collect(),
        other => other.clone(),
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use domain::Secret;
    use serde_json::json;

    use super::{CertificateError, Signer, canonical};

    #[test]
    fn a_signature_holds_for_what_was_signed_and_for_nothing_else() {
        let signer = Signer::from_seed(&Secret::new([7; 32]));
        let signature = signer.sign(b"text");
        assert!(signature.check(b"text", None).is_ok());
        assert!(
            signature
                .check(b"text", Some(&signer.public_key().to_uppercase()))
                .is_ok()
        );
        assert!(matches!(
            signature.check(b"texT", None),
            Err(CertificateError::BadSignature)
        ));
        let other = Signer::from_seed(&Secret::new([8; 32])).public_key();
        assert!(matches!(
            signature.check(b"text", Some(&other)),
            Err(CertificateError::OtherKey { .. })
        ));
        let mut forged = signature.clone();
        forged.public_key = other;
        assert!(matches!(
            forged.check(b"text", None),
            Err(CertificateError::BadSignature)
        ));
    }

    #[test]
    fn a_key_can_be_kept_in_a_file() {
        let signer = Signer::from_seed(&Secret::new([7; 32]));
        let pem = signer.to_pem().unwrap();
        assert_eq!(
            Signer::from_pem(pem.expose()).unwrap().public_key(),
            signer.public_key()
        );
        assert!(Signer::from_pem("no key").is_err());
    }

    #[test]
    fn the_canonical_form_has_members_in_order_and_no_blanks() {
        let document = json!({"b": [1, true, null], "a": {"z": "\u{8}\u{1f}ä\"", "y": 0}});
        let expected = "{\"a\":{\"y\":0,\"z\":\"\\b\\u001fä\\\"\"},\"b\":[1,true,null]}";
        assert_eq!(canonical(&document).unwrap(), expected.as_bytes());
    }
}
