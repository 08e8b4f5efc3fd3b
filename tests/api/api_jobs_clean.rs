//! `POST /api/v2/jobs/{id}/clean`

use domain::JobStatus::{self, AwaitingSelection, Cleaning};
use domain::Stage;
use serde_json::json;

use crate::bench::{ABSENT, Bench, ask, faults, json, told};

#[tokio::test]
async fn the_rewrite_is_started() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 2).await;
    let reply = ask().job(&job.id).send(&bench.start_clean()).await;
    assert_eq!(told(&reply).0, 202);
    assert_eq!(json(&reply)["status"], "cleaning");
    assert_eq!(bench.stored(&job).await.status, Cleaning);
    let sent = bench.queue.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].stage, &sent[0].job_id), (Stage::Clean, &job.id));
    assert_eq!(sent[0].correlation_id, job.correlation_id);

    let again = ask().job(&job.id).send(&bench.start_clean()).await;
    assert_eq!(told(&again), (409, "INVALID_JOB_STATE"));
    assert_eq!(bench.queue.sent().len(), 1, "once");
}

#[tokio::test]
async fn something_must_be_selected_unless_nothing_was_found() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 2).await;
    let none = ask().job(&job.id).body(json!({ "secret_ids": [] }));
    assert_eq!(told(&none.send(&bench.select_secrets()).await).0, 200);
    let reply = ask()
        .job(&job.id)
        .body(json!({}))
        .send(&bench.start_clean())
        .await;
    assert_eq!(told(&reply), (422, "NO_SECRETS_SELECTED"));
    assert_eq!(bench.stored(&job).await.status, AwaitingSelection);
    assert!(bench.queue.sent().is_empty());

    let spotless = bench.job(AwaitingSelection, 0).await;
    let reply = ask().job(&spotless.id).send(&bench.start_clean()).await;
    assert_eq!(told(&reply).0, 202, "it delivers the history as it is");
}

#[tokio::test]
async fn only_a_job_that_awaits_it_can_be_cleaned() {
    let bench = Bench::new();
    for status in JobStatus::ALL {
        let job = bench.job(status, 1).await;
        let reply = ask().job(&job.id).send(&bench.start_clean()).await;
        if status == AwaitingSelection {
            assert_eq!(told(&reply).0, 202);
            continue;
        }
        assert_eq!(told(&reply), (409, "INVALID_JOB_STATE"), "{status}");
        let detail = json(&reply)["detail"].as_str().unwrap();
        assert!(detail.contains(status.as_str()) && detail.contains("awaiting_selection"));
    }
    let absent = ask().path("id", ABSENT).send(&bench.start_clean()).await;
    assert_eq!(told(&absent), (404, "JOB_NOT_FOUND"));
}

#[tokio::test]
async fn it_takes_no_fields() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 1).await;
    let request = ask().job(&job.id).body(json!({ "force": true }));
    assert_eq!(faults(&request.send(&bench.start_clean()).await), ["force"]);
    let request = ask().job(&job.id).bytes(b"no json");
    let reply = request.send(&bench.start_clean()).await;
    assert_eq!(told(&reply), (400, "INVALID_BODY"));
}

#[tokio::test]
async fn without_the_queue_the_job_stays_where_it_was() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 1).await;
    bench.queue.break_down(true);
    let reply = ask().job(&job.id).key("k").send(&bench.start_clean()).await;
    assert_eq!(told(&reply), (503, "SERVICE_UNAVAILABLE"));
    let stored = bench.stored(&job).await;
    assert_eq!(
        (stored.status, stored.progress_percent),
        (AwaitingSelection, job.progress_percent)
    );

    bench.queue.break_down(false);
    let reply = ask().job(&job.id).key("k").send(&bench.start_clean()).await;
    assert_eq!((told(&reply).0, bench.queue.sent().len()), (202, 1));
}

#[tokio::test]
async fn of_two_at_the_same_time_one_is_told() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 1).await;
    bench.jobs.rival(1);
    let reply = ask().job(&job.id).key("k").send(&bench.start_clean()).await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert!(bench.queue.sent().is_empty());
    let retried = ask().job(&job.id).key("k").send(&bench.start_clean()).await;
    assert_eq!(told(&retried).0, 202, "the key was given back");
}
