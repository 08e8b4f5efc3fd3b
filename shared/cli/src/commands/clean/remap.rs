//! Baselines that name commits, told the new ids: a report of gitleaks would apply to nothing after a rewrite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::WorkspaceKey;
use git::ObjectId;
use rewrite::Replacement;
use serde_json::Value;

use crate::CliError;
use crate::commands::Session;
use crate::output::{text, write_json};
use crate::sink::Sink;

/// Changed commits and what they became.
pub(super) type Commits = BTreeMap<ObjectId, ObjectId>;

/// The rows of one report, and the name that its copy gets.
pub(super) struct Report {
    copy: String,
    rows: Vec<Value>,
}

/// Reads the reports. A baseline of another kind names no commits, which is not worth stopping for.
pub(super) fn read(files: &[PathBuf], key: &WorkspaceKey) -> Result<Vec<Report>, CliError> {
    crate::baseline::load(files, key)?;
    let mut reports: Vec<Report> = Vec::new();
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| refused(file, &error.to_string()))?;
        let Ok(rows) = serde_json::from_slice(&bytes) else {
            continue;
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let copy = format!("deployguard-{name}");
        if reports.iter().any(|report| report.copy == copy) {
            return Err(refused(
                file,
                "another file of that name is given, and the copies would have one name",
            ));
        }
        reports.push(Report { copy, rows });
    }
    Ok(reports)
}

fn refused(file: &Path, reason: &str) -> CliError {
    CliError::usage(format!("--baseline {}: {reason}", file.display()))
}

/// Writes the copies into `folder`, for its owner's eyes only: such a report holds secrets.
pub(super) fn write(
    reports: &[Report],
    commits: &Commits,
    cleaned: &[Replacement],
    folder: &Path,
    session: &Session,
) -> Result<(), CliError> {
    let values = cleaned.iter().map(|one| one.value.expose().as_slice());
    let values: Vec<_> = values
        .filter_map(|value| std::str::from_utf8(value).ok())
        .collect();
    for report in reports {
        let kept = report.rows.iter().filter(|row| !holds(row, &values));
        let rows: Vec<_> = kept.map(|row| renamed(row, commits)).collect();
        let file = folder.join(&report.copy);
        let sink = Sink {
            file: Some(&file),
            confidential: true,
        };
        sink.put(|out| write_json(out, &rows))?;
        let shown = file.display().to_string();
        session.progress.say(&format!(
            "Baseline with the new commits' ids: {}",
            text::printable(&shown)
        ));
    }
    Ok(())
}

/// Whether a value stands in some text of the row.
fn holds(row: &Value, values: &[&str]) -> bool {
    match row {
        Value::String(text) => values.iter().any(|value| text.contains(value)),
        Value::Array(items) => items.iter().any(|item| holds(item, values)),
        Value::Object(fields) => fields.values().any(|item| holds(item, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The row with new ids: they stand in the commit, the fingerprint, the link.
fn renamed(row: &Value, commits: &Commits) -> Value {
    match row {
        Value::String(text) => Value::String(with_new_ids(text, commits)),
        Value::Array(items) => items.iter().map(|item| renamed(item, commits)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, item)| (name.clone(), renamed(item, commits)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

fn with_new_ids(text: &str, commits: &Commits) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let is_digit = |c: char| c.is_ascii_hexdigit();
        let (digits, behind) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
        match ObjectId::from_hex(digits.as_bytes()).and_then(|old| commits.get(&old)) {
            Some(new) => out.push_str(&new.to_string()),
            None => out.push_str(digits),
        }
        let (other, behind) = behind.split_at(behind.find(is_digit).unwrap_or(behind.len()));
        out.push_str(other);
        rest = behind;
    }
    out
}

#[cfg(test)]
mod tests {
    use git::ObjectId;
    use serde_json::json;

    use super::{Commits, holds, renamed};

    #[test]
    fn ids_are_renamed_wherever_they_stand_and_nothing_else_is() {
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let commits = Commits::from([(id("a"), id("b"))]);
        let [old, new, other] = ["a", "b", "c"].map(|digit| digit.repeat(40));
        let row = |commit: &str| {
            json!({"Commit": commit, "Fingerprint": format!("{commit}:ä b/{other}:rule:7"), "StartLine": 7, "Secret": "aaaa",
                   "Link": format!("https://host/x/blob/{commit}/y#L7"), "Tags": [commit], "Symlink": null})
        };
        assert_eq!(renamed(&row(&old), &commits), row(&new));
        assert_eq!(renamed(&row(&other), &commits), row(&other));
        assert!(holds(&row(&old), &["none", "aaa"]) && !holds(&row(&old), &["none"]));
    }
}
