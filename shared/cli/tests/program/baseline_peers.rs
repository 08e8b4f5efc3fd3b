//! Baselines that other tools really wrote, of this very repository (the file's name says which version): what they name is
//! suppressed. In the files the made-up values stand as `{{password}}`, `{{key_id}}` and `{{token}}`.

use std::fs;

use serde_json::json;

use crate::workbench::{Bench, Run, key_id, password};

fn token() -> String {
    testkit::script::token(90)
}

/// The repository that the tools were run on: three secrets on three lines of one file.
fn bench() -> Bench {
    let bench = Bench::with_commit();
    let text = format!(
        "DATABASE_URL=postgres://app:{}@db.example.com/app\nAWS_ACCESS_KEY_ID={}\nGITHUB_TOKEN={}\n",
        password(),
        key_id(),
        token()
    );
    fs::create_dir(bench.repo().join("config")).unwrap();
    fs::write(bench.repo().join("config/app.env"), text).unwrap();
    bench.commit("Keep orders in a database");
    bench
}

/// Scans with a tool's file; gives the run and the lines whose findings are left.
fn scan(file: &str) -> (Run, Vec<u64>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let text = fs::read_to_string(folder.join(file)).unwrap();
    let text = text
        .replace("{{password}}", &password())
        .replace("{{key_id}}", &key_id())
        .replace("{{token}}", &token());
    let bench = bench();
    fs::write(bench.path().join("theirs"), text).unwrap();
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    let run = bench.run(&[&args[..], &["--baseline", "theirs"]].concat());
    let json = run.json();
    let left = json["findings"].as_array().unwrap().iter();
    let mut left: Vec<_> = left
        .map(|finding| finding["line_number"].as_u64().unwrap())
        .collect();
    left.sort_unstable();
    (run, left)
}

/// Checks which lines' findings are left, how many were taken out, and how many of these by their place alone.
fn leaves(file: &str, lines: &[u64], findings: u64, approximate: u64) {
    let (run, left) = scan(file);
    assert_eq!(left, lines, "{run:?}");
    let account = json!([{"by": "baseline", "file": "theirs", "findings": findings, "approximate": approximate, "stale": 0}]);
    assert_eq!(run.json()["suppressed"], account, "{run:?}");
    assert_eq!(run.code, Some(i32::from(!lines.is_empty())), "{run:?}");
}

#[test]
fn gitleaks_wrote_two_values_down() {
    leaves("gitleaks-8.30.1.json", &[1], 2, 0);
}

#[test]
fn detect_secrets_wrote_three_hashes_down_one_of_which_is_that_of_a_prefix() {
    leaves("detect-secrets-1.5.0.json", &[], 3, 1);
}

#[test]
fn kingfisher_wrote_one_place_down_twice() {
    leaves("kingfisher-2.14.0.yml", &[1, 2], 1, 1);
}
