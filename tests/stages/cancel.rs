//! A job that is cancelled while a stage works on it stays cancelled, whenever that happens.

use domain::{ErrorCode, JobStatus, Stage, WorkError};

use crate::bench::Bench;
use crate::trouble::{Fused, Trouble};

async fn cancel_everywhere(seed: u32, stage: Stage, from: JobStatus) {
    let bench = Bench::new(seed);
    let job = bench.job_at(from).await;
    let snapshot = bench.snapshot(&job).await;
    for n in 0.. {
        bench.restore(&snapshot).await;
        let fused = Fused::new(&bench, &job, Trouble::Cancelled, n);
        let outcome = bench.run(stage, &job, &fused.ports()).await;
        if !fused.has_blown() {
            assert!(n > 2);
            return outcome.map(drop).unwrap();
        }
        let now = bench.stored(&job).await;
        // A push that is through before the cancellation comes has completed the job.
        let is_over = now.status == JobStatus::Cancelled || now.status == JobStatus::Completed;
        assert!(is_over, "{stage:?}, cancelled at {n}: {}", now.status);
        assert_eq!(now.error_code, None::<ErrorCode>);
        match outcome {
            Err(WorkError::Gone) | Ok(_) => {}
            Err(other) => panic!("{stage:?}, cancelled at {n}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_cancelled_fetch_stays_cancelled() {
    cancel_everywhere(500, Stage::Fetch, JobStatus::Pending).await;
}

#[tokio::test]
async fn a_cancelled_scan_stays_cancelled() {
    cancel_everywhere(501, Stage::Scan, JobStatus::Scanning).await;
}

#[tokio::test]
async fn a_cancelled_report_stays_cancelled() {
    cancel_everywhere(502, Stage::Report, JobStatus::ScanComplete).await;
}

#[tokio::test]
async fn a_cancelled_clean_stays_cancelled() {
    cancel_everywhere(503, Stage::Clean, JobStatus::Cleaning).await;
}

#[tokio::test]
async fn a_cancelled_push_stays_cancelled() {
    cancel_everywhere(504, Stage::Push, JobStatus::Pushing).await;
}
