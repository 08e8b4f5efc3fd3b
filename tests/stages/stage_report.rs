//! Stage `report`.

use domain::ports::{BlobStore as _, JobStore as _, MarkStore as _};
use domain::{ErrorCode, FindingId, Job, JobKind, JobStatus, Marks, Selection, Stage, keys};

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

/// What is chosen in the job.
async fn choice(bench: &Bench, job: &Job) -> Selection {
    bench.jobs.selection(&job.tenant, &job.id).await.unwrap()
}

#[tokio::test]
async fn what_was_marked_in_an_earlier_job_is_marked_in_the_next() {
    let bench = Bench::new(304);
    let first = bench.job_at(JobStatus::AwaitingSelection).await;
    let found = bench.found(&first).await;
    let (known, unknown) = (found[2].id.clone(), FindingId::new("of-another-repository"));
    let marks = Marks::from([
        (known.clone(), Some("a test value".to_owned())),
        (unknown, None),
    ]);
    bench.marks.mark(&bench.tenant, &marks).await.unwrap();

    let next = bench.job_at(JobStatus::AwaitingSelection).await;
    let selection = choice(&bench, &next).await;
    assert!(selection.marks().keys().eq([&known]), "{selection:?}");
    assert_eq!(selection.reason(&known), Some("a test value"));
    assert_eq!(next.secrets_selected_for_cleaning, 6);
    assert!(
        next.status_message.contains("but 1 that was marked"),
        "{}",
        next.status_message
    );
    assert_eq!(
        choice(&bench, &first).await,
        Selection::default(),
        "what is open stays as it is"
    );

    bench
        .marks
        .unmark(&bench.tenant, &[known].into())
        .await
        .unwrap();
    let last = bench.job_at(JobStatus::AwaitingSelection).await;
    assert_eq!(choice(&bench, &last).await, Selection::default());
}

#[tokio::test]
async fn a_choice_survives_that_its_job_is_scanned_again() {
    let bench = Bench::new(305);
    let mut job = bench.job_at(JobStatus::AwaitingSelection).await;
    let ids: Vec<_> = bench.found(&job).await.into_iter().map(|f| f.id).collect();
    let mut selection = Selection::default();
    selection.replace([ids[0].clone(), ids[1].clone()].into(), [ids[3].clone()]);
    // As after a failure of the machine: the job stands where it stood before the scan.
    job.status = JobStatus::Scanning;
    bench
        .jobs
        .save(&mut job, &[], Some(&selection))
        .await
        .unwrap();
    for stage in [Stage::Scan, Stage::Report] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    let again: Vec<_> = bench.found(&job).await.into_iter().map(|f| f.id).collect();
    assert_eq!(again, ids, "ids do not depend on the scan");
    assert_eq!(choice(&bench, &job).await, selection);
    let job = bench.stored(&job).await;
    assert_eq!(
        (job.status, job.secrets_selected_for_cleaning),
        (JobStatus::AwaitingSelection, 2)
    );
}
