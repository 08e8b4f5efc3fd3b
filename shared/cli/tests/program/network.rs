//! `scan --url` and `push`, against stock git's own server on loopback.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use testkit::stock::{everything, fsck, git, holds};
use testkit::{Fault, GitServer};

use crate::workbench::{Bench, Run, finish};

const USER: &str = "robot";
const TOKEN: &str = "made-up-host-token";

/// A folder with `repo` (a work tree with secrets), `source.git` (the same, bare, one pack), `target.git`
/// (empty), and a server for the folder.
fn served(credential: Option<(&str, &str)>) -> (Bench, GitServer) {
    let bench = Bench::with_secrets();
    git(
        bench.path(),
        &[
            "clone",
            "-q",
            "--mirror",
            "--no-local",
            "repo",
            "source.git",
        ],
    );
    git(
        bench.path(),
        &["init", "-q", "--bare", "-b", "main", "target.git"],
    );
    let server = GitServer::start(bench.path(), credential).unwrap();
    (bench, server)
}

fn with_token(bench: &Bench, args: &[&str], token: &str) -> Run {
    let mut command = bench.command(args);
    command
        .env("DEPLOYGUARD_USERNAME", USER)
        .env("DEPLOYGUARD_TOKEN", token);
    let run = finish(command.output().unwrap());
    assert!(
        !run.stdout.contains(token) && !run.stderr.contains(token),
        "{run:?}"
    );
    run
}

#[test]
fn an_address_gives_the_same_findings_as_the_repository_behind_it() {
    let (bench, server) = served(None);
    let url = server.url("source.git");
    let fetched = bench.run(&["scan", "--url", &url, "--format", "json"]);
    assert_eq!(fetched.code, Some(1), "{fetched:?}");
    let local = bench.run(&["scan", "--repo-path", "repo", "--format", "json"]);
    assert_eq!(fetched.json()["findings"], local.json()["findings"]);
    assert_eq!(fetched.json()["repository"]["url"], url);
}

#[test]
fn a_host_that_wants_a_credential_gets_the_one_in_the_environment() {
    let (bench, server) = served(Some((USER, TOKEN)));
    let url = server.url("source.git");
    let args = ["scan", "--url", &url, "--format", "json"];
    let run = bench.run(&args);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:?}");
    assert_eq!(
        with_token(&bench, &args, "another-made-up-token").code,
        Some(4)
    );
    assert_eq!(with_token(&bench, &args, TOKEN).ids().len(), 2);

    let named = [&args[..], &["--credential-env", "MY_TOKEN"]].concat();
    let mut command = bench.command(&named);
    command
        .env("MY_TOKEN", TOKEN)
        .env("DEPLOYGUARD_USERNAME", USER);
    assert_eq!(finish(command.output().unwrap()).ids().len(), 2);
}

#[test]
fn a_credential_is_not_sent_where_everybody_can_read_it() {
    let bench = Bench::new();
    let run = with_token(
        &bench,
        &["scan", "--url", "http://git.example/a.git"],
        TOKEN,
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("https"), "{run:?}");
}

#[test]
fn what_goes_wrong_on_the_way_is_an_error_of_the_remote() {
    let (bench, server) = served(None);
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let closed = format!("http://{nobody}/a.git");
    let (url, missing) = (server.url("source.git"), server.url("nowhere.git"));
    let branch = bench.run(&["scan", "--url", &url, "--branch", "nowhere"]);
    assert!(branch.stderr.contains("`nowhere`"), "{branch:?}");
    let mut runs = vec![branch];
    for url in [&closed, &missing] {
        runs.push(bench.run(&["scan", "--url", url]));
    }
    for fault in [Fault::CutAfter(600), Fault::WebPage, Fault::Status(500)] {
        server.fail(fault);
        runs.push(bench.run(&["scan", "--url", &url]));
    }
    for run in runs {
        assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "{run:?}");
        assert!(run.stderr.contains("error: "), "{run:?}");
    }
}

#[test]
fn an_address_without_commits_is_clean_and_the_person_is_told() {
    let (bench, server) = served(None);
    let run = bench.run(&["scan", "--url", &server.url("target.git")]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("the repository is empty"), "{run:?}");
}

