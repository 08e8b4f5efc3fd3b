//! `deployguard scan`: verdicts, formats, and what is never shown.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::workbench::{Bench, finish_unchecked, key_id, password};

#[test]
fn secrets_of_the_whole_history_are_found() {
    let bench = Bench::with_secrets();
    let run = bench.run(&["scan", "--repo-path", "repo"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("FINDINGS: 2 secrets"), "{run:?}");
    assert!(run.stdout.contains("config/app.env:1"), "{run:?}");
    let too_long = |line: &&str| line.chars().count() > 80;
    let long: Vec<_> = run.stdout.lines().filter(too_long).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn a_history_without_secrets_is_clean() {
    let bench = Bench::with_commit();
    let run = bench.run(&["scan", "--repo-path", "repo"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("clean"), "{run:?}");
    assert_eq!(run.stderr, "");
}

#[test]
fn a_repository_without_commits_is_clean_and_the_person_is_told() {
    let bench = Bench::new();
    fs::create_dir(bench.repo()).unwrap();
    bench.git(&["init", "-q"]);
    let run = bench.run(&["scan", "--repo-path", "repo", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["coverage"]["total"]["objects"], 0);
    assert!(run.stderr.contains("the repository is empty"), "{run:?}");
}

#[test]
fn what_is_no_repository_or_damaged_is_an_error() {
    let bench = Bench::with_secrets();
    for path in [".", "nowhere"] {
        let run = bench.run(&["scan", "--repo-path", path]);
        assert_eq!(run.code, Some(5), "{run:?}");
        assert!(run.stderr.contains("is not a Git repository"), "{run:?}");
        assert_eq!(run.stdout, "");
    }
    bench.git(&["repack", "-q", "-a", "-d"]);
    let packs = bench.repo().join(".git/objects/pack");
    let is_pack = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "pack");
    let files = fs::read_dir(packs)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pack = files.into_iter().find(is_pack).unwrap();
    let data = fs::read(&pack).unwrap();
    fs::set_permissions(&pack, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&pack, &data[..data.len() / 2]).unwrap();
    let run = bench.run(&["scan", "--repo-path", "repo"]);
    assert_eq!(run.code, Some(5), "{run:?}");
}

#[test]
fn an_object_that_cannot_be_read_makes_the_scan_incomplete() {
    let bench = Bench::with_commit();
    let id = bench.break_object("HEAD:README.md");
    let run = bench.run(&["scan", "--repo-path", "repo"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stdout.contains("INCOMPLETE"), "{run:?}");
    assert!(run.stdout.contains(&id), "{run:?}");
}

#[test]
fn the_json_document_keeps_its_form() {
    let bench = Bench::with_secrets();
    let run = bench.run(&["scan", "--repo-path", "repo", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let mut document = run.json();
    document["tool"]["rules_fingerprint"] = "[fingerprint]".into();
    // The order of members is no part of the form.
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(document);
    });
}

#[test]
fn json_lines_begin_with_the_scan_and_end_with_the_summary() {
    let bench = Bench::with_secrets();
    let run = bench.run(&["scan", "--repo-path", "repo", "--format", "jsonl"]);
    let parse = |line| serde_json::from_str::<Value>(line).unwrap();
    let lines: Vec<Value> = run.stdout.lines().map(parse).collect();
    let types: Vec<_> = lines.iter().map(|line| line["type"].clone()).collect();
    assert_eq!(types, ["scan", "finding", "finding", "summary"]);
    assert_eq!(lines[0]["schema"], "deployguard.scan/1");
    assert_eq!(lines[3]["findings"], 2);
    assert_eq!(lines[3]["verdict"], "findings");
}

#[test]
fn sarif_names_rules_places_and_fingerprints() {
    let bench = Bench::with_secrets();
    let args = [
        "scan",
        "--repo-path",
        "repo",
        "--format",
        "sarif",
        "--output",
        "out.sarif",
    ];
    let run = bench.run(&args);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    let log: Value =
        serde_json::from_slice(&fs::read(bench.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.len() >= 80);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "config/app.env");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        let id = result["partialFingerprints"]["deployguardFindingId/v1"].as_str();
        assert!(id.unwrap().starts_with("secret-"));
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn full_secrets_are_shown_only_when_asked_for_and_with_a_warning() {
    let bench = Bench::with_secrets();
    let args = [
        "scan",
        "--repo-path",
        "repo",
        "--show-secrets",
        "--format",
        "json",
        "--output",
        "full.json",
    ];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr
            .contains("warning: the report holds full secrets"),
        "{run:?}"
    );
    let file = bench.path().join("full.json");
    let report: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let values = report["findings"].as_array().unwrap().iter();
    let mut values: Vec<_> = values
        .map(|finding| finding["value"].as_str().unwrap())
        .collect();
    values.sort_unstable();
    let (key, password) = (key_id(), password());
    assert_eq!(values, [key.as_str(), password.as_str()]);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "the report is for its owner alone");

    let output = bench.command(&args[..4]).output().unwrap();
    let table = finish_unchecked(output);
    assert!(table.stdout.contains(&password), "{table:?}");
}

#[test]
fn ids_depend_on_the_workspace_and_its_key_and_on_nothing_else() {
    let bench = Bench::with_secrets();
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    let plain = bench.run(&args).ids();
    assert_eq!(
        plain,
        bench.run(&[&args[..], &["--threads", "1"]].concat()).ids()
    );
    assert_ne!(
        plain,
        bench
            .run(&[&args[..], &["--workspace", "other"]].concat())
            .ids()
    );
    let keyed = |key: &str| {
        crate::workbench::finish(
            bench
                .command(&args)
                .env("DEPLOYGUARD_KEY", key)
                .output()
                .unwrap(),
        )
    };
    let (one, other) = (keyed("a made-up key"), keyed("another made-up key"));
    assert_ne!(one.ids(), other.ids());
    assert_ne!(one.ids(), plain);
    assert_eq!(
        keyed("").code,
        Some(2),
        "an empty key is a mistake, not the public key"
    );
}

#[test]
fn one_branch_can_be_asked_for_and_must_exist() {
    let bench = Bench::with_secrets();
    bench.git(&["branch", "safe", "main~2"]);
    let args = [
        "scan",
        "--repo-path",
        "repo",
        "--format",
        "json",
        "--branch",
    ];
    let run = bench.run(&[&args[..], &["safe"]].concat());
    assert_eq!((run.code, run.ids().len()), (Some(0), 0), "{run:?}");
    let run = bench.run(&[&args[..], &["main"]].concat());
    assert_eq!((run.code, run.ids().len()), (Some(1), 2), "{run:?}");
    let run = bench.run(&[&args[..], &["mian"]].concat());
    assert_eq!(run.code, Some(5));
    assert!(run.stderr.contains("there is no branch `mian`"), "{run:?}");
    assert!(run.stderr.contains("is `main` meant?"), "{run:?}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let bench = Bench::with_secrets();
    for file in ["nowhere/report.json", "repo"] {
        let run = bench.run(&["scan", "--repo-path", "repo", "--output", file]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(file), "{run:?}");
    }
}

#[test]
fn since_a_revision_only_what_is_new_is_reported() {
    let bench = Bench::with_secrets();
    let run = bench.run(&["scan", "--repo-path", "repo", "--since", "HEAD"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("no commit since then"), "{run:?}");
    let token = ["ghp_", "h3Kd8sPq2LmZx7VbN4tRwY6cJf9aGe1XuQ0o"].concat();
    fs::write(bench.repo().join("new"), &token).unwrap();
    bench.commit("New");
    let run = bench.run(&["scan", "--repo-path", "repo", "--since", "HEAD~1"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout.contains("FINDINGS: 1 secret") && run.stdout.contains("new:1"),
        "{run:?}"
    );
    assert!(run.stdout.contains("skipped by since"), "{run:?}");
    bench.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    let run = bench.run(&[
        "scan",
        "--repo-path",
        "repo",
        "--since",
        "HEAD^",
        "--format",
        "json",
    ]);
    assert_eq!(
        (run.code, &run.json()["repository"]["since"]),
        (Some(0), &Value::from("HEAD^"))
    );
    let run = bench.run(&["scan", "--repo-path", "repo", "--since", "nowhere"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr.contains("there is no revision `nowhere`"),
        "{run:?}"
    );
}

#[test]
fn with_a_record_the_report_is_the_same() {
    let bench = Bench::with_secrets();
    let afresh = ["scan", "--repo-path", "repo", "--format", "json"];
    let again = [&afresh[..], &["--record", "record"]].concat();
    let expected = bench.run(&afresh);
    for _ in 0..2 {
        let run = bench.run(&again);
        assert_eq!(
            (run.code, &run.stdout),
            (Some(1), &expected.stdout),
            "{run:?}"
        );
    }
    let file = bench.path().join("record");
    let mut record = fs::read(&file).unwrap();
    *record.last_mut().unwrap() ^= 1;
    fs::write(&file, &record).unwrap();
    let run = bench.run(&again);
    assert_eq!(
        (run.code, &run.stdout),
        (Some(1), &expected.stdout),
        "{run:?}"
    );
    assert!(run.stderr.contains("everything is searched"), "{run:?}");
    assert_ne!(fs::read(&file).unwrap(), record, "it is written anew");
}

#[test]
fn before_a_commit_only_what_is_staged_is_looked_at() {
    let bench = Bench::with_secrets();
    let staged = ["scan", "--repo-path", "repo", "--staged"];
    let token = ["ghp_", "h3Kd8sPq2LmZx7VbN4tRwY6cJf9aGe1XuQ0o"].concat();
    fs::write(bench.repo().join("new"), &token).unwrap();
    let run = bench.run(&staged);
    assert_eq!(run.code, Some(0), "not staged: {run:?}");
    bench.git(&["add", "new"]);
    let run = bench.run(&staged);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout.contains("new:1") && run.stdout.contains("skipped by staged"),
        "{run:?}"
    );
    bench.git(&["commit", "-q", "-m", "New"]);
    assert_eq!(bench.run(&staged).code, Some(0));
    let run = bench.run(&[&staged[..], &["--since", "HEAD"]].concat());
    assert_eq!(run.code, Some(2), "{run:?}");
}
