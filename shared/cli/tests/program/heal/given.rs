//! What must be given again, and what can be had from the clone: files of expressions, and certificates of another key.

use std::fs;

use testkit::stock::{everything, git, holds};

use super::clones::{self, EXPRESSIONS, Source};
use super::{heal, heal_each};
use crate::workbench::{Bench, Run, key_id, password};

#[test]
fn what_expressions_changed_is_healed_with_the_same_file() {
    let source = Source::cleaned(&["--replace-text", EXPRESSIONS]);
    heal_each(&source, 200..220, &["--replace-text", EXPRESSIONS]);
}

#[test]
fn another_file_of_expressions_is_refused() {
    let source = Source::cleaned(&["--replace-text", EXPRESSIONS]);
    let clone = source.clone_with_work(4);
    let name = clone.to_str().unwrap();
    let file = source.bench.path().join("other");
    let whole = clones::expressions();
    let (text, pattern) = whole.split_once('\n').unwrap();
    for lines in [
        String::new(),
        text.to_owned(),
        pattern.to_owned(),
        format!("{whole}something more\n"),
        format!("{whole}regex:something more\n"),
        whole.replace('+', "*"),
        whole.replace('\n', "==>gone\n"),
    ] {
        fs::write(&file, &lines).unwrap();
        let before = source.bench.files();
        let run = heal(
            &source.bench,
            name,
            &["--execute", "--replace-text", "other"],
        );
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains("--replace-text"), "{run:?}");
        assert!(source.bench.files() == before);
    }
    let without = heal(&source.bench, name, &["--execute"]);
    assert_eq!(without.code, Some(2), "{without:?}");
}

/// Heals with another key than the history was cleaned with.
fn heal_elsewhere(bench: &Bench, clone: &str, more: &[&str]) -> Run {
    let args = ["heal", "--certificate", clones::CERTIFICATE, "--execute"];
    let more = [&["--repo-path", clone, "--workspace", "another"], more].concat();
    bench.run(&[&args[..], &more].concat())
}

#[test]
fn without_the_key_of_a_certificate_the_rules_find_what_was_removed() {
    let source = Source::new();
    heal_each(&source, 220..240, &["--workspace", "another"]);
    // A healed clone stays as it is.
    let clone = source.clone_with_work(5);
    let name = clone.to_str().unwrap();
    assert_eq!(heal_elsewhere(&source.bench, name, &[]).code, Some(0));
    let again = heal_elsewhere(&source.bench, name, &[]);
    assert!(again.stdout.contains("CLEAN"), "{again:?}");
}

#[test]
fn without_the_key_of_a_certificate_expressions_do_as_well() {
    let source = Source::cleaned(&["--replace-text", EXPRESSIONS]);
    let more = ["--workspace", "another", "--replace-text", EXPRESSIONS];
    heal_each(&source, 240..245, &more);
}

#[test]
fn what_was_not_removed_is_not_guessed() {
    let bench = Bench::with_secrets();
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo", "clone"],
    );
    let mine = bench.path().join("mine");
    fs::write(&mine, key_id()).unwrap();
    // The password stands in the same file, and stays.
    let clean = [
        "clean",
        "--repo-path",
        "repo",
        "--value-file",
        "mine",
        "--execute",
    ];
    assert_eq!(bench.run(&clean).code, Some(0));
    let before = bench.files();
    let refused = heal_elsewhere(&bench, "clone", &[]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(refused.stderr.contains("--value-file") && refused.stderr.contains("DEPLOYGUARD_KEY"));
    assert!(bench.files() == before);
    let healed = heal_elsewhere(&bench, "clone", &["--value-file", "mine"]);
    assert_eq!(healed.code, Some(0), "{healed:?}");
    let all = everything(&bench.path().join("clone"));
    assert!(!holds(&all, &key_id()) && holds(&all, &password()));
}
