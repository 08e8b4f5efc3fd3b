//! Baseline files: ours and those of gitleaks, detect-secrets and Kingfisher, told apart by what they hold.
//!
//! They can hold secrets, so no error quotes a byte of them.

mod detect_secrets;
mod gitleaks;
mod kingfisher;

use std::path::{Path, PathBuf};

use domain::{Secret, WorkspaceKey};
use scan::baseline::document::{BASELINE_SCHEMA, BaselineDocument};
use scan::baseline::{Baseline, Entry};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::CliError;

const UNKNOWN: &str = "it is none of the files that are understood: a baseline of `deployguard baseline create`, a JSON report of gitleaks, \
                       a .secrets.baseline of detect-secrets, a baseline of Kingfisher. Make one with `deployguard baseline create`";
const FOREIGN_KEY: &str = "its findings were named with another key, so none of them could be recognised; use the --workspace and \
                           DEPLOYGUARD_KEY that it was made with, or make a new one with `deployguard baseline create`";

/// Reads the files; ids in them must be those of `key`.
pub(crate) fn load(files: &[PathBuf], key: &WorkspaceKey) -> Result<Vec<Baseline>, CliError> {
    let read = |file: &PathBuf| {
        let entries = read(file).and_then(|bytes| parse(bytes.expose(), key));
        let refused = |reason| CliError::usage(format!("--baseline {}: {reason}", file.display()));
        Ok(Baseline::new(
            file.display().to_string(),
            entries.map_err(refused)?,
        ))
    };
    files.iter().map(read).collect()
}

/// The baseline of our own in `file`, if there is one and its ids are those of `key`.
pub(crate) fn own(file: &Path, key: &WorkspaceKey) -> Option<BaselineDocument> {
    let document: BaselineDocument = serde_json::from_slice(read(file).ok()?.expose()).ok()?;
    document.is_of(key).then_some(document)
}

fn read(file: &Path) -> Result<Secret<Vec<u8>>, String> {
    let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
    Ok(Secret::new(bytes))
}

/// What tells one JSON document from another.
#[derive(Deserialize)]
struct Head {
    schema: Option<serde_json::Value>,
    results: Option<IgnoredAny>,
}

fn parse(bytes: &[u8], key: &WorkspaceKey) -> Result<Vec<Entry>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.trim_ascii_start().first() {
        Some(b'[') => gitleaks::parse(bytes),
        Some(b'{') => {
            let head: Head = serde_json::from_slice(bytes).map_err(|error| json_error(&error))?;
            let schema = head.schema.as_ref().and_then(|schema| schema.as_str());
            match schema {
                Some(BASELINE_SCHEMA) => own_entries(bytes, key),
                Some(other) if is_form(other, "deployguard.baseline/") => Err(format!(
                    "it is of the form {other}, which this version does not know; use the version of deployguard that made it"
                )),
                Some(other) if is_form(other, "deployguard.scan/") => Err(
                    "it is a report, not a baseline; make one with `deployguard baseline create`"
                        .to_owned(),
                ),
                _ if head.results.is_some() => detect_secrets::parse(bytes),
                _ => Err(UNKNOWN.to_owned()),
            }
        }
        _ => kingfisher::parse(bytes),
    }
}

fn own_entries(bytes: &[u8], key: &WorkspaceKey) -> Result<Vec<Entry>, String> {
    let document: BaselineDocument =
        serde_json::from_slice(bytes).map_err(|error| json_error(&error))?;
    if document.is_of(key) {
        Ok(document.into_entries())
    } else {
        Err(FOREIGN_KEY.to_owned())
    }
}

/// Whether a schema is `name` and a number.
fn is_form(schema: &str, name: &str) -> bool {
    let number = schema.strip_prefix(name);
    number.is_some_and(|number| number.len() < 9 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Where a document is wrong; the parser's own words would quote it.
fn json_error(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let what = if error.is_data() {
        "not in the form that it seems to be of"
    } else {
        "not valid JSON"
    };
    format!("it is {what}, at line {line}, column {column}; write it anew")
}

/// A path as Git writes it.
fn git_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{Coverage, TenantId, WorkspaceKey};
    use scan::ScanReport;
    use scan::baseline::document::BaselineDocument;

    use super::{FOREIGN_KEY, UNKNOWN, parse};

    fn key(name: &str) -> WorkspaceKey {
        WorkspaceKey::derive(b"root", &TenantId::new(name))
    }

    #[test]
    fn a_file_that_is_no_baseline_is_refused_with_a_remedy() {
        for text in [
            "",
            "{}",
            "hello",
            "key: value",
            "\0\u{1}",
            "{\"version\": 1}",
        ] {
            assert_eq!(
                parse(text.as_bytes(), &key("a")),
                Err(UNKNOWN.to_owned()),
                "{text:?}"
            );
        }
        let report = parse(br#"{"schema": "deployguard.scan/1"}"#, &key("a"));
        assert!(report.unwrap_err().contains("it is a report"));
        let newer = parse(br#"{"schema": "deployguard.baseline/2"}"#, &key("a"));
        assert!(newer.unwrap_err().contains("deployguard.baseline/2"));
        assert_eq!(
            parse(b"{\n  \"results\": {,}}", &key("a")),
            Err("it is not valid JSON, at line 2, column 15; write it anew".to_owned())
        );
    }

    #[test]
    fn ids_of_another_key_are_refused() {
        let nothing = ScanReport {
            findings: Vec::new(),
            values: BTreeMap::new(),
            coverage: Coverage::of(0),
            marks: scan::Marks::new(),
        };
        let text = serde_json::to_vec(&BaselineDocument::new(&nothing, &key("a"))).unwrap();
        assert_eq!(parse(&text, &key("a")), Ok(Vec::new()));
        assert_eq!(parse(&text, &key("b")), Err(FOREIGN_KEY.to_owned()));
    }

    #[test]
    fn no_error_quotes_the_file() {
        let secret = ["made", "-up-", "value"].concat();
        for text in [
            format!("[{{\"RuleID\": \"x\", \"File\": \"f\", \"StartLine\": \"{secret}\"}}]"),
            format!("[{{\"RuleID\": \"x\", \"File\": \"f\", \"Secret\": \"{secret}\"}} {secret}]"),
            format!("{{\"results\": \"{secret}\"}}"),
            format!("{{\"results\": {{\"a\": [{{\"hashed_secret\": \"{secret}\"}}]}}}}"),
            format!("{{\"schema\": \"deployguard.baseline/{secret}\"}}"),
            format!("ExactFindings: {secret}"),
            format!("ExactFindings:\n  matches: [{{filepath: a, linenum: {secret}}}]"),
            format!("version: 9\nfingerprint_algorithm: {secret}\nrepositories: []"),
        ] {
            let error = parse(text.as_bytes(), &key("a")).unwrap_err();
            assert!(!error.contains(&secret), "{error}");
        }
    }
}
