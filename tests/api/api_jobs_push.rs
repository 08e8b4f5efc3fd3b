//! `POST /api/v2/jobs/{id}/push`

use domain::JobStatus::{self, CleanComplete, Pushing};
use domain::Stage;
use serde_json::{Value, json};

use crate::bench::{ABSENT, Bench, ask, faults, json, told};

fn body() -> Value {
    json!({ "target_platform": "gitlab", "target_url": "https://new.example/team/shop.git" })
}

#[tokio::test]
async fn the_push_is_started_and_asks_for_no_force() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    let reply = ask()
        .job(&job.id)
        .body(body())
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply).0, 202);
    let shown = json(&reply);
    assert_eq!(shown["status"], "pushing");
    assert_eq!(shown["target_url"], "https://new.example/team/shop.git");
    assert_eq!(shown["force_push"], false);
    assert_eq!(shown["push_all_branches"], true);
    let target = bench.stored(&job).await.target.unwrap();
    assert!(!target.force && target.all_branches);
    let sent = bench.queue.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].stage, &sent[0].job_id), (Stage::Push, &job.id));
}

#[tokio::test]
async fn everything_that_is_asked_for_is_kept() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    let mut full = body();
    full["target_branch"] = json!("main");
    full["target_credentials_id"] = json!("cred-2");
    full["force_push"] = json!(true);
    full["push_all_branches"] = json!(false);
    let reply = ask()
        .job(&job.id)
        .body(full)
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply).0, 202);
    let target = bench.stored(&job).await.target.unwrap();
    assert_eq!(target.branch.as_deref(), Some("main"));
    assert_eq!(target.credentials_id.unwrap().as_str(), "cred-2");
    assert!(target.force && !target.all_branches);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    let wrong = json!({ "target_url": "ssh://h/x", "force_push": "very", "push_all_branches": false, "x": 1 });
    let reply = ask()
        .job(&job.id)
        .body(wrong)
        .send(&bench.start_push())
        .await;
    let named = [
        "target_platform",
        "target_url",
        "force_push",
        "target_branch",
        "x",
    ];
    assert_eq!(faults(&reply), named);
    let reply = ask()
        .job(&job.id)
        .bytes(b"[1]")
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply), (400, "INVALID_BODY"));
    assert!(bench.stored(&job).await.target.is_none());
}

#[tokio::test]
async fn only_a_clean_history_can_be_pushed() {
    let bench = Bench::new();
    for status in JobStatus::ALL
        .into_iter()
        .filter(|one| *one != CleanComplete)
    {
        let job = bench.job(status, 1).await;
        let reply = ask()
            .job(&job.id)
            .body(body())
            .send(&bench.start_push())
            .await;
        assert_eq!(told(&reply), (409, "INVALID_JOB_STATE"), "{status}");
    }
    let absent = ask().path("id", ABSENT).body(body());
    let reply = absent.send(&bench.start_push()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
    assert!(bench.queue.sent().is_empty());
}

#[tokio::test]
async fn without_the_queue_the_job_stays_where_it_was_and_knows_no_target() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    bench.queue.break_down(true);
    let reply = ask()
        .job(&job.id)
        .body(body())
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply), (503, "SERVICE_UNAVAILABLE"));
    let stored = bench.stored(&job).await;
    assert_eq!((stored.status, stored.target), (CleanComplete, None));

    bench.queue.break_down(false);
    let reply = ask()
        .job(&job.id)
        .body(body())
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply).0, 202);
    assert_eq!(bench.stored(&job).await.status, Pushing);
}

#[tokio::test]
async fn of_two_at_the_same_time_one_is_told() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    bench.jobs.rival(1);
    let reply = ask()
        .job(&job.id)
        .body(body())
        .send(&bench.start_push())
        .await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert!(bench.queue.sent().is_empty());
}
