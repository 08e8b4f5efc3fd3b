//! The two documents. Values that are too short to be secrets are refused, not used.

use domain::Secret;
use domain::ports::PortError;
use serde::Deserialize;

use crate::SecretsError;

/// The shortest root, in bytes.
const ROOT_BYTES: usize = 16;
/// The shortest text that the gateway may show.
const GATEWAY_BYTES: usize = 16;

#[derive(Deserialize)]
struct Root {
    root: String,
}

#[derive(Deserialize)]
struct Gateway {
    current: String,
    previous: Option<String>,
}

/// The root of the workspaces' keys.
pub(crate) fn root(document: &Secret<String>) -> Result<Secret<Vec<u8>>, PortError> {
    let parsed: Option<Root> = serde_json::from_str(document.expose()).ok();
    let digits = parsed.map(|parsed| Secret::new(parsed.root));
    let bytes = digits.and_then(|digits| from_hex(digits.expose()));
    let long_enough = |bytes: &Secret<Vec<u8>>| bytes.expose().len() >= ROOT_BYTES;
    bytes.filter(long_enough).ok_or_else(|| {
        PortError::unavailable(SecretsError::Malformed {
            secret: crate::ROOT,
            form: r#"{"root":"at least 32 hexadecimal digits"}"#,
        })
    })
}

/// What the gateway may show now.
pub(crate) fn gateway(document: &Secret<String>) -> Result<Vec<Secret<String>>, PortError> {
    let parsed: Option<Gateway> = serde_json::from_str(document.expose()).ok();
    let values = parsed.map(|parsed| {
        let previous = parsed.previous.filter(|text| !text.is_empty());
        let texts = [Some(parsed.current), previous].into_iter().flatten();
        texts.map(Secret::new).collect::<Vec<_>>()
    });
    let long_enough = |value: &Secret<String>| value.expose().len() >= GATEWAY_BYTES;
    let values = values.filter(|values| values.iter().all(long_enough));
    values.ok_or_else(|| {
        PortError::unavailable(SecretsError::Malformed {
            secret: crate::GATEWAY,
            form: r#"{"current":"at least 16 characters","previous":"the same, or absent"}"#,
        })
    })
}

fn from_hex(digits: &str) -> Option<Secret<Vec<u8>>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(nibble(pair[0])? << 4 | nibble(pair[1])?).ok();
    let bytes: Option<Vec<u8>> = digits.chunks_exact(2).map(byte).collect();
    bytes.map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::{gateway, root};
    use domain::Secret;

    fn document(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_root_is_hexadecimal_and_long() {
        let text = format!(r#"{{"root":"{}"}}"#, "0aF1".repeat(16));
        let bytes = root(&document(&text)).unwrap();
        assert_eq!(bytes.expose()[..4], [0x0a, 0xf1, 0x0a, 0xf1]);
        for wrong in [
            "",
            "{}",
            r#"{"root":""}"#,
            r#"{"root":"zz"}"#,
            r#"{"root":"0a"}"#,
        ] {
            assert!(root(&document(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_empty_text_is_never_a_gateways_secret() {
        let long = "x".repeat(32);
        let one = format!(r#"{{"current":"{long}","previous":""}}"#);
        assert_eq!(gateway(&document(&one)).unwrap().len(), 1);
        let two = format!(r#"{{"current":"{long}","previous":"{long}"}}"#);
        assert_eq!(gateway(&document(&two)).unwrap().len(), 2);
        for wrong in ["", "{}", r#"{"current":""}"#, r#"{"current":"short"}"#] {
            let error = gateway(&document(wrong)).unwrap_err();
            assert!(!format!("{error:?}").contains("short"), "{wrong}");
        }
    }
}
