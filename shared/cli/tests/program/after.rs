//! What a clean leaves for people to do: the checklist, and the hook that keeps the old history out of a server.

use std::fs;
use std::process::Command;

use testkit::stock::git;

use crate::workbench::{Bench, CLEAN, Run, finish, key_id, password};

/// Heals a clone by the certificate of the cleaned `repo`.
pub(crate) fn heal(clone: &str) -> [&str; 6] {
    let certificate = "repo-clean.git/deployguard-certificate.json";
    [
        "heal",
        "--certificate",
        certificate,
        "--repo-path",
        clone,
        "--execute",
    ]
}

#[test]
fn the_checklist_says_where_to_revoke_and_what_to_ban() {
    let bench = Bench::with_secrets();
    bench.git(&["update-ref", "refs/pull/7/head", "main"]);
    let dry = bench.run(&["clean", "--repo-path", "repo", "--all", "--format", "json"]);
    let plan = dry.json();
    assert_eq!(
        plan["pull_request_refs"],
        serde_json::json!(["refs/pull/7/head"]),
        "{dry:?}"
    );
    assert_eq!(
        plan["paths"],
        serde_json::json!(["config/app.env"]),
        "{dry:?}"
    );
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.contains("CHECKLIST.md") && run.stdout.contains("config/app.env"),
        "{run:?}"
    );
    let text = fs::read_to_string(bench.path().join("repo-clean.git/CHECKLIST.md")).unwrap();
    let first = plan["plan"]["first_changed_commits"][0].as_str().unwrap();
    for part in [
        first,
        "refs/pull/7/head",
        "AWS access key id",
        "https://",
        "deployguard heal",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains(&password()) && !text.contains(&key_id()));
    assert!(text.find("Rotate").unwrap() < text.find("deployguard push").unwrap());
}

/// A clean repository on a server with the hook, and a clone of the old history at `old`.
fn guarded() -> Bench {
    let bench = Bench::with_secrets();
    git(bench.path(), &["clone", "-q", "--no-local", "repo", "old"]);
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mirror = [
        "clone",
        "-q",
        "--mirror",
        "--no-local",
        "repo-clean.git",
        "server.git",
    ];
    git(bench.path(), &mirror);
    let hooks = bench.path().join("server.git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    let hook = bench.path().join("repo-clean.git/deployguard-pre-receive");
    fs::copy(hook, hooks.join("pre-receive")).unwrap();
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "server.git", "new"],
    );
    bench
}

fn push(bench: &Bench, clone: &str, what: &[&str]) -> Run {
    let mut command = Command::new("git");
    command.args(["push", "-q", "../server.git"]).args(what);
    finish(
        command
            .current_dir(bench.path().join(clone))
            .output()
            .unwrap(),
    )
}

#[test]
fn the_hook_keeps_the_old_history_out() {
    let bench = guarded();
    let (old, new) = (bench.path().join("old"), bench.path().join("new"));
    git(&old, &["tag", "-f", "-a", "-m", "old", "old", "main"]);
    for what in [
        &["--force", "main"][..],
        &["main:refs/heads/other"],
        &["old"],
    ] {
        let run = push(&bench, "old", what);
        assert!(
            run.code != Some(0) && run.stderr.contains("brings back"),
            "{what:?}: {run:?}"
        );
    }
    git(&new, &["fetch", "-q", "../old", "main"]);
    git(
        &new,
        &["merge", "-q", "--no-edit", "-X", "ours", "FETCH_HEAD"],
    );
    let merged = push(&bench, "new", &["main"]);
    assert!(
        merged.code != Some(0) && merged.stderr.contains("brings back"),
        "{merged:?}"
    );
}

#[test]
fn the_hook_lets_everything_else_in() {
    let bench = guarded();
    let new = bench.path().join("new");
    git(&new, &["commit", "-q", "--allow-empty", "-m", "Later"]);
    git(&new, &["tag", "blob", "HEAD:README.md"]);
    assert_eq!(
        push(&bench, "new", &["main", "blob", ":refs/tags/v1"]).code,
        Some(0)
    );
    let heal = heal("old");
    assert_eq!(bench.run(&heal).code, Some(0));
    assert_eq!(
        push(&bench, "old", &["main:refs/heads/healed"]).code,
        Some(0)
    );
}

/// Runs the program where no file may grow above a few blocks, which it learns of as of a full disk.
#[cfg(target_os = "linux")]
fn on_a_full_disk(bench: &Bench, args: &[&str]) -> Run {
    let program = bench.command(&[]);
    let mut shell = Command::new("bash");
    let limit = "trap '' XFSZ && ulimit -f 16 && exec \"$0\" \"$@\"";
    shell
        .arg("-c")
        .arg(limit)
        .arg(program.get_program())
        .args(args);
    shell.envs(
        program
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell.current_dir(bench.path());
    finish(shell.output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let bench = Bench::with_secrets();
    // Noise, so that neither the pack nor the file is small.
    let noise: String = (0..40_000_u64)
        .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string())
        .collect();
    let text = format!("{noise}\nDATABASE_PASSWORD={}\n", password());
    fs::write(bench.repo().join("large.env"), text).unwrap();
    bench.commit("Much");
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo", "clone"],
    );
    // The signing key is made before.
    assert_eq!(bench.run(&CLEAN).code, Some(0));
    let before = bench.files();
    let heal = heal("clone");
    for args in [
        [&CLEAN[..], &["--output-dir", "full.git"]].concat(),
        [&CLEAN[..], &["--in-place"]].concat(),
        heal.to_vec(),
    ] {
        let run = on_a_full_disk(&bench, &args);
        assert!(matches!(run.code, Some(2 | 5)), "{args:?}: {run:?}");
        assert!(bench.files() == before, "{args:?}");
    }
    assert_eq!(bench.run(&heal).code, Some(0));
}

#[test]
fn a_dry_run_tells_the_paths_of_the_users_own_values() {
    let bench = Bench::with_secrets();
    fs::write(bench.path().join("mine"), key_id()).unwrap();
    let args = ["clean", "--repo-path", "repo", "--value-file", "mine"];
    let dry = bench.run(&[&args[..], &["--format", "json"]].concat());
    let told = dry.json();
    assert_eq!(
        told["paths"],
        serde_json::json!(["config/app.env"]),
        "{dry:?}"
    );
    assert_eq!(told["paths_are_cut"], false);
}
