//! Values in what people write: names, addresses, dates beside them, notes, several findings of one value.

use std::path::{Path, PathBuf};

use domain::{FindingId, Secret, Unwatched};
use git::Repository;
use rewrite::{CleanOptions, Outcome, Replacement, Request, RewriteError, clean};
use tempfile::TempDir;
use testkit::stock::{feed, fsck, git};

fn replacement(id: &str, value: &str, with: &str) -> Replacement {
    Replacement {
        with: with.as_bytes().to_vec(),
        ..Replacement::new(FindingId::new(id), Secret::new(value.as_bytes().to_vec()))
    }
}

fn run(source: &Path, out: &Path, all: &[Replacement]) -> Result<Outcome, RewriteError> {
    let repo = Repository::open(source).unwrap();
    clean(
        &repo,
        &Request::from(all.to_vec()),
        out,
        &CleanOptions::default(),
        &Unwatched,
    )
}

/// A repository whose branch `main` is one commit of one file, by `person` (with the date).
fn one_commit(folder: &TempDir, person: &str, file: &str) -> PathBuf {
    let source = folder.path().join("source.git");
    git(
        folder.path(),
        &["init", "-q", "--bare", "-b", "main", "source.git"],
    );
    let blob = feed(&source, &["hash-object", "-w", "--stdin"], file.as_bytes());
    let entry = format!("100644 blob {}\tfile\n", blob.trim());
    let tree = feed(&source, &["mktree"], entry.as_bytes());
    let raw = format!(
        "tree {}\nauthor {person}\ncommitter {person}\n\nMessage\n",
        tree.trim()
    );
    let commit = feed(
        &source,
        &["hash-object", "-w", "-t", "commit", "--stdin"],
        raw.as_bytes(),
    );
    git(&source, &["update-ref", "refs/heads/main", commit.trim()]);
    source
}

#[test]
fn a_name_is_replaced_and_stays_a_name_and_a_date_stays_a_date() {
    let folder = tempfile::tempdir().unwrap();
    let source = one_commit(
        &folder,
        "Eve 1700 <eve@1700.example> 1700001700 +0000",
        "in 1700",
    );
    let out = folder.path().join("out.git");
    let all = [
        replacement("year", "1700", "<A\nB>"),
        replacement("zone", "+0000", "nowhere"),
    ];
    let outcome = run(&source, &out, &all).unwrap();
    let commit = git(&out, &["cat-file", "commit", "main"]);
    assert!(
        commit.contains("author Eve AB <eve@AB.example> 1700001700 +0000\n"),
        "{commit}"
    );
    assert_eq!(git(&out, &["cat-file", "blob", "main:file"]), "in <A\nB>");
    assert_eq!(fsck(&out), Ok(()));
    let left = outcome.plan.objects_by_finding;
    assert_eq!(left[&FindingId::new("year")], 2, "a file and a commit");
    assert_eq!(left[&FindingId::new("zone")], 0);
}

#[test]
fn of_findings_with_one_value_each_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let source = one_commit(
        &folder,
        "A <a@b> 1700000000 +0000",
        "swordfish and swordfish",
    );
    let out = folder.path().join("out.git");
    let all = [
        replacement("b", "swordfish", "B"),
        replacement("a", "swordfish", "A"),
    ];
    let outcome = run(&source, &out, &all).unwrap();
    assert_eq!(outcome.plan.objects_by_finding.len(), 2);
    assert!(
        outcome
            .plan
            .objects_by_finding
            .values()
            .all(|count| *count == 1)
    );
    assert_eq!(git(&out, &["cat-file", "blob", "main:file"]), "A and A");
}

#[test]
fn a_value_that_a_replacement_makes_anew_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = one_commit(&folder, "A <a@b> 1700000000 +0000", "swswordfishordfish");
    let out = folder.path().join("out.git");
    let error = run(&source, &out, &[replacement("a", "swordfish", "")]);
    assert!(
        matches!(error, Err(RewriteError::ReplacementHoldsValue { .. })),
        "{error:?}"
    );
    assert!(!out.exists());
}
