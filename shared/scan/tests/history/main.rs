//! What the scan says of a history, held against what stock git says of it.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod oracle;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::{Carrier, Finding, TenantId, Unwatched, Verdict, WorkspaceKey};
use git::Repository;
use oracle::{Script, git};
use scan::{RuleSet, ScanOptions, ScanReport, scan_history};

const RULES: &str = r#"
[[rule]]
id = "test-token"
name = "Token of this test"
secret_type = "token"
severity = "high"
description = "Nothing; it is made up."
source = "https://example.com"
keywords = ["tok_"]
pattern = '''\btok_[a-z0-9]{12}\b'''
confidence = 90
examples = ["tok_a1b2c3d4e5f6"]
counter_examples = ["tok_short"]
"#;

/// Scans by deltas and in full: how must not make a difference.
fn scan(path: &Path, threads: usize) -> ScanReport {
    let rules = RuleSet::parse(&[("test.toml", RULES)]).unwrap();
    let key = WorkspaceKey::derive(b"test", &TenantId::new("test"));
    let repo = Repository::open(path).unwrap();
    let [by_delta, in_full] = [true, false].map(|by_delta| {
        let options = ScanOptions {
            threads,
            by_delta,
            ..ScanOptions::default()
        };
        scan_history(&repo, &rules, &key, &options, &Unwatched).unwrap()
    });
    assert_eq!(by_delta, in_full);
    by_delta
}

/// A token that no rule of this project but the test's own knows; different for each number, and random enough
/// not to pass for a placeholder.
fn token(n: u32) -> String {
    let mut state = (u64::from(n) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut character = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let alphabet = b"abcdefghjkmnpqrstuvwxyz23456789";
        char::from(alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()])
    };
    (0..12).fold("tok_".to_owned(), |token, _| {
        token + &character().to_string()
    })
}

fn find<'r>(report: &'r ScanReport, value: &str) -> &'r Finding {
    let (id, _) = report
        .values
        .iter()
        .find(|(_, v)| v.first().expose() == value.as_bytes())
        .unwrap_or_else(|| panic!("{value} was not found"));
    report
        .findings
        .iter()
        .find(|finding| finding.id == *id)
        .unwrap()
}

#[test]
#[allow(clippy::too_many_lines)] // one history, told from its beginning to its end
fn every_carrier_is_found_and_attributed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let values: Vec<String> = (0..9).map(token).collect();
    let mut script = Script::default();
    script.commit(
        "main",
        "first",
        None,
        &[(
            "a/b.txt",
            Some(format!("one\ntwo {}\n", values[0]).into_bytes()),
        )],
    );
    script.commit(
        "main",
        "second",
        None,
        &[
            (
                "bin",
                Some([b"\0\x01\xff ", values[1].as_bytes(), b" \0"].concat()),
            ),
            ("later", Some(b"x".to_vec())),
        ],
    );
    script.commit("main", "deleted", None, &[("a/b.txt", None)]);
    script.commit(
        "main",
        &format!("says {}", values[2]),
        None,
        &[("later", Some(b"y".to_vec()))],
    );
    script.commit(
        "side",
        "side",
        Some("main"),
        &[("side.txt", Some(values[3].clone().into_bytes()))],
    );
    script.commit(
        "main",
        "merged",
        Some("side"),
        &[("later", Some(b"z".to_vec()))],
    );
    script.commit(
        "main",
        "path",
        None,
        &[(&format!("keys/{}/file", values[5]), Some(b"p".to_vec()))],
    );
    script.run(path);
    git(
        path,
        &[
            "tag",
            "-a",
            "-m",
            &format!("tagged {}", values[4]),
            "v1",
            "main~2",
        ],
    );
    git(path, &["branch", &format!("b-{}", values[6]), "main~1"]);
    git(
        path,
        &[
            "-c",
            &format!("user.name=N {}", values[7]),
            "commit-tree",
            "-m",
            "x",
            "main^{tree}",
        ],
    );
    let blob = oracle::hash_blob(path, values[8].as_bytes());
    git(path, &["tag", "blob", &blob]);

    let report = scan(path, 2);
    assert_eq!(report.verdict(), Verdict::Findings);
    let commit = |rev: &str| git(path, &["rev-parse", rev]).trim().to_owned();
    let subject = |hash: &str| {
        git(path, &["log", "-1", "--format=%s", hash])
            .trim()
            .to_owned()
    };

    let first = find(&report, &values[0]);
    assert_eq!(
        (first.file_path.as_str(), first.line_number, first.in_tree),
        ("a/b.txt", 2, false)
    );
    assert_eq!(subject(&first.commit_hash), "first");
    assert_eq!(first.author, "A U Thor <author@example.com>");
    let binary = find(&report, &values[1]);
    assert_eq!((binary.file_path.as_str(), binary.in_tree), ("bin", true));
    let message = find(&report, &values[2]);
    assert_eq!(message.occurrences[0].carrier, Carrier::CommitMessage);
    assert_eq!(subject(&message.commit_hash), format!("says {}", values[2]));
    let side = find(&report, &values[3]);
    assert_eq!(
        (subject(&side.commit_hash).as_str(), side.in_tree),
        ("side", true)
    );
    assert_eq!(
        side.refs
            .iter()
            .filter(|name| name.starts_with("refs/heads/"))
            .count(),
        3
    );
    let tag = find(&report, &values[4]);
    assert_eq!(
        (tag.occurrences[0].carrier, &tag.commit_hash),
        (Carrier::TagMessage, &commit("v1^{commit}"))
    );
    assert_eq!(tag.refs, ["refs/tags/v1"]);
    let named = find(&report, &values[5]);
    assert_eq!(named.occurrences[0].carrier, Carrier::Path);
    assert!(!serde_json::to_string(named).unwrap().contains(&values[5]));
    let branch = find(&report, &values[6]);
    assert_eq!(
        (
            branch.occurrences[0].carrier,
            branch.occurrences[0].object_id.clone()
        ),
        (Carrier::RefName, commit("main~1"))
    );
    let unreachable = find(&report, &values[7]);
    assert_eq!(
        (unreachable.occurrences[0].carrier, unreachable.ref_count),
        (Carrier::CommitHeader, 0)
    );
    let tagged_blob = find(&report, &values[8]);
    assert_eq!(
        (tagged_blob.commit_hash.as_str(), &tagged_blob.refs[..]),
        ("", &["refs/tags/blob".to_owned()][..])
    );
    let shown = serde_json::to_string(&report.findings).unwrap();
    assert!(
        values.iter().all(|value| !shown.contains(value.as_str())),
        "a value is shown in full"
    );
}

