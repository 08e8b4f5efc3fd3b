//! `deployguard baseline create` and `scan --baseline`: what is accepted is counted and not reported, and what cannot
//! be understood is never taken for "nothing new".

use std::fs;

use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use crate::workbench::{Bench, Run, key_id, password};

/// Scans the repository with a baseline; the report is JSON.
fn scan(bench: &Bench, baseline: &str) -> Run {
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    bench.run(&[&args[..], &["--baseline", baseline]].concat())
}

fn create(bench: &Bench, more: &[&str]) -> Run {
    let args = ["baseline", "create", "--repo-path", "repo"];
    bench.run(&[&args[..], &["--output", "known.json"], more].concat())
}

fn write(bench: &Bench, name: &str, text: &str) {
    fs::write(bench.path().join(name), text).unwrap();
}

/// The secrets are in commit `main~1`, the password on line 1 of `config/app.env`, the key id on line 2.
fn holder(bench: &Bench) -> String {
    bench.git(&["rev-parse", "main~1"]).trim().to_owned()
}

/// How the one baseline was counted.
fn account(run: &Run) -> Value {
    let json = run.json();
    assert_eq!(json["suppressed"].as_array().unwrap().len(), 1, "{json}");
    json["suppressed"][0].clone()
}

fn sha1(text: &str) -> String {
    let hash = Sha1::digest(text);
    let digits = hash.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

#[test]
fn what_is_accepted_is_counted_and_what_is_new_is_reported() {
    let bench = Bench::with_secrets();
    let run = create(&bench, &["--reason", "turned in last year"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.stderr.contains("2 findings accepted"), "{run:?}");
    assert!(run.stderr.contains("DEPLOYGUARD_KEY"), "{run:?}");
    let text = fs::read_to_string(bench.path().join("known.json")).unwrap();
    assert!(!text.contains(&password()) && !text.contains(&key_id()));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema"], "deployguard.baseline/1");
    assert_eq!(document["findings"][0]["path"], "config/app.env");
    assert_eq!(document["findings"][0]["reason"], "turned in last year");

    // The file may lie in the repository itself.
    fs::write(bench.repo().join("known.json"), text).unwrap();
    bench.commit("Accept them");
    let run = scan(&bench, "known.json");
    assert_eq!((run.code, run.ids().len()), (Some(0), 0), "{run:?}");
    assert_eq!(run.json()["verdict"], "clean");
    let counted = json!({"by": "baseline", "file": "known.json", "findings": 2, "approximate": 0, "stale": 0});
    assert_eq!(account(&run), counted);
    assert_eq!(run.stderr, "");

    let token = testkit::script::token(77);
    fs::write(bench.repo().join("new.env"), format!("T={token}\n")).unwrap();
    bench.commit("Add a token");
    let run = scan(&bench, "known.json");
    assert_eq!((run.code, run.ids().len()), (Some(1), 1), "{run:?}");
    assert_eq!(run.json()["findings"][0]["file_path"], "new.env");
    let table = bench.run(&["scan", "--repo-path", "repo", "--baseline", "known.json"]);
    let line = "Suppressed  2 secrets by baseline known.json\n";
    assert!(table.stdout.contains(line), "{table:?}");
    assert!(table.stdout.contains("FINDINGS: 1 secret"), "{table:?}");
}

#[test]
fn a_new_baseline_in_an_old_ones_place_keeps_its_reasons() {
    let bench = Bench::with_secrets();
    create(&bench, &["--reason", "an example"]);
    let token = testkit::script::token(78);
    fs::write(bench.repo().join("new.env"), format!("T={token}\n")).unwrap();
    bench.commit("Add a token");
    create(&bench, &[]);
    let text = fs::read_to_string(bench.path().join("known.json")).unwrap();
    assert_eq!(text.matches("\"id\"").count(), 3);
    assert_eq!(text.matches("an example").count(), 2);
}

#[test]
fn an_entry_that_applies_to_nothing_is_told_if_everything_was_looked_at() {
    let bench = Bench::with_secrets();
    create(&bench, &[]);
    let other = Bench::with_commit();
    other.git(&["branch", "side"]);
    other.commit("Nothing new");
    let known = fs::read_to_string(bench.path().join("known.json")).unwrap();
    write(&other, "known.json", &known);
    let run = scan(&other, "known.json");
    assert_eq!((run.code, &account(&run)["stale"]), (Some(0), &json!(2)));
    let told = "baseline known.json: 2 entries apply to nothing any more";
    assert!(run.stderr.contains(told), "{run:?}");
    let args = ["scan", "--repo-path", "repo", "--baseline", "known.json"];
    for part in [["--branch", "side"], ["--since", "side"]] {
        let run = other.run(&[&args[..], &part].concat());
        assert_eq!(run.code, Some(0));
        assert!(!run.stderr.contains("any more"), "{run:?}");
    }
}

#[test]
fn a_baseline_of_another_key_is_refused() {
    let bench = Bench::with_secrets();
    create(&bench, &["--workspace", "other"]);
    let run = scan(&bench, "known.json");
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("--baseline known.json: "), "{run:?}");
    assert!(run.stderr.contains("named with another key"), "{run:?}");
}

#[test]
fn a_file_that_is_no_baseline_is_refused_before_anything_is_scanned() {
    // There is no repository, and that is not what it says.
    let bench = Bench::new();
    write(&bench, "notes.txt", "nothing of use\n");
    for name in ["notes.txt", "missing.json"] {
        let run = scan(&bench, name);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(&format!("--baseline {name}: ")));
    }
    assert!(scan(&bench, "notes.txt").stderr.contains("baseline create"));
}

