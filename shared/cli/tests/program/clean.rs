//! `deployguard clean`: nothing happens without `--execute`, and what happens then is judged by stock git.

use std::fs;
use std::path::Path;

use testkit::script::token;
use testkit::stock::{everything, fsck, git, holds};

use crate::workbench::{Bench, CLEAN, key_id, password};

const SCAN: [&str; 5] = ["scan", "--repo-path", "repo", "--format", "json"];

/// The ids of the password's and of the key's finding.
fn ids(bench: &Bench) -> (String, String) {
    let report = bench.run(&SCAN).json();
    let id = |rule: &str| {
        let mut findings = report["findings"].as_array().unwrap().iter();
        let found = findings.find(|finding| finding["rule"] == rule).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    (id("database-url"), id("aws-access-key-id"))
}

fn assert_clean(folder: &Path, gone: &[String]) {
    fsck(folder).unwrap();
    let all = everything(folder);
    for secret in gone {
        assert!(!holds(&all, secret));
    }
}

#[test]
fn a_dry_run_says_what_would_change_and_touches_nothing() {
    let bench = Bench::with_secrets();
    let before = bench.files();
    let run = bench.run(&["clean", "--repo-path", "repo", "--all"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("Would change"), "{run:?}");
    assert!(run.stdout.contains("refs/heads/main"), "{run:?}");
    assert!(run.stderr.contains("dry run"), "{run:?}");
    let json = bench
        .run(&["clean", "--repo-path", "repo", "--all", "--format", "json"])
        .json();
    assert_eq!(
        (&json["executed"], &json["certificate"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert_eq!(json["plan"]["findings"].as_array().unwrap().len(), 2);
    assert!(bench.files() == before, "a dry run changed something");
}

#[test]
fn all_secrets_are_gone_and_the_source_is_untouched() {
    let bench = Bench::with_secrets();
    let source = bench.files();
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("PROVEN"), "{run:?}");
    assert!(run.stdout.contains("Revoke"), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    assert_clean(&result, &[password(), key_id()]);
    assert_eq!(
        git(&result, &["log", "--format=%an %ae %ad %s", "main"]),
        bench.git(&["log", "--format=%an %ae %ad %s", "main"])
    );
    assert_eq!(
        git(&result, &["rev-parse", "main:README.md"]),
        bench.git(&["rev-parse", "main:README.md"])
    );
    assert_eq!(
        git(&result, &["rev-parse", "main~2"]),
        bench.git(&["rev-parse", "main~2"]),
        "a commit before the first secret keeps its id"
    );
    let left: Vec<_> = bench
        .files()
        .into_iter()
        .filter(|(path, _)| !path.starts_with(&result))
        .collect();
    assert!(
        left == source.into_iter().collect::<Vec<_>>(),
        "the source was changed"
    );
    let certificate: serde_json::Value =
        serde_json::from_slice(&fs::read(result.join("deployguard-certificate.json")).unwrap())
            .unwrap();
    assert_eq!(certificate["verdict"], "proven");
    let again = bench.run(&["scan", "--repo-path", "repo-clean.git"]);
    assert_eq!(again.code, Some(0), "{again:?}");
}

#[test]
fn only_what_was_chosen_is_replaced_by_the_text_that_was_given() {
    let bench = Bench::with_secrets();
    let (password_id, _) = ids(&bench);
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--secret-id",
        &password_id,
        "--replacement",
        "<gone>",
        "--execute",
        "--output-dir",
        "out.git",
        "--format",
        "json",
    ];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(0), "{run:?}");
    let json = run.json();
    assert_eq!(
        (&json["output_dir"], &json["executed"]),
        (&"out.git".into(), &true.into())
    );
    assert_eq!(
        json["certificate"]["plan"]["findings"],
        serde_json::json!([password_id])
    );
    let result = bench.path().join("out.git");
    assert_clean(&result, &[password()]);
    let all = everything(&result);
    assert!(holds(&all, &key_id()) && holds(&all, "postgres://app:<gone>@db.example.com/app"));
    let taken = bench.run(&args);
    assert_eq!(taken.code, Some(2), "{taken:?}");
    assert!(taken.stderr.contains("out.git exists already"), "{taken:?}");
}

#[test]
fn an_unknown_id_is_named_with_the_most_similar_one() {
    let bench = Bench::with_secrets();
    let (password_id, _) = ids(&bench);
    let mut wrong = password_id.clone();
    wrong.pop();
    let run = bench.run(&["clean", "--repo-path", "repo", "--secret-id", &wrong]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    assert!(run.stderr.contains(&format!("`{wrong}`")), "{run:?}");
    assert!(run.stderr.contains(&password_id), "{run:?}");
    let other = bench.run(&[
        "clean",
        "--repo-path",
        "repo",
        "--workspace",
        "other",
        "--secret-id",
        &password_id,
    ]);
    assert_eq!(other.code, Some(2), "ids belong to a workspace: {other:?}");
}

#[test]
fn a_replacement_must_not_bring_a_secret_back() {
    let bench = Bench::with_secrets();
    let bad = format!("see {}", password());
    for text in [bad.as_str(), "two\nlines"] {
        let run = bench.run(&[
            "clean",
            "--repo-path",
            "repo",
            "--all",
            "--replacement",
            text,
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
}

#[test]
fn a_history_that_cannot_be_read_whole_is_not_rewritten() {
    let bench = Bench::with_secrets();
    let id = bench.git(&["rev-parse", "HEAD:README.md"]);
    let (folder, name) = id.trim().split_at(2);
    fs::remove_file(bench.repo().join(".git/objects").join(folder).join(name)).unwrap();
    let run = bench.run(&CLEAN);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run:?}");
    assert!(!bench.path().join("repo-clean.git").exists());
}

#[test]
fn a_ref_whose_name_holds_a_secret_gets_another_name() {
    let bench = Bench::with_secrets();
    bench.git(&["branch", &format!("try-{}", key_id())]);
    let run = bench.run(&["clean", "--repo-path", "repo", "--all"]);
    assert!(run.stdout.contains("→ refs/heads/try-REMOVED"), "{run:?}");
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    assert_clean(&result, &[password(), key_id()]);
    assert!(git(&result, &["for-each-ref"]).contains("refs/heads/try-REMOVED"));
}

#[test]
fn a_secret_keeps_its_length_if_that_is_asked_for() {
    let bench = Bench::with_secrets();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--all",
        "--keep-length",
        "--execute",
    ];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    let sizes = [
        "cat-file",
        "--batch-all-objects",
        "--unordered",
        "--batch-check=%(objecttype) %(objectsize)",
    ];
    let blobs = |text: String| {
        let mut blobs: Vec<_> = text
            .lines()
            .filter(|l| l.starts_with("blob"))
            .map(str::to_owned)
            .collect();
        blobs.sort();
        blobs
    };
    assert_eq!(blobs(git(&result, &sizes)), blobs(bench.git(&sizes)));
}

#[test]
fn a_history_without_secrets_is_delivered_unchanged() {
    let bench = Bench::with_commit();
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    assert_clean(&result, &[]);
    assert_eq!(
        git(&result, &["for-each-ref"]),
        bench.git(&["for-each-ref"])
    );
}

#[test]
fn a_key_is_one_secret_however_it_is_indented() {
    let bench = Bench::with_commit();
    let (dashes, kind) = ("-----", ["RSA PRI", "VATE KEY"].concat());
    let line = token(77).replace('_', "/") + "0123456789abcdefghijklmn";
    let key = |indent: &str| {
        let lines = format!("{indent}{line}\n").repeat(5);
        format!("{dashes}BEGIN {kind}{dashes}\n{lines}{indent}{dashes}END {kind}{dashes}\n")
    };
    let found = |bench: &Bench| {
        let report = bench.run(&SCAN).json();
        let findings = report["findings"].as_array().unwrap();
        let ids = findings
            .iter()
            .map(|finding| finding["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    fs::write(bench.repo().join("tls.pem"), key("")).unwrap();
    bench.commit("Key");
    let before = found(&bench);
    fs::write(
        bench.repo().join("tls.yml"),
        format!("key: |\n    {}", key("    ")),
    )
    .unwrap();
    bench.commit("The same key");
    assert_eq!(found(&bench), before);
    let id = &before[0];
    let run = bench.run(&[
        "clean",
        "--repo-path",
        "repo",
        "--secret-id",
        id,
        "--execute",
    ]);
    assert_eq!((run.code, before.len()), (Some(0), 1), "{run:?}");
    assert_clean(&bench.path().join("repo-clean.git"), &[line]);
}

#[test]
fn values_that_no_rule_knows_can_be_given_in_a_file() {
    let bench = Bench::with_secrets();
    let own = ["project", "made", "up"].join("-");
    fs::write(
        bench.repo().join("plan.txt"),
        format!("The {own} is secret\n"),
    )
    .unwrap();
    bench.commit("Plan");
    bench.git(&["branch", &own]);
    fs::write(bench.path().join("values"), format!("{own}\r\n\n")).unwrap();
    let args = ["clean", "--repo-path", "repo", "--value-file", "values"];
    let json = [&args[..], &["--format", "json"]].concat();
    for run in [bench.run(&args), bench.run(&json)] {
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stdout.contains(&own), "{run:?}");
    }
    bench.git(&["branch", "-D", &own]);
    let run = bench.run(&[&args[..], &["--execute"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    assert_clean(&result, &[own]);
    let all = everything(&result);
    assert!(holds(&all, "The ***REMOVED*** is secret") && holds(&all, &password()));
    let missing = bench.run(&["clean", "--repo-path", "repo", "--value-file", "nowhere"]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
}

#[test]
fn expressions_can_be_given_in_the_file_of_git_filter_repo() {
    let bench = Bench::with_secrets();
    let own = ["project", "made", "up"].join("-");
    let text = format!("The {own} is secret, pin=4711 too\n");
    fs::write(bench.repo().join("plan.txt"), text).unwrap();
    bench.commit("Plan");
    let file = bench.path().join("expressions");
    fs::write(&file, format!("{own}==>plan\r\nregex:(pin)=\\d+==>\\1=?\n")).unwrap();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--replace-text",
        "expressions",
    ];
    let run = bench.run(&[&args[..], &["--execute"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!run.stdout.contains(&own), "{run:?}");
    let all = everything(&bench.path().join("repo-clean.git"));
    assert!(holds(&all, "The plan is secret, pin=? too") && holds(&all, &password()));
    fs::write(&file, format!("fine\nregex:{own}(?=x)\n")).unwrap();
    let refused = bench.run(&args);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("line 2, column 22: look-around"),
        "{refused:?}"
    );
    assert!(!refused.stderr.contains(&own), "{refused:?}");
}

#[test]
fn a_finding_can_have_a_replacement_of_its_own() {
    let bench = Bench::with_secrets();
    let plan = bench.run(&["clean", "--repo-path", "repo", "--all", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let id = plan["plan"]["findings"][0].as_str().unwrap().to_owned();
    let args = ["clean", "--repo-path", "repo", "--all", "--execute"];
    let own = format!("{id}=mine-alone");
    let run = bench.run(&[&args[..], &["--replace", &own]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let all = everything(&bench.path().join("repo-clean.git"));
    assert!(holds(&all, "mine-alone") && holds(&all, "***REMOVED***"));
    for wrong in [id.as_str(), "no-such-id=text", "=text"] {
        let run = bench.run(&["clean", "--repo-path", "repo", "--all", "--replace", wrong]);
        assert_eq!(run.code, Some(2), "{run:?}");
    }
}
