//! The baseline of Kingfisher, a YAML file in two versions.
//!
//! Its fingerprints are made of byte offsets by a hash of its own; an entry is taken for what stands at its path and line.

use std::collections::BTreeSet;

use scan::baseline::{Entry, Known, Place};
use serde::Deserialize;

use super::{UNKNOWN, git_path};

#[derive(Deserialize)]
struct File {
    version: Option<u64>,
    #[serde(rename = "ExactFindings")]
    exact: Option<Exact>,
    repositories: Option<Vec<Section>>,
}

/// Version 1.
#[derive(Deserialize)]
struct Exact {
    #[serde(default)]
    matches: Vec<Match>,
}

#[derive(Deserialize)]
struct Match {
    filepath: String,
    linenum: u64,
}

/// Version 2: one repository of many; of a clone with files checked out it makes two, of the files and of `.git`.
#[derive(Deserialize)]
struct Section {
    id: String,
    #[serde(default)]
    findings: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    line: u64,
}

/// More than any real file has, and few enough that a small file cannot fill the memory.
const MOST_NODES: usize = 20_000_000;
const MOST_BYTES: usize = 1 << 30;

/// The file's entries.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let Some(text) = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| is_kingfisher(text))
    else {
        return Err(UNKNOWN.to_owned());
    };
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MOST_NODES,
            max_events: 2 * MOST_NODES,
            max_total_scalar_bytes: MOST_BYTES,
        },
    };
    let file: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        let place = place.map(|at| format!(", at line {}", at.line()));
        format!(
            "it seems to be a baseline of Kingfisher, but cannot be read{}; write it anew with --manage-baseline",
            place.unwrap_or_default()
        )
    })?;
    match file {
        File { version: None | Some(1), exact: Some(exact), .. } => {
            Ok(exact.matches.into_iter().map(|m| entry(first_forms(&m.filepath), m.linenum)).collect())
        }
        File { version: Some(2), repositories: Some(sections), .. } => of_sections(sections),
        _ => Err("it is a baseline of Kingfisher in a version that is not known here; versions 1 and 2 are".to_owned()),
    }
}

fn of_sections(sections: Vec<Section>) -> Result<Vec<Entry>, String> {
    let name = |section: &Section| section.id.trim_end_matches("/.git").to_owned();
    let names: BTreeSet<String> = sections.iter().map(name).collect();
    if names.len() > 1 {
        return Err(format!(
            "it is a baseline of Kingfisher for {} repositories; keep this repository's section alone in a file of its own",
            names.len()
        ));
    }
    let rows = sections.into_iter().flat_map(|section| section.findings);
    Ok(rows
        .map(|row| entry(vec![git_path(&row.path)], row.line))
        .collect())
}

fn entry(paths: Vec<String>, line: u64) -> Entry {
    let commit = None;
    Known::Place(Place {
        paths,
        line,
        commit,
    })
    .into()
}

/// Version 1 puts the name of the scanned folder before the path, where it can.
fn first_forms(path: &str) -> Vec<String> {
    let path = git_path(path);
    let inner = path.split_once('/').map(|(_, inner)| inner.to_owned());
    let mut forms = vec![path];
    forms.extend(inner);
    forms
}

/// Whether a line begins as only Kingfisher's do: nearly every text is YAML of some kind.
fn is_kingfisher(text: &str) -> bool {
    const MARKS: [&str; 2] = ["ExactFindings:", "fingerprint_algorithm:"];
    let mut lines = text.lines();
    lines.any(|line| MARKS.iter().any(|mark| line.starts_with(mark)))
}

#[cfg(test)]
mod tests {
    use super::{entry, parse};

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn both_versions_are_read() {
        let first = "ExactFindings:\n  matches:\n  - filepath: repo/src/a.rs\n    fingerprint: '389162583612032034'\n    linenum: 52\n    lastupdated: Mon, 14 Jul 2025 10:17:56 -0700\n";
        let expected = entry(paths(&["repo/src/a.rs", "src/a.rs"]), 52);
        assert_eq!(parse(first.as_bytes()), Ok(vec![expected]));
        let second = "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n- id: git://host/a\n  findings:\n  - path: src/a.rs\n    fingerprint: '1'\n    rule_id: kingfisher.github.1\n    line: 7\n";
        let expected = entry(paths(&["src/a.rs"]), 7);
        assert_eq!(parse(second.as_bytes()), Ok(vec![expected]));
        let none = "ExactFindings:\n  matches: []\n";
        assert_eq!(parse(none.as_bytes()), Ok(Vec::new()));
    }

    #[test]
    fn what_would_be_guessed_is_refused() {
        let two =
            "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n- id: a\n- id: b\n";
        assert!(
            parse(two.as_bytes())
                .unwrap_err()
                .contains("2 repositories")
        );
        let newer = "version: 3\nfingerprint_algorithm: x\nrepositories: []\n";
        assert!(parse(newer.as_bytes()).unwrap_err().contains("version"));
        let broken = "ExactFindings:\n  matches: [\n";
        assert!(parse(broken.as_bytes()).unwrap_err().contains("at line"));
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            text = [text, format!("a{level}: &a{level} [{before}]\n")].concat();
        }
        text += "ExactFindings: {matches: *a11}\n";
        assert!(parse(text.as_bytes()).is_err());
    }
}
