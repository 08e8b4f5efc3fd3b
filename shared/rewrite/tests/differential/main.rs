//! The same random histories, rewritten by us and by git-filter-repo: what both promise is the same, and each difference has a rule.
//!
//! 200 histories; `HISTORIES=2000` for more. Without git-filter-repo (on the path or in `.venv/stack`) only the source is held against ours.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod contents;
mod dressing;
mod encodings;
mod generator;
mod removal;
mod rules;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::{FindingId, Unwatched};
use git::Repository;
use rewrite::{CleanOptions, ProofVerdict, clean, expressions};
use testkit::stock::{feed, fsck, git};

use contents::Contents;
use dressing::dress;
use encodings::WITH;
use generator::{Dice, VALUES, histories};
use rules::{Compare, Replaced};

/// So many histories are in one repository: starting Python is what takes longest.
const IN_ONE: usize = 40;

fn peer() -> Option<PathBuf> {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/stack/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain([stack]);
    folders.find_map(|folder| fs::canonicalize(folder.join("git-filter-repo")).ok())
}

/// Old to new ids of commits.
fn filter(peer: &Path, repo: &Path, how: &[OsString]) -> HashMap<String, String> {
    let output = Command::new(peer)
        .current_dir(repo)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", repo)
        .args(["--force", "--quiet", "--preserve-commit-encoding"])
        .args(["--prune-empty", "never", "--prune-degenerate", "never"])
        .args(how)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let map = fs::read_to_string(repo.join("filter-repo/commit-map")).unwrap();
    let pair = |line: &str| {
        line.split_once(' ')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    map.lines().skip(1).filter_map(pair).collect()
}

/// A repository of so many histories at `source`.
fn make(source: &Path, seed: u64, count: usize) {
    fs::create_dir(source).unwrap();
    git(source, &["init", "-q", "--bare", "-b", "main", "."]);
    let mut dice = Dice::new(seed);
    let stream = histories(&mut dice, count);
    let args = ["fast-import", "--quiet", "--date-format=raw-permissive"];
    feed(source, &args, &stream);
    dress(source, &mut dice);
    for value in VALUES {
        // A ref on a file that nothing else has.
        let blob = feed(source, &["hash-object", "-w", "--stdin"], value.as_bytes());
        let name = format!("refs/tags/of-{}", value.len());
        git(source, &["update-ref", &name, blob.trim()]);
    }
}

fn compare(seed: u64, peer: Option<&Path>, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    make(&source, seed, count);
    let file = format!(
        "{}==>{}\n{}==>{}\nregex:pin=[0-9]+==>pin=#\n",
        VALUES[0], WITH[0], VALUES[1], WITH[1]
    );
    let expressions_file = folder.path().join("expressions");
    fs::write(&expressions_file, &file).unwrap();
    let request = expressions(file.as_bytes(), false, &|line| {
        FindingId::new(String::from_utf8_lossy(line))
    });
    let out = folder.path().join("ours.git");
    let outcome = clean(
        &Repository::open(&source).unwrap(),
        &request.unwrap(),
        &out,
        &CleanOptions::default(),
        &Unwatched,
    )
    .unwrap();
    assert_eq!(
        outcome.certificate.verdict,
        ProofVerdict::Proven,
        "seed {seed}"
    );
    let before = Contents::of(&source);
    assert!(
        fsck(&out).is_ok() || fsck(&source).is_err(),
        "seed {seed}: {:?}",
        fsck(&out)
    );
    let commits = outcome.commits.iter();
    let ours = commits
        .map(|(old, new)| (old.to_string(), new.to_string()))
        .collect();
    let theirs = peer.map(|peer| {
        let file = expressions_file.as_os_str();
        let options = [
            "--replace-text".as_ref(),
            file,
            "--replace-message".as_ref(),
            file,
        ];
        let map = filter(peer, &source, &options.map(OsString::from));
        (Contents::of(&source), map)
    });
    let compare = Compare {
        source: &before,
        ours: &Contents::of(&out),
        our_commits: &ours,
        theirs: theirs.as_ref(),
        replaced: &Replaced::new(),
    };
    let differences = compare.all();
    assert!(
        differences.is_empty(),
        "seed {seed}: {:#?}",
        &differences[..differences.len().min(5)]
    );
}

/// How many histories.
fn wanted() -> usize {
    let wanted = std::env::var("HISTORIES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(200)
}

#[test]
fn what_both_promise_is_the_same() {
    let peer = peer();
    for seed in 0..wanted().div_ceil(IN_ONE) {
        compare(1 + seed as u64, peer.as_deref(), IN_ONE);
    }
}

#[test]
fn what_both_remove_is_the_same() {
    removal::all(wanted(), peer().as_deref());
}