#[test]
fn the_report_is_the_same_for_any_threads_and_any_layout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    oracle::random(3, 60).run(path);
    let loose = scan(path, 1);
    assert!(loose.findings.len() > 5);
    git(path, &["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    for threads in [1, 2, 5] {
        let packed = scan(path, threads);
        assert_eq!(packed.findings, loose.findings);
        assert_eq!(packed.coverage, loose.coverage);
    }
}

#[test]
fn introductions_paths_tips_and_refs_are_those_that_git_sees() {
    for seed in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        oracle::random(seed, 40).run(folder.path());
        let report = scan(folder.path(), 2);
        let history = oracle::History::read(folder.path());
        assert!(!report.findings.is_empty());
        for finding in &report.findings {
            check(finding, &report, &history, seed);
        }
        let found: BTreeSet<&[u8]> = report
            .values
            .values()
            .map(|value| value.first().expose().as_slice())
            .collect();
        assert_eq!(
            found,
            history
                .tokens()
                .iter()
                .map(std::string::String::as_bytes)
                .collect(),
            "seed {seed}"
        );
    }
}

/// Holds one finding against all snapshots of the history.
fn check(finding: &Finding, report: &ScanReport, history: &oracle::History, seed: u64) {
    let value = String::from_utf8(report.values[&finding.id].first().expose().clone()).unwrap();
    // Path → the commits that have the value there while no parent has that blob there.
    let introduced: BTreeMap<String, BTreeSet<String>> = history.introductions(&value);
    let paths: BTreeSet<&str> = finding
        .occurrences
        .iter()
        .map(|o| o.file_path.as_str())
        .collect();
    assert_eq!(
        paths,
        introduced.keys().map(String::as_str).collect(),
        "seed {seed} {value}"
    );
    for place in &finding.occurrences {
        let commits = &introduced[&place.file_path];
        assert!(
            commits.contains(&place.commit_hash),
            "seed {seed} {value} {}",
            place.file_path
        );
        assert!(
            !commits
                .iter()
                .any(|other| history.is_ancestor(other, &place.commit_hash)),
            "an older commit brought it in"
        );
        assert_eq!(
            place.in_tree,
            history.in_tip(&value, &place.file_path),
            "seed {seed} {value} {}",
            place.file_path
        );
        assert_eq!(
            place.line_number,
            history.line(&place.commit_hash, &place.file_path, &value)
        );
    }
    assert_eq!(
        finding.refs,
        history.refs_with(&value),
        "seed {seed} {value}"
    );
}

#[test]
fn what_is_missing_makes_the_verdict_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut script = Script::default();
    script.commit(
        "main",
        "first",
        None,
        &[
            ("a", Some(b"nothing here".to_vec())),
            ("b", Some(b"nor here".to_vec())),
        ],
    );
    script.run(path);
    assert_eq!(scan(path, 1).verdict().as_str(), "clean");
    let id = git(path, &["rev-parse", "main:a"]);
    std::fs::remove_file(path.join("objects").join(&id[..2]).join(id[2..].trim())).unwrap();
    let report = scan(path, 1);
    assert_eq!(report.verdict(), Verdict::Incomplete);
    assert_eq!(report.coverage.failures()[0].what, id.trim());
}

#[test]
fn an_empty_repository_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "--bare", "."]);
    let report = scan(folder.path(), 2);
    assert_eq!(
        (report.verdict().as_str(), report.coverage.total().objects),
        ("clean", 0)
    );
}
