//! `heal`: clones of the old history come to the clean one with their own work on top, as stock git sees it.

mod clones;
mod given;

use std::fs;

use testkit::stock::{everything, fsck, git, holds};

use crate::workbench::{Bench, Run, password};
use clones::{Account, Source};

fn heal(bench: &Bench, clone: &str, more: &[&str]) -> Run {
    let args = [
        "heal",
        "--certificate",
        clones::CERTIFICATE,
        "--repo-path",
        clone,
    ];
    bench.run(&[&args[..], more].concat())
}

/// Heals clones with random work in them, and compares what git says before and after.
fn random_clones(seeds: std::ops::Range<u64>) {
    heal_each(&Source::new(), seeds, &[]);
}

fn heal_each(source: &Source, seeds: std::ops::Range<u64>, more: &[&str]) {
    for seed in seeds {
        let clone = source.clone_with_work(seed);
        let before = Account::of(&clone);
        let name = clone.to_str().unwrap();
        let run = heal(&source.bench, name, &[&["--execute"], more].concat());
        assert_eq!(run.code, Some(0), "seed {seed}: {run:?}");
        fsck(&clone).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(Account::of(&clone), before.without_secrets(), "seed {seed}");
        source.assert_gone(&clone, seed);
        fs::remove_dir_all(&clone).unwrap();
    }
}

#[test]
fn work_that_is_only_in_a_clone_stays_a() {
    random_clones(0..50);
}

#[test]
fn work_that_is_only_in_a_clone_stays_b() {
    random_clones(50..100);
}

#[test]
fn work_that_is_only_in_a_clone_stays_c() {
    random_clones(100..150);
}

#[test]
fn work_that_is_only_in_a_clone_stays_d() {
    random_clones(150..200);
}

#[test]
fn a_dry_run_changes_nothing_and_healing_twice_neither() {
    let source = Source::new();
    let clone = source.clone_with_work(7);
    let name = clone.to_str().unwrap();
    let before = source.bench.files();
    let dry = heal(&source.bench, name, &["--format", "json"]);
    assert_eq!(
        (dry.code, &dry.json()["executed"]),
        (Some(0), &false.into()),
        "{dry:?}"
    );
    assert!(source.bench.files() == before);
    assert_eq!(heal(&source.bench, name, &["--execute"]).code, Some(0));
    let healed = Account::of(&clone);
    let again = heal(&source.bench, name, &["--execute"]);
    assert!(
        again.code == Some(0) && again.stdout.contains("CLEAN"),
        "{again:?}"
    );
    assert_eq!(Account::of(&clone), healed);
}

#[test]
fn what_would_be_guessed_is_refused() {
    let source = Source::new();
    let clone = source.clone_with_work(3);
    let name = clone.to_str().unwrap();
    let before = source.bench.files();
    let other_signer = heal(
        &source.bench,
        name,
        &["--execute", "--public-key", &"ab".repeat(32)],
    );
    assert_eq!(other_signer.code, Some(3));
    assert!(source.bench.files() == before);
    fs::write(clone.join(".git/MERGE_HEAD"), "x").unwrap();
    let unfinished = heal(&source.bench, name, &["--execute"]);
    assert!(
        unfinished.code == Some(2) && unfinished.stderr.contains("merge"),
        "{unfinished:?}"
    );
    fs::remove_file(clone.join(".git/MERGE_HEAD")).unwrap();
    fs::write(clone.join(".git/index.lock"), "").unwrap();
    assert_eq!(heal(&source.bench, name, &["--execute"]).code, Some(6));
    fs::remove_file(clone.join(".git/index.lock")).unwrap();
    assert!(source.bench.files() == before);
}

#[test]
fn a_value_that_no_rule_finds_is_asked_for() {
    let bench = Bench::with_secrets();
    let own = ["the", "butler", "did", "it"].join(" ");
    fs::write(bench.repo().join("story"), format!("once {own}\n")).unwrap();
    bench.commit("A story");
    fs::write(bench.path().join("values"), format!("{own}\n")).unwrap();
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo", "clone"],
    );
    let clean = [
        "clean",
        "--repo-path",
        "repo",
        "--all",
        "--value-file",
        "values",
        "--execute",
    ];
    assert_eq!(bench.run(&clean).code, Some(0));
    let without = heal(&bench, "clone", &["--execute"]);
    assert!(
        without.code == Some(2) && without.stderr.contains("--value-file"),
        "{without:?}"
    );
    let with = heal(&bench, "clone", &["--execute", "--value-file", "values"]);
    assert_eq!(with.code, Some(0), "{with:?}");
    let clone = bench.path().join("clone");
    let all = everything(&clone);
    assert!(!holds(&all, &own) && !holds(&all, &password()));
    assert!(!holds(&fs::read(clone.join("story")).unwrap(), &own));
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
}
