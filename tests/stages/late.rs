//! Messages that come when the job is elsewhere: whatever the state, nothing is done that is not this stage's.

use domain::ports::JobStore as _;
use domain::{JobKind, JobStatus, Stage, StageMessage, WorkError};

use crate::bench::{Bench, stage_at};

/// The stage that is called again because its message may have been lost.
fn next_after(stage: Stage, status: JobStatus) -> Option<Stage> {
    match (stage, status) {
        (Stage::Fetch, JobStatus::Scanning) => Some(Stage::Scan),
        (Stage::Scan, JobStatus::ScanComplete) => Some(Stage::Report),
        _ => None,
    }
}

#[tokio::test]
async fn a_message_that_comes_late_changes_nothing() {
    let bench = Bench::new(400);
    for stage in Stage::ALL {
        for status in JobStatus::ALL
            .into_iter()
            .filter(|status| stage_at(*status) != Some(stage))
        {
            let mut job = bench.create(JobKind::Migrate, bench.source()).await;
            job.status = status;
            bench.jobs.save(&mut job, &[], None).await.unwrap();
            let outcome = bench.run(stage, &job, &bench.ports()).await;
            assert_eq!(bench.stored(&job).await, job, "{stage:?} at {status}");
            let next = next_after(stage, status).map(|next| StageMessage::new(next, &job));
            assert_eq!(
                bench.queue.take(),
                Vec::from_iter(next),
                "{stage:?} at {status}"
            );
            match outcome {
                Ok(None) => assert!(
                    !status.is_terminal() || stage == Stage::Push,
                    "{stage:?} at {status}"
                ),
                Err(WorkError::Gone) => assert!(status.is_terminal(), "{stage:?} at {status}"),
                other => panic!("{stage:?} at {status}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_message_of_a_job_that_is_gone_is_done_with() {
    let bench = Bench::new(401);
    let job = bench.create(JobKind::Migrate, bench.source()).await;
    bench.jobs.delete(&job.tenant, &job.id).await.unwrap();
    for stage in Stage::ALL {
        let outcome = bench.run(stage, &job, &bench.ports()).await;
        assert!(
            matches!(outcome, Err(WorkError::Gone)),
            "{stage:?}: {outcome:?}"
        );
    }
    assert_eq!(bench.queue.sent(), []);
}