#[test]
fn ctrl_c_ends_with_130_while_a_host_is_silent() {
    let (bench, server) = served(None);
    server.fail(Fault::Silence);
    let mut command = bench.command(&["scan", "--url", &server.url("source.git")]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The program is listening for Ctrl-C before it speaks to a host.
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let run = finish(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run:?}");
    assert!(run.stderr.contains("interrupted"), "{run:?}");
}

#[test]
fn a_push_brings_every_ref_and_object() {
    let (bench, server) = served(Some((USER, TOKEN)));
    let url = server.url("target.git");
    let args = ["push", "--repo-path", "source.git", "--target-url", &url];
    let wrong = with_token(&bench, &args, "another-made-up-token");
    assert_eq!(
        (wrong.code, wrong.stdout.as_str()),
        (Some(4), ""),
        "{wrong:?}"
    );
    assert_eq!(bench.run(&args).code, Some(4));

    let run = with_token(&bench, &args, TOKEN);
    assert_eq!(run.code, Some(0), "{run:?}");
    let (source, target) = (
        bench.path().join("source.git"),
        bench.path().join("target.git"),
    );
    fsck(&target).unwrap();
    assert_eq!(
        git(&target, &["for-each-ref"]),
        git(&source, &["for-each-ref"])
    );

    let json = [&args[..], &["--format", "json"]].concat();
    let again = with_token(&bench, &json, TOKEN).json();
    assert_eq!(
        (&again["unchanged"], &again["schema"]),
        (&2.into(), &"deployguard.push/1".into())
    );
}

#[test]
fn commits_of_the_target_are_overwritten_only_by_force() {
    let (bench, server) = served(None);
    let url = server.url("target.git");
    git(bench.path(), &["clone", "-q", "target.git", "other"]);
    let other = bench.path().join("other");
    fs::write(other.join("a"), "somebody else's work").unwrap();
    git(&other, &["add", "a"]);
    git(&other, &["commit", "-q", "-m", "Not to be lost"]);
    git(&other, &["push", "-q", "origin", "HEAD:refs/heads/main"]);
    let theirs = git(&other, &["rev-parse", "HEAD"]);
    let args = ["push", "--repo-path", "source.git", "--target-url", &url];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("refs/heads/main"), "{run:?}");
    let target = bench.path().join("target.git");
    assert_eq!(git(&target, &["rev-parse", "main"]), theirs);
    let forced = bench.run(&[&args[..], &["--force", "--branch", "main"]].concat());
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert_eq!(
        git(&target, &["rev-parse", "main"]),
        bench.git(&["rev-parse", "main"])
    );
    assert_eq!(git(&target, &["tag"]), "", "one branch was asked for");
    let missing = bench.run(&[&args[..], &["--branch", "nowhere"]].concat());
    assert_eq!(missing.code, Some(5), "{missing:?}");
}

#[test]
fn a_clone_that_is_worked_in_sends_what_its_refs_reach_and_nothing_else() {
    let (bench, server) = served(None);
    let url = server.url("target.git");
    let staged = ["never", "committed", "made-up"].join("-");
    fs::write(bench.repo().join("notes"), &staged).unwrap();
    bench.git(&["add", "notes"]);
    let run = bench.run(&["push", "--repo-path", "repo", "--target-url", &url]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let target = bench.path().join("target.git");
    fsck(&target).unwrap();
    assert_eq!(
        git(&target, &["for-each-ref"]),
        bench.git(&["for-each-ref"])
    );
    assert!(holds(&everything(&bench.repo()), &staged));
    assert!(!holds(&everything(&target), &staged));
}

#[test]
fn a_cleaned_history_can_be_pushed_over_the_old_one() {
    let (bench, server) = served(None);
    let url = server.url("source.git");
    let cleaned = bench.run(&["clean", "--repo-path", "source.git", "--all", "--execute"]);
    assert_eq!(cleaned.code, Some(0), "{cleaned:?}");
    let args = [
        "push",
        "--repo-path",
        "source-clean.git",
        "--target-url",
        &url,
    ];
    assert_eq!(bench.run(&args).code, Some(6));
    let forced = bench.run(&[&args[..], &["--force"]].concat());
    assert_eq!(forced.code, Some(0), "{forced:?}");
    let (old, new) = (
        bench.path().join("source.git"),
        bench.path().join("source-clean.git"),
    );
    fsck(&old).unwrap();
    assert_eq!(git(&old, &["for-each-ref"]), git(&new, &["for-each-ref"]));
    let scan = bench.run(&["scan", "--url", &url, "--format", "json"]);
    assert_eq!(scan.code, Some(0), "{scan:?}");
}
