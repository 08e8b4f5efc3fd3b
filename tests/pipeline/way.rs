//! From POST /jobs to the pushed clean history, and the same through the command line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use testkit::stock::git;

use crate::judge;
use crate::world::{GIT_USER, World, world};

#[test]
fn a_history_is_fetched_scanned_cleaned_downloaded_and_pushed() {
    let Some(world) = world() else { return };
    let id = world.scanned();
    let listed = world.get(&format!("/jobs/{id}/secrets?limit=100"));
    let found = listed.body["secrets"].as_array().unwrap().clone();
    assert_eq!(found.len(), world.secrets.len(), "{found:?}");
    assert!(
        found
            .iter()
            .all(|secret| secret["selected_for_cleaning"] == true)
    );
    let job = world.get(&format!("/jobs/{id}")).body;
    assert_eq!(
        (&job["job"]["verdict"], &job["job"]["total_secrets_found"]),
        (&json!("findings"), &json!(7))
    );
    assert_eq!(job["job"]["coverage"]["failed"]["objects"], 0);
    let report: Value =
        serde_json::from_slice(&world.service.download(job["report_url"].as_str().unwrap()))
            .unwrap();
    assert_eq!(report["schema"], "deployguard.scan/1");

    let ids: Vec<&Value> = found.iter().map(|secret| &secret["id"]).collect();
    let selected = world.post(
        &format!("/jobs/{id}/secrets/select"),
        &json!({ "secret_ids": ids }),
    );
    assert_eq!(
        (selected.status, &selected.body["selected_count"]),
        (200, &json!(7))
    );
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    let job = world.service.wait(&world.user, &id, "clean_complete");
    assert_eq!(job["secrets_cleaned"], 7);

    let source = world.repository("source.git");
    let zip = download(&world, &id, "zip");
    let bundle = download(&world, &id, "bundle");
    for clean in [&zip, &bundle] {
        judge::holds_none_of(clean, &world.secrets);
        assert_eq!(
            judge::people(clean),
            judge::people(&source),
            "authors and dates must be kept"
        );
        same_but_for_secrets(&source, clean, &world.secrets);
    }
    assert_eq!(judge::refs(&zip), judge::refs(&bundle));

    let target = world.bare("target.git");
    let push = json!({ "target_platform": "generic", "target_url": world.git.url("target.git"), "target_credentials_id": "good" });
    assert_eq!(world.post(&format!("/jobs/{id}/push"), &push).status, 202);
    world.service.wait(&world.user, &id, "completed");
    judge::holds_none_of(&target, &world.secrets);
    assert_eq!(judge::refs(&target), judge::refs(&zip));
    let events = world.get(&format!("/jobs/{id}/events?limit=100")).body;
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["type"], &last["to"]),
        (&json!("job_status_changed"), &json!("completed"))
    );
    no_url_held_a_credential(&world);
}

#[test]
fn the_command_line_finds_and_makes_the_same() {
    let Some(world) = world() else { return };
    let id = world.scanned();
    let of_service: BTreeSet<_> =
        places(&world.get(&format!("/jobs/{id}/secrets?limit=100")).body["secrets"]);
    let source = world.repository("source.git");
    let out = world.root.path().join("by-hand.git");
    let scan = deployguard(&[
        "scan",
        "--repo-path",
        source.to_str().unwrap(),
        "--format",
        "json",
    ]);
    assert_eq!(scan.0, 1, "findings");
    let of_program: BTreeSet<_> =
        places(&serde_json::from_slice::<Value>(&scan.1).unwrap()["findings"]);
    assert_eq!(of_service, of_program);
    let clean = deployguard(&[
        "clean",
        "--repo-path",
        source.to_str().unwrap(),
        "--all",
        "--execute",
        "--output-dir",
        out.to_str().unwrap(),
    ]);
    assert_eq!(clean.0, 0);
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    world.service.wait(&world.user, &id, "clean_complete");
    assert_eq!(
        judge::refs(&download(&world, &id, "zip")),
        judge::refs(&out)
    );
}

/// Where each finding stands, whatever its id (the keys of the two differ).
pub(crate) fn places(findings: &Value) -> BTreeSet<String> {
    let one = |finding: &Value| {
        let fields = [
            "rule",
            "secret_type",
            "severity",
            "confidence",
            "file_path",
            "line_number",
            "commit_hash",
            "occurrence_count",
            "in_tree",
            "refs",
            "occurrences",
        ];
        let shown = fields.map(|field| format!("{field}={}", finding[field]));
        shown.join(" ")
    };
    findings.as_array().unwrap().iter().map(one).collect()
}

/// Runs the program that lies beside this test's; gives its exit code and what it prints.
pub(crate) fn deployguard(args: &[&str]) -> (i32, Vec<u8>) {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("deployguard");
    let output = Command::new(program).args(args).output().unwrap();
    (output.status.code().unwrap(), output.stdout)
}

/// Downloads and unpacks the clean history; gives a bare repository.
pub(crate) fn download(world: &World, id: &str, format: &str) -> PathBuf {
    let answer = world.get(&format!("/jobs/{id}/download?format={format}"));
    assert_eq!(answer.status, 302, "{}", answer.body);
    let bytes = world.service.download(&answer.location.unwrap());
    let folder = world.root.path().join(format!("{id}-{format}"));
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join(format!("download.{format}"));
    std::fs::write(&file, bytes).unwrap();
    if format == "bundle" {
        git(
            &folder,
            &[
                "clone",
                "-q",
                "--mirror",
                file.to_str().unwrap(),
                "clean.git",
            ],
        );
        return folder.join("clean.git");
    }
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(&file)
        .arg(&folder)
        .status()
        .unwrap();
    assert!(done.success());
    let inside = std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join("HEAD").is_file());
    inside.unwrap_or(folder)
}

/// Files without a secret are the same blobs; those with one differ only in it.
fn same_but_for_secrets(source: &Path, clean: &Path, secrets: &[String]) {
    let (before, after) = (judge::files(source, "main"), judge::files(clean, "main"));
    assert!(before.keys().eq(after.keys()));
    let content = |repo: &Path, id: &str| judge::git(repo, &["cat-file", "blob", id]);
    for (path, old) in &before {
        let mut expected = content(source, old);
        for secret in secrets {
            expected = replace(&expected, secret.as_bytes(), b"***REMOVED***");
        }
        assert_eq!(content(clean, &after[path]), expected, "{path}");
    }
}

fn replace(text: &[u8], find: &[u8], with: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.windows(find.len()).position(|window| window == find) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + find.len()..];
    }
    out.extend_from_slice(rest);
    out
}

fn no_url_held_a_credential(world: &World) {
    let requests = world.git.requests();
    assert!(
        requests
            .iter()
            .any(|request| request.line.contains("git-receive-pack"))
    );
    for request in requests {
        assert!(
            !request.line.contains(crate::world::GIT_PASSWORD) && !request.line.contains(GIT_USER),
            "{}",
            request.line
        );
    }
}
