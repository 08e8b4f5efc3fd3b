//! `on-stage-dead`: a message that was given up.

use std::sync::Arc;

use domain::ports::JobStore as _;
use domain::{
    ErrorCode, Job, JobKind, JobStatus, Stage, StageMessage, Unwatched, WorkError, Worker as _,
};
use stages::StageDead;

use crate::bench::{Bench, stage_at};

async fn give_up(bench: &Bench, stage: Stage, job: &Job) -> Result<Option<Job>, WorkError> {
    let dead = StageDead {
        jobs: Arc::new(bench.jobs.clone()),
        clock: Arc::new(bench.clock.clone()),
    };
    dead.run(&StageMessage::new(stage, job), Arc::new(Unwatched))
        .await
}

#[tokio::test]
async fn the_job_fails_unless_it_has_moved_on() {
    let bench = Bench::new(600);
    for stage in Stage::ALL {
        for status in JobStatus::ALL {
            let mut job = bench.create(JobKind::Migrate, bench.source()).await;
            job.status = status;
            bench.jobs.save(&mut job, &[], None).await.unwrap();
            let outcome = give_up(&bench, stage, &job).await;
            let now = bench.stored(&job).await;
            if stage_at(status) != Some(stage) {
                assert_eq!(now, job);
                assert!(matches!(outcome, Ok(None)) != status.is_terminal());
                continue;
            }
            assert_eq!(outcome.unwrap().as_ref(), Some(&now));
            assert_eq!(
                (now.status, now.error_code),
                (JobStatus::Failed, Some(ErrorCode::StageDead))
            );
            assert!(
                now.status_message.contains(stage.as_str()),
                "{}",
                now.status_message
            );
            let again = give_up(&bench, stage, &job).await;
            assert!(matches!(again, Err(WorkError::Gone)));
            assert_eq!(bench.stored(&job).await, now);
        }
    }
}
