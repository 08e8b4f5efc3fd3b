//! Bytes as text.

use std::fmt::Write as _;

/// Bytes as hexadecimal digits, two for each, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
