//! What options say on the command line, a policy says to the service: the same rules and suppressions give the same findings, ids
//! and counts.

use std::fs;

use domain::{Finding, FindingId, ScanPolicy, TenantId, Unwatched, WorkspaceKey};
use git::Repository;
use scan::{Prepared, ScanOptions, scan_history};
use serde_json::{Value, json};
use testkit::acme;
use testkit::script::token;

use crate::workbench::{Bench, finish, key_id, password};

const KEY: &str = "the root of both";
const WORKSPACE: &str = "team-1";

/// One secret for each way of leaving one out, and two that are reported in any case.
fn bench() -> Bench {
    let bench = Bench::with_commit();
    let database = format!(
        "DATABASE_URL=postgres://app:{}@db.example.com/app\n",
        password()
    );
    let files = [
        ("app.env", format!("A={}\nB={}\n", acme::token(), token(1))),
        ("tests/fixtures/a.env", format!("T={}\n", token(2))),
        (
            "marked.env",
            format!("T={} # deployguard:ignore reason=\"old\"\n", token(3)),
        ),
        ("named.env", format!("T={}\n", token(4))),
        ("accepted.env", format!("AWS_ACCESS_KEY_ID={}\n", key_id())),
        ("db.env", database),
        ("weak.env", "password = \"Harbor1\"\n".to_owned()),
        (".deployguardignore", "named.env # known\n".to_owned()),
    ];
    fs::create_dir_all(bench.repo().join("tests/fixtures")).unwrap();
    for (path, text) in files {
        fs::write(bench.repo().join(path), text).unwrap();
    }
    bench.commit("Add files");
    fs::write(bench.path().join("rules.yaml"), acme::RULES).unwrap();
    bench
}

/// Findings and accounts, as the program tells them.
fn by_options(bench: &Bench, options: &[&str]) -> Value {
    let scan = [
        "scan",
        "--repo-path",
        "repo",
        "--format",
        "json",
        "--workspace",
        WORKSPACE,
    ];
    let mut command = bench.command(&[&scan[..], options].concat());
    let run = finish(command.env("DEPLOYGUARD_KEY", KEY).output().unwrap());
    let told = run.json();
    let rows = told["findings"].as_array().unwrap().iter();
    let ids: Vec<&Value> = rows.map(|row| &row["id"]).collect();
    json!([told["verdict"], ids, counts(&told["suppressed"])])
}

/// The same, by what the scan stage of the service does.
fn by_policy(bench: &Bench, policy: &ScanPolicy) -> Value {
    let key = WorkspaceKey::derive(KEY.as_bytes(), &TenantId::new(WORKSPACE));
    let repo = Repository::open(&bench.repo()).unwrap();
    let policy = Prepared::new(policy).unwrap();
    let options = ScanOptions::default();
    let mut report = scan_history(&repo, policy.rules(), &key, &options, &Unwatched).unwrap();
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let left_out = policy.apply(&mut report, &repo, &key, today);
    let ids: Vec<&FindingId> = report.findings.iter().map(|finding| &finding.id).collect();
    let told = serde_json::to_value(&left_out.accounts).unwrap();
    json!([report.verdict(), ids, counts(&told)])
}

/// How much each reason left out; a baseline has another name here and there.
fn counts(accounts: &Value) -> Vec<Value> {
    let accounts = accounts.as_array().into_iter().flatten();
    let count = |account: &Value| json!([account["by"], account["findings"], account["places"]]);
    accounts.map(count).collect()
}

fn ids(rules: &[&str]) -> Vec<String> {
    rules.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn the_same_policy_gives_the_same_report_on_both_ways() {
    let bench = bench();
    let base = ScanPolicy::default;
    let rules = || Some(acme::RULES.to_owned());
    let cases: [(&[&str], ScanPolicy); 8] = [
        (&[], base()),
        (
            &["--no-ignore"],
            ScanPolicy {
                no_ignore: true,
                ..base()
            },
        ),
        (
            &["--min-confidence", "0"],
            ScanPolicy {
                min_confidence: Some(0),
                ..base()
            },
        ),
        (
            &["--min-confidence", "95"],
            ScanPolicy {
                min_confidence: Some(95),
                ..base()
            },
        ),
        (
            &["--rules", "rules.yaml"],
            ScanPolicy {
                rules: rules(),
                ..base()
            },
        ),
        (
            &["--rules", "rules.yaml", "--no-builtin-rules"],
            ScanPolicy {
                rules: rules(),
                no_builtin_rules: true,
                ..base()
            },
        ),
        (
            &["--exclude-path", "tests/", "--exclude-rule", "database-url"],
            ScanPolicy {
                exclude_paths: ids(&["tests/"]),
                exclude_rules: ids(&["database-url"]),
                ..base()
            },
        ),
        (
            &["--only-rule", "github-token"],
            ScanPolicy {
                only_rules: ids(&["github-token"]),
                ..base()
            },
        ),
    ];
    let mut seen = Vec::new();
    for (options, policy) in cases {
        let told = by_options(&bench, options);
        assert_eq!(told, by_policy(&bench, &policy), "{options:?}");
        seen.push(told);
    }
    seen.dedup();
    assert!(seen.len() >= 7, "each says something else: {seen:?}");
}

#[test]
fn a_baseline_is_the_same_on_both_ways() {
    let bench = bench();
    let key = WorkspaceKey::derive(KEY.as_bytes(), &TenantId::new(WORKSPACE));
    let accepted = key_finding(&bench, &key);
    let create = [
        "baseline",
        "create",
        "--repo-path",
        "repo",
        "--workspace",
        WORKSPACE,
    ];
    let mut command = bench.command(&[&create[..], &["--output", "known.json"]].concat());
    let made = finish(command.env("DEPLOYGUARD_KEY", KEY).output().unwrap());
    assert_eq!(made.code, Some(0), "{made:?}");
    let file = bench.path().join("known.json");
    let mut known: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let rows = known["findings"].as_array_mut().unwrap();
    rows.retain(|row| row["id"] == accepted.as_str());
    assert_eq!(rows.len(), 1);
    fs::write(&file, known.to_string()).unwrap();
    let policy = ScanPolicy {
        baseline: vec![accepted],
        ..ScanPolicy::default()
    };
    let told = by_options(&bench, &["--baseline", "known.json"]);
    assert_eq!(told, by_policy(&bench, &policy));
    assert!(
        told[2]
            .as_array()
            .unwrap()
            .iter()
            .any(|count| count[0] == "baseline" && count[1] == 1)
    );
}

/// The id of the access key.
fn key_finding(bench: &Bench, key: &WorkspaceKey) -> FindingId {
    let repo = Repository::open(&bench.repo()).unwrap();
    let policy = Prepared::new(&ScanPolicy::default()).unwrap();
    let options = ScanOptions::default();
    let report = scan_history(&repo, policy.rules(), key, &options, &Unwatched).unwrap();
    let is_key = |finding: &&Finding| finding.file_path == "accepted.env";
    report.findings.iter().find(is_key).unwrap().id.clone()
}
