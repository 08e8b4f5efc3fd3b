//! Rules of one's own, checked before they are used; and why a value is believed or not.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use testkit::acme;
use testkit::script::token;

use crate::workbench::{Bench, Run, finish};

/// A repository with one token of Acme and one of GitHub; the rules lie beside it.
fn bench() -> Bench {
    let bench = Bench::with_commit();
    let text = format!("A={}\nB={}\n", acme::token(), token(1));
    fs::write(bench.repo().join("a.env"), text).unwrap();
    bench.commit("Add a file");
    fs::write(bench.path().join("rules.yaml"), acme::RULES).unwrap();
    bench
}

fn scan(bench: &Bench, more: &[&str]) -> Run {
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    bench.run(&[&args[..], more].concat())
}

#[test]
fn rules_of_a_file_join_or_replace_the_built_in_ones() {
    let bench = bench();
    assert_eq!(scan(&bench, &[]).ids().len(), 1);
    assert_eq!(scan(&bench, &["--rules", "rules.yaml"]).ids().len(), 2);
    let run = scan(&bench, &["--rules", "rules.yaml", "--no-builtin-rules"]);
    assert_eq!(run.json()["findings"][0]["rule"], "acme-token");
    assert_eq!(run.ids().len(), 1);
    let run = scan(
        &bench,
        &["--rules", "rules.yaml", "--only-rule", "acme-token"],
    );
    assert_eq!(run.ids().len(), 1);
}

#[test]
fn what_is_wrong_is_told_by_line_and_column_and_nothing_is_scanned() {
    let bench = bench();
    let wrong = acme::RULES.replace("confidence", "confidense");
    fs::write(bench.path().join("wrong.yaml"), wrong).unwrap();
    for args in [
        &["rules", "validate", "wrong.yaml"][..],
        &["rules", "test", "wrong.yaml"],
        &["scan", "--repo-path", "repo", "--rules", "wrong.yaml"],
    ] {
        let run = bench.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("wrong.yaml:10:5"), "{run:?}");
        assert!(run.stderr.contains("is `confidence` meant?"), "{run:?}");
    }
    let run = bench.run(&["rules", "validate", "rules.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("1 rule, nothing wrong"), "{run:?}");
    assert_eq!(
        bench.run(&["rules", "validate", "nowhere.yaml"]).code,
        Some(2)
    );
}

#[test]
fn examples_are_tested() {
    let bench = bench();
    let run = bench.run(&["rules", "test", "rules.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("2 examples"), "{run:?}");
    let wrong = acme::RULES.replace("loweralnum:19", "loweralnum:20");
    fs::write(bench.path().join("rules.yaml"), wrong).unwrap();
    let run = bench.run(&["rules", "test", "rules.yaml"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr
            .contains("acme-token: counter-example 1: it is found"),
        "{run:?}"
    );
}

#[test]
fn a_dry_run_shows_what_the_rules_alone_would_find() {
    let bench = bench();
    let run = bench.run(&["rules", "dry-run", "rules.yaml", "--repo-path", "repo"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("acme-token: 1 finding\n"), "{run:?}");
    assert!(
        run.stdout.contains("a.env:1") && !run.stdout.contains(&acme::token()),
        "{run:?}"
    );
}

#[test]
fn rules_are_listed_and_shown() {
    let bench = bench();
    let run = bench.run(&["rules", "list", "--rules", "rules.yaml"]);
    assert!(
        run.stdout.contains("github-token") && run.stdout.contains("acme-token"),
        "{run:?}"
    );
    let all = bench.run(&["rules", "list", "--format", "json"]).json();
    assert!(
        all.as_array()
            .unwrap()
            .iter()
            .all(|rule| rule["id"].is_string())
    );
    for args in [
        ["rules", "show", "github-token"],
        ["explain", "--rule", "github-token"],
    ] {
        let run = bench.run(&args);
        assert!(
            run.stdout.contains("Keywords") && run.stdout.contains("Example"),
            "{run:?}"
        );
    }
    let run = bench.run(&["rules", "show", "github-tokn"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is `github-token` meant?"), "{run:?}");
}

#[test]
fn a_finding_is_explained_and_so_is_what_is_refused() {
    let bench = bench();
    let id = scan(&bench, &[]).ids().remove(0);
    let run = bench.run(&["explain", "--repo-path", "repo", &id]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.contains("found: ghp...") && run.stdout.contains("the rule begins with it"),
        "{run:?}"
    );
    assert!(!run.stdout.contains(&token(1)), "{run:?}");
    let run = bench.run(&["explain", "--repo-path", "repo", "secret-0"]);
    assert_eq!(run.code, Some(2), "{run:?}");

    let text = format!(
        "A={}\nGITHUB_TOKEN={}\n",
        token(1),
        ["ghp_", &"x".repeat(36)].concat()
    );
    let mut command = bench.command(&["explain", "--stdin"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let run = finish(child.wait_with_output().unwrap());
    assert!(run.stdout.contains("found: ghp..."), "{run:?}");
    assert!(
        run.stdout.contains("refused: ghp...xxx") && run.stdout.contains("it is filler"),
        "{run:?}"
    );
    assert!(!run.stdout.contains(&token(1)), "{run:?}");
    fs::write(bench.path().join("text"), "nothing").unwrap();
    let run = bench.run(&["explain", "--text-file", "text"]);
    assert!(run.stdout.contains("No rule's pattern"), "{run:?}");
    assert_eq!(bench.run(&["explain"]).code, Some(2));
}

#[test]
fn the_rule_that_the_documents_show_is_one() {
    let page = include_str!("../../../scan/rules/README.md");
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (rules, _) = rest.split_once("```").unwrap();
    let bench = Bench::with_commit();
    fs::write(bench.path().join("mine.yaml"), rules).unwrap();
    let run = bench.run(&["rules", "test", "mine.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}
