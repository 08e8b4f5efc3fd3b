//! The `.secrets.baseline` of detect-secrets: SHA-1 hashes of values, by file.
//!
//! Of a private key it hashes the first line alone, of some tokens no more than the letters before `_`, so that the place
//! must tell which is meant.

use std::collections::BTreeMap;

use scan::baseline::{Entry, Known, Place};
use serde::Deserialize;

use super::{git_path, json_error};

#[derive(Deserialize)]
struct File {
    results: BTreeMap<String, Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    hashed_secret: String,
    #[serde(default)]
    line_number: u64,
}

/// The file's entries.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| json_error(&error))?;
    let mut entries = Vec::new();
    for (path, rows) in &file.results {
        for row in rows {
            let hash = sha1(&row.hashed_secret).ok_or(
                "an entry's hashed_secret is no SHA-1 (40 hexadecimal digits); write it anew with `detect-secrets scan`",
            )?;
            let place = Place {
                paths: vec![git_path(path)],
                line: row.line_number,
                commit: None,
            };
            entries.push(Known::Sha1(hash, place).into());
        }
    }
    Ok(entries)
}

fn sha1(digits: &str) -> Option<[u8; 20]> {
    let mut hash = [0; 20];
    if digits.len() != 40 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use scan::baseline::{Known, Place};

    use super::parse;

    #[test]
    fn hashes_and_places_are_taken_over() {
        let file = br#"{"version": "1.5.0", "plugins_used": [], "results": {"a/b.py": [
            {"type": "Secret Keyword", "filename": "a/b.py", "hashed_secret": "00ff000000000000000000000000000000000001",
             "is_verified": false, "line_number": 7}]}, "generated_at": "2024-01-01T00:00:00Z"}"#;
        let mut hash = [0; 20];
        (hash[1], hash[19]) = (0xff, 1);
        let place = Place {
            paths: vec!["a/b.py".to_owned()],
            line: 7,
            commit: None,
        };
        assert_eq!(parse(file), Ok(vec![Known::Sha1(hash, place).into()]));
        let odd = br#"{"results": {"a": [{"hashed_secret": "+f"}]}}"#;
        assert!(parse(odd).unwrap_err().contains("detect-secrets scan"));
    }
}
