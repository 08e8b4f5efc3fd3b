//! The key that names findings: from the environment, or public and said to be so.

use domain::{TenantId, WorkspaceKey};

use crate::CliError;

/// Holds the root of all workspaces' keys: hexadecimal digits, or any other text.
pub(crate) const KEY: &str = "DEPLOYGUARD_KEY";

/// Used without [`KEY`]. It is in the source, so ids made with it can be tested against guesses by anyone;
/// they are still the same in every scan.
const PUBLIC_ROOT: &[u8] = b"deployguard: findings named with this key are no secret";

/// Fewer hexadecimal digits than this are taken for a text.
const MIN_HEX_DIGITS: usize = 32;

/// Whether there is no key but the public one.
pub(crate) fn is_public() -> bool {
    std::env::var_os(KEY).is_none()
}

/// The key of the workspace `name`.
pub(crate) fn workspace_key(name: &str) -> Result<WorkspaceKey, CliError> {
    if name.trim().is_empty() {
        return Err(CliError::usage(
            "--workspace is empty; give it a name, or leave it out",
        ));
    }
    let root = match std::env::var_os(KEY) {
        None => PUBLIC_ROOT.to_vec(),
        // A key that was meant to be set and is not must not turn into the public one.
        Some(text) if text.is_empty() => {
            return Err(CliError::usage(format!(
                "the environment variable {KEY} is set but empty; set it to the workspace's key, or unset it"
            )));
        }
        Some(text) => root(text.as_encoded_bytes()),
    };
    Ok(WorkspaceKey::derive(&root, &TenantId::new(name)))
}

/// The bytes that the digits stand for; the text itself if it is not digits.
fn root(text: &[u8]) -> Vec<u8> {
    let is_hex = text.len() >= MIN_HEX_DIGITS
        && text.len().is_multiple_of(2)
        && text.iter().all(u8::is_ascii_hexdigit);
    if !is_hex {
        return text.to_vec();
    }
    let digit = |c: &u8| char::from(*c).to_digit(16).unwrap_or_default();
    let byte = |pair: &[u8]| pair.iter().fold(0, |sum, c| sum * 16 + digit(c));
    let bytes = text.chunks_exact(2).map(byte);
    bytes
        .map(|value| u8::try_from(value).unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn digits_are_bytes_and_text_is_itself() {
        assert_eq!(root(&[b'a'; 32]), vec![0xaa; 16]);
        assert_eq!(root(b"0123456789ABCDEF0123456789abcdef")[..2], [0x01, 0x23]);
        assert_eq!(root(b"a passphrase"), b"a passphrase");
        assert_eq!(root(b"abcd"), b"abcd", "too short to be meant as digits");
    }
}
