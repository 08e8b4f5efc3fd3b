//! Stage `push`: the target is judged by stock git.

use std::os::unix::fs::PermissionsExt as _;

use domain::ports::{BlobStore as _, JobStore as _};
use domain::{CredentialId, ErrorCode, Job, JobStatus, RemoteUrl, Stage, Target, keys};
use testkit::{Fault, script, stock};

use crate::bench::Bench;
use crate::midway::stop_everywhere;

async fn is_pushed(bench: &Bench, job: &Job) {
    assert_eq!(
        (job.status, job.progress_percent),
        (JobStatus::Completed, 100)
    );
    assert!(
        job.status_message.starts_with("Pushed"),
        "{}",
        job.status_message
    );
    let (target, clean) = (bench.repository("target.git"), bench.unzipped(job).await);
    stock::fsck(&target).unwrap();
    let all = stock::everything(&target);
    assert!(
        !bench
            .secrets
            .iter()
            .any(|secret| stock::holds(&all, secret))
    );
    let refs = |repo: &std::path::Path| stock::git(repo, &["for-each-ref"]);
    assert_eq!(refs(&target), refs(&clean), "branches, tags and notes");
}

#[tokio::test]
async fn the_clean_history_is_in_its_new_home() {
    let bench = Bench::new(1000);
    let job = bench.job_at(JobStatus::Pushing).await;
    let done = bench.run(Stage::Push, &job, &bench.ports()).await.unwrap();
    is_pushed(&bench, &done.unwrap()).await;
    let before = bench.stored(&job).await;
    assert_eq!(
        bench.run(Stage::Push, &job, &bench.ports()).await.unwrap(),
        None
    );
    assert_eq!(bench.stored(&job).await, before);
    assert!(
        bench.keys().await.contains(&keys::cleaned_zip(&job.id)),
        "it can still be downloaded"
    );
}

#[tokio::test]
async fn stopped_anywhere_it_ends_right_when_run_again() {
    stop_everywhere(1001, Stage::Push, JobStatus::Pushing, is_pushed).await;
}

/// A job that is to push to `target`.
async fn job_to(bench: &Bench, target: Target) -> Job {
    let mut job = bench.job_at(JobStatus::Pushing).await;
    job.target = Some(target);
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    job
}

/// Puts a history of somebody else into the target.
fn settle(bench: &Bench) -> String {
    let target = bench.repository("target.git");
    std::fs::remove_dir_all(&target).unwrap();
    std::fs::create_dir_all(&target).unwrap();
    let mut other = script::Script::default();
    other
        .commit("main", "Somebody else's", None, &[("a", Some(b"b\n"))])
        .make(&target);
    stock::git(&target, &["config", "http.receivepack", "true"]);
    stock::git(&target, &["rev-parse", "main"])
}

#[tokio::test]
async fn foreign_commits_are_not_overwritten_unless_asked_for() {
    let bench = Bench::new(1002);
    let before = settle(&bench);
    let job = job_to(&bench, bench.target()).await;
    let message = bench
        .fails(Stage::Push, &job, ErrorCode::PushConflict)
        .await;
    assert!(
        message.contains("refs/heads/main") && message.contains("force"),
        "{message}"
    );
    let target = bench.repository("target.git");
    assert_eq!(stock::git(&target, &["rev-parse", "main"]), before);
    assert_eq!(
        stock::git(&target, &["for-each-ref"]).lines().count(),
        1,
        "nothing else was pushed either"
    );
    let job = job_to(
        &bench,
        Target {
            force: true,
            ..bench.target()
        },
    )
    .await;
    bench.run(Stage::Push, &job, &bench.ports()).await.unwrap();
    assert_ne!(stock::git(&target, &["rev-parse", "main"]), before);
    assert_eq!(bench.stored(&job).await.status, JobStatus::Completed);
}

#[tokio::test]
async fn one_branch_goes_alone() {
    for (branch, expected) in [
        (Some("feature"), "refs/heads/feature\n"),
        (None, "refs/heads/main\n"),
    ] {
        let bench = Bench::new(1003);
        let target = Target {
            all_branches: false,
            branch: branch.map(str::to_owned),
            ..bench.target()
        };
        let job = job_to(&bench, target).await;
        bench.run(Stage::Push, &job, &bench.ports()).await.unwrap();
        let refs = stock::git(
            &bench.repository("target.git"),
            &["for-each-ref", "--format=%(refname)"],
        );
        assert_eq!(refs, expected);
    }
}

#[tokio::test]
async fn what_goes_wrong_fails_the_job_with_a_reason() {
    let bench = Bench::new(1004);
    let hook = bench.repository("target.git").join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let at = |url: &str| Target {
        url: RemoteUrl::parse(url).unwrap(),
        ..bench.target()
    };
    let with = |id: &str| Target {
        credentials_id: Some(CredentialId::new(id)),
        ..bench.target()
    };
    let alone = Target {
        all_branches: false,
        branch: Some("nowhere".to_owned()),
        ..bench.target()
    };
    for (target, fault, code, says) in [
        (
            bench.target(),
            Fault::None,
            ErrorCode::PushRejected,
            "pre-receive hook declined",
        ),
        (
            with("wrong"),
            Fault::None,
            ErrorCode::InvalidCredentials,
            "refused the credential",
        ),
        (
            with("unknown"),
            Fault::None,
            ErrorCode::CredentialsUnavailable,
            "does not know this credential id",
        ),
        (
            at("http://127.0.0.1:9/a.git"),
            Fault::None,
            ErrorCode::RepositoryUnreachable,
            "Cannot reach",
        ),
        (
            at(&bench.server.url("nothing.git")),
            Fault::None,
            ErrorCode::NotARepository,
            "no Git repository",
        ),
        (
            bench.target(),
            Fault::WebPage,
            ErrorCode::NotARepository,
            "no Git repository",
        ),
        (
            alone,
            Fault::None,
            ErrorCode::BranchNotFound,
            "no branch `nowhere`",
        ),
    ] {
        let job = job_to(&bench, target).await;
        bench.server.fail(fault);
        let message = bench.fails(Stage::Push, &job, code).await;
        assert!(message.contains(says), "{code:?}: {message}");
        bench.server.fail(Fault::None);
    }
}

#[tokio::test]
async fn a_clean_history_that_is_gone_fails_the_job() {
    let bench = Bench::new(1005);
    let job = bench.job_at(JobStatus::Pushing).await;
    bench
        .blobs
        .delete_prefix(&keys::cleaned_prefix(&job.id))
        .await
        .unwrap();
    let message = bench
        .fails(Stage::Push, &job, ErrorCode::StorageError)
        .await;
    assert!(
        message.contains("The clean history is no longer stored"),
        "{message}"
    );
}
