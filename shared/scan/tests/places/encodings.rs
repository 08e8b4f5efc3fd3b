//! Texts written in other ways.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

pub(crate) fn base64(text: &[u8]) -> String {
    STANDARD.encode(text)
}

pub(crate) fn base64_for_urls(text: &[u8]) -> String {
    URL_SAFE.encode(text)
}

pub(crate) fn base64_unpadded(text: &[u8]) -> String {
    STANDARD_NO_PAD.encode(text)
}

/// Lines of `width` characters, the last one may be shorter.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width);
    let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
    lines.join("\n")
}

/// Every byte in the same way: `%67%68`, say.
pub(crate) fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

pub(crate) fn hex(text: &str) -> String {
    each(text, |byte| format!("{byte:02x}"))
}

pub(crate) fn percent(text: &str) -> String {
    each(text, |byte| format!("%{byte:02X}"))
}

pub(crate) fn html(text: &str) -> String {
    each(text, |byte| format!("&#{byte};"))
}

/// As a JSON string inside a JSON string.
pub(crate) fn json_in_json(text: &str) -> String {
    let mut out = String::from("{\"payload\": ");
    let inner = format!("{{\"note\": \"now\\n{text}\"}}");
    write!(out, "{inner:?}}}").unwrap();
    out
}

/// UTF-16, as `unit` writes each character.
pub(crate) fn utf16(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(unit)
        .collect()
}