#[test]
fn what_could_not_be_looked_at_stays_incomplete() {
    let bench = Bench::with_secrets();
    create(&bench, &[]);
    bench.break_object("HEAD:README.md");
    let run = scan(&bench, "known.json");
    assert_eq!((run.code, &account(&run)["findings"]), (Some(3), &json!(2)));
    assert_eq!(run.json()["verdict"], "incomplete");
    assert_eq!(create(&bench, &[]).code, Some(3));
}

#[test]
fn sarif_keeps_the_results_and_marks_them() {
    let bench = Bench::with_secrets();
    create(&bench, &["--reason", "an example"]);
    let token = testkit::script::token(79);
    fs::write(bench.repo().join("new.env"), format!("T={token}\n")).unwrap();
    bench.commit("Add a token");
    let args = ["scan", "--repo-path", "repo", "--baseline", "known.json"];
    let run = bench.run(&[&args[..], &["--format", "sarif"]].concat());
    assert_eq!(run.code, Some(1));
    let results = run.json()["runs"][0]["results"].clone();
    let marks = |result: &Value| result["suppressions"].clone();
    let marks: Vec<_> = results.as_array().unwrap().iter().map(marks).collect();
    let external = json!([{"kind": "external", "status": "accepted", "justification": "baseline known.json: an example"}]);
    assert_eq!(marks, [Value::Null, external.clone(), external]);

    let run = bench.run(&[&args[..], &["--format", "jsonl"]].concat());
    let parse = |line| serde_json::from_str::<Value>(line).unwrap();
    let lines: Vec<_> = run.stdout.lines().map(parse).collect();
    let types: Vec<_> = lines.iter().map(|line| line["type"].clone()).collect();
    assert_eq!(types, ["scan", "finding", "suppressed", "summary"]);
    assert_eq!(lines[2]["findings"], 2);
}

/// A row of a report of gitleaks.
fn leak(secret: &str, line: u64, commit: &str) -> Value {
    json!({"RuleID": "some-rule", "Description": "", "StartLine": line, "EndLine": line, "StartColumn": 1, "EndColumn": 9,
           "Match": secret, "Secret": secret, "File": "config/app.env", "SymlinkFile": "", "Commit": commit, "Entropy": 3.5,
           "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [],
           "Fingerprint": format!("{commit}:config/app.env:some-rule:{line}")})
}

#[test]
fn a_report_of_gitleaks_is_a_baseline() {
    let bench = Bench::with_secrets();
    // By the value, whatever the commit is called by now.
    let report = json!([leak(&key_id(), 9, "0".repeat(40).as_str())]);
    write(&bench, "leaks.json", &report.to_string());
    let run = scan(&bench, "leaks.json");
    assert_eq!((run.code, run.ids().len()), (Some(1), 1), "{run:?}");
    assert_eq!(account(&run)["approximate"], 0);
    // By the place, where the value was left out.
    let redacted = json!([
        leak("REDACTED", 1, &holder(&bench)),
        leak("REDACTED", 3, &holder(&bench))
    ]);
    write(&bench, "redacted.json", &redacted.to_string());
    let run = scan(&bench, "redacted.json");
    let counted = json!({"by": "baseline", "file": "redacted.json", "findings": 1, "approximate": 1, "stale": 1});
    assert_eq!(account(&run), counted);
    // Each finding counts for the first file that accepts it.
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    let both = ["--baseline", "leaks.json", "--baseline", "redacted.json"];
    let run = bench.run(&[&args[..], &both, &["--baseline", "leaks.json"]].concat());
    let counts = |file: &Value| file["findings"].as_u64().unwrap();
    let json = run.json();
    let counts: Vec<_> = json["suppressed"]
        .as_array()
        .unwrap()
        .iter()
        .map(counts)
        .collect();
    assert_eq!((run.code, counts), (Some(0), vec![1, 1, 0]), "{run:?}");
}

