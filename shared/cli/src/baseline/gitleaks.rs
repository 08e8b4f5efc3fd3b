//! The JSON report of gitleaks, which it also takes as a baseline.
//!
//! It holds the values, unless it was made with `--redact`: they are hashed as they are read and kept as hashes alone.

use scan::baseline::{Entry, Known, Place, Value};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};
use sha2::{Digest as _, Sha256};

use super::{UNKNOWN, git_path, json_error};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    #[serde(rename = "RuleID")]
    _rule: IgnoredAny,
    file: String,
    #[serde(default)]
    start_line: u64,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    secret: Hashed,
}

/// The report's entries.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let rows: Vec<Row> = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            UNKNOWN.to_owned()
        } else {
            json_error(&error)
        }
    })?;
    Ok(rows.into_iter().map(|row| row.entry().into()).collect())
}

impl Row {
    fn entry(self) -> Known {
        let place = Place {
            paths: vec![git_path(&self.file)],
            line: self.start_line,
            commit: (!self.commit.is_empty()).then_some(self.commit),
        };
        match self.secret.0 {
            Some((sha256, length)) => Known::Value(Value {
                sha256,
                length,
                place,
            }),
            None => Known::Place(place),
        }
    }
}

/// The hash and the length of a value; none where the value was left out.
#[derive(Default)]
struct Hashed(Option<([u8; 32], usize)>);

impl<'de> Deserialize<'de> for Hashed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hash;
        impl Visitor<'_> for Hash {
            type Value = Hashed;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Hashed, E> {
                let bare = text.trim_ascii();
                // What `--redact` and `--redact=N` leave of a value.
                let is_whole = !bare.is_empty() && bare != "REDACTED" && !bare.ends_with("...");
                Ok(Hashed(
                    is_whole.then(|| (Sha256::digest(bare).into(), bare.len())),
                ))
            }
        }
        deserializer.deserialize_str(Hash)
    }
}

#[cfg(test)]
mod tests {
    use scan::baseline::{Known, Place, Value};
    use sha2::{Digest as _, Sha256};

    use super::parse;

    #[test]
    fn values_are_hashed_and_redacted_ones_known_by_their_place() {
        let report = br#"[
            {"RuleID": "a", "StartLine": 3, "Match": "key=made-up", "Secret": "made-up", "File": "x", "Commit": "c0ffee"},
            {"RuleID": "a", "StartLine": 4, "Match": "REDACTED", "Secret": "REDACTED", "File": "./d\\y", "Commit": "c0ffee"},
            {"RuleID": "a", "StartLine": 5, "Secret": "mad...", "File": "z", "Commit": ""}
        ]"#;
        let known: Vec<_> = parse(report)
            .unwrap()
            .into_iter()
            .map(|e| e.known)
            .collect();
        let place = |path: &str, line, commit: Option<&str>| Place {
            paths: vec![path.to_owned()],
            line,
            commit: commit.map(str::to_owned),
        };
        let value = Value {
            sha256: Sha256::digest("made-up").into(),
            length: 7,
            place: place("x", 3, Some("c0ffee")),
        };
        assert_eq!(
            known,
            [
                Known::Value(value),
                Known::Place(place("d/y", 4, Some("c0ffee"))),
                Known::Place(place("z", 5, None)),
            ]
        );
        assert_eq!(parse(b"[]"), Ok(Vec::new()));
        assert!(parse(b"[1, 2]").unwrap_err().contains("baseline create"));
    }
}
