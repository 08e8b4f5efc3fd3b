//! `DELETE /api/v2/jobs/{id}`

use domain::JobStatus::{self, Cancelled};

use crate::bench::{ABSENT, Bench, ask, json, now, told};

#[tokio::test]
async fn a_job_is_cancelled_in_every_state_and_nothing_of_it_is_kept() {
    let bench = Bench::new();
    for status in JobStatus::ALL.into_iter().filter(|one| !one.is_terminal()) {
        let job = bench.job(status, 1).await;
        let other = bench.job(status, 1).await;
        assert!(!bench.kept(&job).await.is_empty());
        for _ in 0..2 {
            let reply = ask().job(&job.id).send(&bench.cancel_job()).await;
            assert_eq!(told(&reply).0, 204, "{status}");
        }
        let stored = bench.stored(&job).await;
        assert_eq!(
            (stored.status, stored.completed_at),
            (Cancelled, Some(now()))
        );
        assert_eq!(stored.expires_at, job.expires_at, "it can still be seen");
        let history = ["job_created", "job_status_changed"];
        assert_eq!(bench.history(&job).await, history, "once, {status}");
        assert!(bench.kept(&job).await.is_empty(), "{status}");
        assert_eq!(
            bench.kept(&other).await.len(),
            4,
            "another job keeps its own"
        );
        let seen = ask().job(&job.id).send(&bench.get_job()).await;
        assert_eq!(json(&seen)["job"]["status"], "cancelled");
    }
}

#[tokio::test]
async fn a_job_that_has_ended_is_withdrawn() {
    let bench = Bench::new();
    for status in [JobStatus::Completed, JobStatus::Failed] {
        let job = bench.job(status, 1).await;
        for _ in 0..2 {
            let reply = ask().job(&job.id).send(&bench.cancel_job()).await;
            assert_eq!(told(&reply).0, 204, "{status}");
        }
        let stored = bench.stored(&job).await;
        assert_eq!((stored.status, stored.expires_at), (status, now()));
        assert_eq!(stored.version, job.version + 1, "written once");
        assert!(bench.kept(&job).await.is_empty());
        for reply in [
            ask().job(&job.id).send(&bench.download_clean()).await,
            ask().job(&job.id).send(&bench.read_report()).await,
        ] {
            assert_eq!(told(&reply), (409, "INVALID_JOB_STATE"));
        }
    }
}

#[tokio::test]
async fn a_stage_that_writes_at_the_same_time_does_not_keep_it_from_being_cancelled() {
    let bench = Bench::new();
    let job = bench.job(JobStatus::Scanning, 0).await;
    bench.jobs.rival(3);
    let reply = ask().job(&job.id).send(&bench.cancel_job()).await;
    assert_eq!(told(&reply).0, 204);
    assert_eq!(bench.stored(&job).await.status, Cancelled);

    let job = bench.job(JobStatus::Scanning, 0).await;
    bench.jobs.rival(u32::MAX);
    let reply = ask().job(&job.id).send(&bench.cancel_job()).await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert_eq!(reply.retry_after, Some(1));
    assert!(
        !bench.kept(&job).await.is_empty(),
        "what runs keeps its things"
    );
}

#[tokio::test]
async fn what_is_not_there_cannot_be_cancelled() {
    let bench = Bench::new();
    let reply = ask().path("id", ABSENT).send(&bench.cancel_job()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
}
