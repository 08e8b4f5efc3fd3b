//! Stage `fetch`.

use std::path::PathBuf;

use domain::ports::BlobStore as _;
use domain::{
    CredentialId, ErrorCode, Job, JobKind, JobStatus, RemoteUrl, Source, Stage, StageMessage,
    WorkError, keys,
};
use testkit::{Fault, stock};

use crate::bench::Bench;
use crate::midway::stop_everywhere;

/// The stored source as a folder. There may be several attempts; every whole one must be right, and one must be whole.
async fn stored_sources(bench: &Bench, job: &Job) -> Vec<PathBuf> {
    let prefix = keys::source_prefix(&job.id);
    let root = bench.folder.path().join(format!("stored-{}", job.id));
    let mut whole = Vec::new();
    for key in bench.blobs.list(&prefix).await.unwrap() {
        let file = root.join(key.strip_prefix(&prefix).unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        bench.blobs.get_file(&key, &file).await.unwrap();
        if file.ends_with("HEAD") {
            let attempt = file.parent().unwrap().to_owned();
            std::fs::create_dir_all(attempt.join("refs")).unwrap();
            whole.push(attempt);
        }
    }
    whole
}

async fn is_fetched(bench: &Bench, job: &Job) {
    assert_eq!(job.status, JobStatus::Scanning);
    let next = StageMessage::new(Stage::Scan, job);
    let sent = bench.queue.take();
    assert!(!sent.is_empty() && sent.iter().all(|message| *message == next));
    assert_eq!(
        bench.moves(job).await,
        [JobStatus::Cloning, JobStatus::Scanning]
    );
    let sources = stored_sources(bench, job).await;
    assert!(!sources.is_empty());
    let all = ["for-each-ref"];
    for source in sources {
        stock::fsck(&source).unwrap();
        let original = stock::git(&bench.repository("source.git"), &all);
        assert_eq!(stock::git(&source, &all), original);
    }
    let owner = keys::owner(&job.id, &job.tenant);
    assert!(bench.keys().await.contains(&owner));
}

#[tokio::test]
async fn the_whole_history_is_stored_and_the_scan_called() {
    let bench = Bench::new(100);
    let job = bench.job_at(JobStatus::Pending).await;
    let done = bench.run(Stage::Fetch, &job, &bench.ports()).await.unwrap();
    assert_eq!(done, Some(bench.stored(&job).await));
    is_fetched(&bench, &done.unwrap()).await;
}

#[tokio::test]
async fn run_twice_it_only_calls_the_scan_again() {
    let bench = Bench::new(101);
    let job = bench.job_at(JobStatus::Pending).await;
    bench.run(Stage::Fetch, &job, &bench.ports()).await.unwrap();
    let (before, keys) = (bench.stored(&job).await, bench.keys().await);
    let again = bench.run(Stage::Fetch, &job, &bench.ports()).await.unwrap();
    assert_eq!(again, None);
    assert_eq!(bench.stored(&job).await, before);
    assert_eq!(bench.keys().await, keys);
    is_fetched(&bench, &before).await;
}

#[tokio::test]
async fn stopped_anywhere_it_ends_right_when_run_again() {
    stop_everywhere(102, Stage::Fetch, JobStatus::Pending, is_fetched).await;
}

#[tokio::test]
async fn two_at_once_leave_one_whole_history_and_each_move_once() {
    let bench = Bench::new(103);
    let job = bench.job_at(JobStatus::Pending).await;
    let ports = bench.ports();
    let (one, other) = tokio::join!(
        bench.run(Stage::Fetch, &job, &ports),
        bench.run(Stage::Fetch, &job, &ports)
    );
    for outcome in [one, other] {
        // Files on a disk, unlike objects in a bucket, can be in each other's way.
        if matches!(outcome, Err(WorkError::Retry(_))) {
            bench.run(Stage::Fetch, &job, &ports).await.unwrap();
        }
    }
    is_fetched(&bench, &bench.stored(&job).await).await;
}

/// Brings in `source` from a server that does `fault`, and expects a failure that says `says`.
async fn refused(bench: &Bench, source: Source, fault: Fault, code: ErrorCode, says: &str) {
    let job = bench.create(JobKind::Migrate, source).await;
    bench.server.fail(fault);
    let message = bench.fails(Stage::Fetch, &job, code).await;
    assert!(message.contains(says), "{code:?}: {message}");
    assert_eq!(stored_sources(bench, &job).await, Vec::<PathBuf>::new());
    bench.server.fail(Fault::None);
}

#[tokio::test]
async fn what_the_user_got_wrong_fails_the_job_with_a_reason() {
    let bench = Bench::new(104);
    let at = |url: &str| Source {
        url: RemoteUrl::parse(url).unwrap(),
        branch: None,
        ..bench.source()
    };
    let with = |id: Option<&str>| Source {
        credentials_id: id.map(CredentialId::new),
        ..bench.source()
    };
    let nowhere = Source {
        branch: Some("nowhere".to_owned()),
        ..bench.source()
    };
    let (empty, nothing) = (
        bench.server.url("empty.git"),
        bench.server.url("nothing.git"),
    );
    for (source, code, says) in [
        (nowhere, ErrorCode::BranchNotFound, "no branch `nowhere`"),
        (
            at("http://127.0.0.1:9/a.git"),
            ErrorCode::RepositoryUnreachable,
            "Cannot reach 127.0.0.1",
        ),
        (
            at("http://no-such-host.invalid/a.git"),
            ErrorCode::RepositoryUnreachable,
            "Cannot reach no-such-host",
        ),
        (
            with(Some("wrong")),
            ErrorCode::InvalidCredentials,
            "refused the credential",
        ),
        (
            with(None),
            ErrorCode::InvalidCredentials,
            "wants a credential",
        ),
        (
            with(Some("unknown")),
            ErrorCode::CredentialsUnavailable,
            "does not know this credential id",
        ),
        (
            at(&nothing),
            ErrorCode::NotARepository,
            "no Git repository at this address",
        ),
        (at(&empty), ErrorCode::RepositoryEmpty, "no commits"),
    ] {
        refused(&bench, source, Fault::None, code, says).await;
    }
}

#[tokio::test]
async fn what_the_server_does_wrong_fails_the_job_with_a_reason() {
    let bench = Bench::new(107);
    for (fault, code, says) in [
        (
            Fault::WebPage,
            ErrorCode::NotARepository,
            "no Git repository at this address",
        ),
        (
            Fault::Status(503),
            ErrorCode::RepositoryUnreachable,
            "server error",
        ),
        (
            Fault::CutAfter(2_000),
            ErrorCode::RepositoryCorrupt,
            "broke off",
        ),
        (
            Fault::CutAfter(20),
            ErrorCode::RepositoryCorrupt,
            "broke off",
        ),
    ] {
        refused(&bench, bench.source(), fault, code, says).await;
    }
}

#[tokio::test]
async fn the_service_connects_to_no_private_address() {
    let mut bench = Bench::new(105);
    bench.allow_private = false;
    let open = Source {
        credentials_id: None,
        ..bench.source()
    };
    let job = bench.create(JobKind::Check, open).await;
    let message = bench
        .fails(Stage::Fetch, &job, ErrorCode::RepositoryUnreachable)
        .await;
    assert!(message.contains("private or reserved address"), "{message}");
    let job = bench.create(JobKind::Check, bench.source()).await;
    let message = bench
        .fails(Stage::Fetch, &job, ErrorCode::InvalidCredentials)
        .await;
    assert!(message.contains("https only"), "{message}");
    assert_eq!(bench.server.requests(), [], "nothing reached the server");
}

#[tokio::test]
async fn a_history_over_the_limit_is_not_taken() {
    let mut bench = Bench::new(106);
    bench.max_bytes = 500;
    let job = bench.job_at(JobStatus::Pending).await;
    let message = bench
        .fails(Stage::Fetch, &job, ErrorCode::RepositoryTooLarge)
        .await;
    assert!(message.contains("500 bytes"), "{message}");
}
