//! Stage `report`.

use domain::ports::BlobStore as _;
use domain::{ErrorCode, Job, JobKind, JobStatus, Stage, keys};

use crate::bench::Bench;
use crate::midway::stop_everywhere;

async fn is_open(bench: &Bench, job: &Job) {
    assert_eq!(job.status, JobStatus::AwaitingSelection);
    assert_eq!(
        job.secrets_selected_for_cleaning, 7,
        "at first, all are selected"
    );
    assert!(bench.queue.sent().is_empty(), "a person is next");
}

#[tokio::test]
async fn a_migration_waits_for_a_selection() {
    let bench = Bench::new(300);
    let job = bench.job_at(JobStatus::ScanComplete).await;
    for _ in 0..2 {
        bench
            .run(Stage::Report, &job, &bench.ports())
            .await
            .unwrap();
        is_open(&bench, &bench.stored(&job).await).await;
    }
}

#[tokio::test]
async fn a_job_that_only_scans_is_done() {
    let bench = Bench::new(301);
    let job = bench.create(JobKind::Review, bench.source()).await;
    for stage in [Stage::Fetch, Stage::Scan, Stage::Report] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    let job = bench.stored(&job).await;
    assert_eq!(
        (job.status, job.progress_percent),
        (JobStatus::Completed, 100)
    );
    assert!(
        job.status_message.contains("7 secrets found"),
        "{}",
        job.status_message
    );
    assert!(job.completed_at.is_some());
}

#[tokio::test]
async fn stopped_anywhere_it_ends_right_when_run_again() {
    stop_everywhere(302, Stage::Report, JobStatus::ScanComplete, is_open).await;
}

#[tokio::test]
async fn a_report_that_is_gone_fails_the_job() {
    let bench = Bench::new(303);
    let job = bench.job_at(JobStatus::ScanComplete).await;
    bench
        .blobs
        .delete_prefix(&keys::report(&job.id))
        .await
        .unwrap();
    let message = bench
        .fails(Stage::Report, &job, ErrorCode::StorageError)
        .await;
    assert!(
        message.contains("The scan's report is no longer stored"),
        "{message}"
    );
}