#[test]
fn a_report_of_gitleaks_follows_the_commits_of_a_clean_history() {
    let bench = Bench::with_secrets();
    let rows = json!([
        leak("REDACTED", 1, &holder(&bench)),
        leak(&key_id(), 2, &holder(&bench))
    ]);
    write(&bench, "leaks.json", &rows.to_string());
    let listed = bench
        .run(&["scan", "--repo-path", "repo", "--format", "json"])
        .json();
    let findings = listed["findings"].as_array().unwrap().iter();
    let mut findings = findings.filter(|finding| finding["secret_type"] == "aws_key");
    let id = findings.next().unwrap()["id"].as_str().unwrap().to_owned();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--secret-id",
        &id,
        "--output-dir",
        "clean.git",
    ];
    let dry = bench.run(&[&args[..], &["--baseline", "leaks.json"]].concat());
    assert_eq!(dry.code, Some(2), "it would write nothing: {dry:?}");
    let run = bench.run(&[&args[..], &["--execute", "--baseline", "leaks.json"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("deployguard-leaks.json"), "{run:?}");

    let clean = |baseline: &str| {
        let args = ["scan", "--repo-path", "clean.git", "--format", "json"];
        bench.run(&[&args[..], &["--baseline", baseline]].concat())
    };
    assert_eq!(
        clean("leaks.json").ids().len(),
        1,
        "it names a commit that is gone"
    );
    let run = clean("clean.git/deployguard-leaks.json");
    assert_eq!(
        (run.code, &account(&run)["stale"]),
        (Some(0), &json!(0)),
        "{run:?}"
    );
    let copy = fs::read_to_string(bench.path().join("clean.git/deployguard-leaks.json")).unwrap();
    assert!(
        !copy.contains(&key_id()) && !copy.contains(&holder(&bench)),
        "{copy}"
    );
}

/// A made-up private key.
fn pem(begin: &str, seed: u32) -> String {
    let body = testkit::script::token(seed).replace('_', "+").repeat(2);
    let lines = format!("{body}\n").repeat(6);
    let end = begin.replace("BEGIN", "END");
    format!("-----{begin}-----\n{lines}-----{end}-----\n")
}

#[test]
fn a_baseline_of_detect_secrets_is_one() {
    let bench = Bench::with_secrets();
    let begin = ["BEGIN RSA ", "PRIVATE KEY"].concat();
    for (name, seed) in [("one.pem", 5), ("two.pem", 6)] {
        let text = format!("# {name}\n{}", pem(&begin, seed));
        fs::write(bench.repo().join(name), text).unwrap();
    }
    bench.commit("Add two keys");
    let row = |path: &str, value: &str, line: u64| json!({"type": "T", "filename": path, "hashed_secret": sha1(value), "is_verified": false, "line_number": line});
    let file = json!({"version": "1.5.0", "plugins_used": [], "filters_used": [], "generated_at": "2024-01-01T00:00:00Z", "results": {
        "config/app.env": [row("config/app.env", &password(), 1)],
        "two.pem": [row("two.pem", &begin, 2)],
    }});
    write(&bench, ".secrets.baseline", &file.to_string());
    let run = scan(&bench, ".secrets.baseline");
    let counted = json!({"by": "baseline", "file": ".secrets.baseline", "findings": 2, "approximate": 1, "stale": 0});
    assert_eq!(account(&run), counted);
    let json = run.json();
    let left = json["findings"].as_array().unwrap().iter();
    let mut left: Vec<_> = left
        .map(|finding| finding["file_path"].as_str().unwrap())
        .collect();
    left.sort_unstable();
    assert_eq!(
        left,
        ["config/app.env", "one.pem"],
        "the other key is another secret"
    );
}

#[test]
fn a_baseline_of_kingfisher_is_one_by_path_and_line() {
    let bench = Bench::with_secrets();
    let token = testkit::script::token(80);
    let file = bench.repo().join("deploy.env");
    fs::write(&file, format!("T={token}\n")).unwrap();
    bench.commit("Add a token");
    fs::write(&file, format!("A=1\nB=2\nT={token}\n")).unwrap();
    bench.commit("Other settings go first");
    let entry = |path: &str, line: u64| {
        format!(
            "  - filepath: {path}\n    fingerprint: '389162583612032034'\n    linenum: {line}\n    lastupdated: Mon, 14 Jul 2025 10:17:56 -0700\n"
        )
    };
    // The line that it came in on, the line that it is on now, and one that it never was on.
    for (line, findings) in [(1, 1), (3, 1), (2, 0)] {
        let text = format!(
            "ExactFindings:\n  matches:\n{}",
            entry("repo/deploy.env", line)
        );
        write(&bench, "baseline.yml", &text);
        let run = scan(&bench, "baseline.yml");
        let counted = json!({"by": "baseline", "file": "baseline.yml", "findings": findings, "approximate": findings, "stale": 1 - findings});
        assert_eq!(account(&run), counted, "line {line}");
        assert_eq!(run.ids().len(), 3 - usize::try_from(findings).unwrap());
    }
    let table = bench.run(&["scan", "--repo-path", "repo", "--baseline", "baseline.yml"]);
    assert!(table.stdout.contains("baseline.yml (1 stale)"), "{table:?}");
}
