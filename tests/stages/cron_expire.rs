//! `cron-expire`: jobs whose time is over, and jobs that stand still.

use domain::ports::{BlobStore as _, Clock as _, JobStore as _, PortError};
use domain::{ErrorCode, EventKind, Job, JobKind, JobStatus, StageMessage, Sweep as _, keys};
use jiff::SignedDuration;
use stages::Expire;

use crate::bench::{Bench, stage_at};

async fn sweep(bench: &Bench) -> Result<u64, PortError> {
    let ports = bench.ports();
    let expire = Expire {
        jobs: ports.jobs,
        blobs: ports.blobs,
        queue: ports.queue,
    };
    expire.run(bench.clock.now()).await
}

/// A stored job in `status` with something in each of its folders.
async fn job_with_things(bench: &Bench, status: JobStatus) -> Job {
    let mut job = bench.create(JobKind::Migrate, bench.source()).await;
    job.status = status;
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    for prefix in keys::all_prefixes(&job.id) {
        bench
            .blobs
            .put(&format!("{prefix}x"), b"x".to_vec(), "text/plain")
            .await
            .unwrap();
    }
    job
}

async fn is_gone(bench: &Bench, job: &Job) -> bool {
    let found = bench.jobs.get(&job.tenant, &job.id).await;
    matches!(found, Err(PortError::NotFound))
}

#[tokio::test]
async fn an_expired_job_is_cancelled_and_a_sweep_later_gone() {
    let bench = Bench::new(700);
    let open = job_with_things(&bench, JobStatus::AwaitingSelection).await;
    let done = job_with_things(&bench, JobStatus::Completed).await;
    assert_eq!(sweep(&bench).await.unwrap(), 0, "nothing is due");
    bench.clock.set(open.expires_at);
    assert_eq!(sweep(&bench).await.unwrap(), 2);
    assert_eq!(bench.keys().await, Vec::<String>::new());
    let now = bench.stored(&open).await;
    assert_eq!(
        (now.status, now.error_code),
        (JobStatus::Cancelled, Some(ErrorCode::Expired))
    );
    assert!(now.status_message.starts_with("Expired"));
    assert_eq!(
        bench.events(&open).await.pop().unwrap().kind,
        EventKind::JobExpired
    );
    assert!(is_gone(&bench, &done).await && !is_gone(&bench, &open).await);
    assert_eq!(sweep(&bench).await.unwrap(), 1);
    assert!(is_gone(&bench, &open).await);
}

#[tokio::test]
async fn a_job_that_stands_still_gets_its_message_again_once() {
    let bench = Bench::new(701);
    for status in JobStatus::ALL {
        let job = job_with_things(&bench, status).await;
        let patience = SignedDuration::from_mins(if status == JobStatus::Pending {
            10
        } else {
            120
        });
        bench.clock.advance(patience - SignedDuration::from_secs(1));
        assert_eq!(sweep(&bench).await.unwrap(), 0, "{status}: not yet");
        bench.later();
        let expected = stage_at(status).map(|stage| StageMessage::new(stage, &job));
        for expected in [Vec::from_iter(expected), Vec::new()] {
            assert_eq!(
                sweep(&bench).await.unwrap(),
                expected.len() as u64,
                "{status}"
            );
            assert_eq!(bench.queue.take(), expected);
        }
        assert_eq!(bench.stored(&job).await.status, status);
        bench.jobs.delete(&job.tenant, &job.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_queue_that_is_gone_keeps_no_other_job() {
    let bench = Bench::new(702);
    let stalled = job_with_things(&bench, JobStatus::Scanning).await;
    bench.clock.advance(SignedDuration::from_hours(3));
    let other = job_with_things(&bench, JobStatus::Pushing).await;
    let mut expired = job_with_things(&bench, JobStatus::CleanComplete).await;
    expired.expires_at = bench.clock.now();
    bench.jobs.save(&mut expired, &[], None).await.unwrap();
    bench.queue.break_down(true);
    assert!(
        matches!(sweep(&bench).await, Err(PortError::Unavailable(_))),
        "the sweep tells of it"
    );
    bench.queue.break_down(false);
    assert_eq!(bench.stored(&expired).await.status, JobStatus::Cancelled);
    assert_eq!(bench.stored(&stalled).await.status, JobStatus::Scanning);
    assert_eq!(bench.stored(&other).await, other);
}
