//! A baseline as a JSON document, schema `deployguard.baseline/1`. It holds ids and previews, never a value.
//!
//! An id is a keyed hash, so the document names its key, by a hash made with it: under another key no entry could ever
//! apply, and nobody would notice.

use std::collections::BTreeMap;

use domain::{Finding, FindingId, Secret, WorkspaceKey};
use serde::{Deserialize, Serialize};

use super::{Entry, Known};
use crate::ScanReport;

/// Names the form of the document.
pub const BASELINE_SCHEMA: &str = "deployguard.baseline/1";

/// What the key's hash is made of, besides the key.
const KEY_LABEL: &[u8] = b"deployguard.baseline/1: the key of the findings' ids";
const KEY_DIGITS: usize = 16;

/// What is accepted, ready to be written or just read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineDocument {
    schema: String,
    key: String,
    findings: Vec<Row>,
}

/// A finding that is accepted. The hashes count; the rest tells a person what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    id: FindingId,
    /// For a value of several lines, which indentation and line ends change: a keyed hash of it without white space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unspaced: Option<String>,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    preview: String,
    #[serde(default)]
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl BaselineDocument {
    /// Accepts the findings of `report`, whose ids were made with `key`.
    pub fn new(report: &ScanReport, key: &WorkspaceKey) -> Self {
        let row = |finding: &Finding| Row {
            id: finding.id.clone(),
            unspaced: report
                .values
                .get(&finding.id)
                .and_then(|value| unspaced(value.first().expose(), key)),
            rule: finding.rule.clone(),
            preview: finding.secret_value_preview.clone(),
            path: finding.file_path.clone(),
            reason: None,
        };
        let mut findings: Vec<_> = report.findings.iter().map(row).collect();
        // By id, so that two baselines of one repository differ only by what differs.
        findings.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            schema: BASELINE_SCHEMA.to_owned(),
            key: key_hash(key),
            findings,
        }
    }

    /// Keeps the reasons that `earlier` gives, and gives `reason` for everything else.
    pub fn explain(&mut self, earlier: Option<&Self>, reason: Option<&str>) {
        let rows = earlier.into_iter().flat_map(|earlier| &earlier.findings);
        let known: BTreeMap<_, _> = rows.map(|row| (&row.id, &row.reason)).collect();
        for row in &mut self.findings {
            let kept = known.get(&row.id).and_then(|reason| (*reason).clone());
            row.reason = kept.or_else(|| reason.map(str::to_owned));
        }
    }

    /// Whether the ids were made with `key`.
    pub fn is_of(&self, key: &WorkspaceKey) -> bool {
        self.key == key_hash(key)
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The entries.
    pub fn into_entries(self) -> Vec<Entry> {
        let entry = |row: Row| Entry {
            known: Known::Finding(row.id, row.unspaced),
            reason: row.reason,
        };
        self.findings.into_iter().map(entry).collect()
    }
}

fn key_hash(key: &WorkspaceKey) -> String {
    let mut hash = key.value_hash(KEY_LABEL);
    hash.truncate(KEY_DIGITS);
    hash
}

/// A keyed hash of a value of several lines, as it is without indentation and line ends: a key that is moved into a
/// YAML file, or written anew by another system, is the same key. None for a value of one line.
pub(super) fn unspaced(value: &[u8], key: &WorkspaceKey) -> Option<String> {
    // As large as it can get, so that no copy is left behind when it grows.
    let mut bare = Vec::with_capacity(value.len());
    let (mut rest, mut is_broken) = (value, false);
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, behind.first()) {
            // As a text in JSON has them.
            (b'\\', Some(b'n' | b'r')) => (rest, is_broken) = (&behind[1..], true),
            (b'\n' | b'\r', _) => is_broken = true,
            (space, _) if space.is_ascii_whitespace() => {}
            _ => bare.push(*byte),
        }
    }
    let bare = Secret::new(bare);
    is_broken.then(|| key.value_hash(bare.expose()))
}

#[cfg(test)]
mod tests {
    use domain::{TenantId, WorkspaceKey};

    use super::unspaced;

    #[test]
    fn lines_are_the_same_however_they_are_indented_and_ended() {
        let key = WorkspaceKey::derive(b"root", &TenantId::new("a"));
        let hash = |text: &str| unspaced(text.as_bytes(), &key);
        let plain = hash("a line\nanother");
        assert!(plain.is_some());
        for other in [
            "a line\r\n  another\r\n",
            "\ta line\n\tanother",
            "a line\\r\\nanother",
        ] {
            assert_eq!(hash(other), plain, "{other:?}");
        }
        assert_ne!(hash("a line\nanother one"), plain);
        assert_eq!(hash("a line another"), None, "its spaces are its own");
    }
}
