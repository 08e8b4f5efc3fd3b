//! `POST /api/v2/jobs/{id}/secrets/select`

use domain::JobStatus::{self, AwaitingSelection};
use domain::ports::{JobStore as _, MarkStore as _};
use domain::{FindingId, Job, TenantId};
use serde_json::{Value, json};

use crate::bench::{ABSENT, ALICE, Bench, ask, faults, json, secret, told};

/// Which of the first findings are selected, and which are marked as false positives.
async fn chosen(bench: &Bench, job: &Job) -> (Vec<usize>, Vec<usize>) {
    let selection = bench.jobs.selection(&job.tenant, &job.id).await.unwrap();
    let id = |number: &usize| FindingId::new(secret(*number));
    let selected = (0..9).filter(|number| selection.is_selected(&id(number)));
    let marked = (0..9).filter(|number| selection.is_false_positive(&id(number)));
    (selected.collect(), marked.collect())
}

async fn select(bench: &Bench, job: &Job, body: Value) -> api::Reply {
    ask()
        .job(&job.id)
        .body(body)
        .send(&bench.select_secrets())
        .await
}

#[tokio::test]
async fn exactly_what_is_named_is_selected() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 9).await;
    let body = json!({ "secret_ids": [secret(1), secret(4), secret(1)], "mark_false_positives": [secret(2)] });
    let reply = select(&bench, &job, body).await;
    assert_eq!(told(&reply).0, 200);
    let answer = json!({ "message": "2 selected for cleaning", "selected_count": 2 });
    assert_eq!(json(&reply), &answer);
    assert_eq!(chosen(&bench, &job).await, (vec![1, 4], vec![2]));
    let stored = bench.stored(&job).await;
    assert_eq!(
        (stored.status, stored.secrets_selected_for_cleaning),
        (AwaitingSelection, 2)
    );
    assert_eq!(
        bench.history(&job).await,
        ["job_created", "secrets_selected"]
    );

    let reply = select(&bench, &job, json!({ "secret_ids": [secret(2)] })).await;
    assert_eq!(json(&reply)["selected_count"], 1);
    assert_eq!(
        chosen(&bench, &job).await,
        (vec![2], vec![]),
        "what is chosen is no false positive"
    );
    let reply = select(&bench, &job, json!({ "secret_ids": [] })).await;
    assert_eq!(json(&reply)["selected_count"], 0);
}

#[tokio::test]
async fn marks_alone_leave_the_choice_as_it_was() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 9).await;
    let reply = select(&bench, &job, json!({ "mark_false_positives": [secret(0)] })).await;
    assert_eq!(json(&reply)["selected_count"], 8);
    select(
        &bench,
        &job,
        json!({ "secret_ids": [secret(1), secret(2)] }),
    )
    .await;
    let reply = select(&bench, &job, json!({ "mark_false_positives": [secret(2)] })).await;
    assert_eq!(json(&reply)["selected_count"], 1);
    assert_eq!(chosen(&bench, &job).await, (vec![1], vec![0, 2]));
}

#[tokio::test]
async fn unknown_ids_change_nothing() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 9).await;
    let body = json!({ "secret_ids": [secret(1), "secret-000"], "mark_false_positives": ["x"] });
    let reply = select(&bench, &job, body).await;
    assert_eq!(faults(&reply), ["secret_ids", "mark_false_positives"]);
    assert_eq!(bench.stored(&job).await.version, job.version);
    assert_eq!(chosen(&bench, &job).await.0.len(), 9);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 9).await;
    let many: Vec<String> = (0..10_001).map(secret).collect();
    for (body, field) in [
        (json!({}), "secret_ids"),
        (json!({ "secret_ids": null }), "secret_ids"),
        (json!({ "secret_ids": "secret-1" }), "secret_ids"),
        (json!({ "secret_ids": [1] }), "secret_ids"),
        (json!({ "secret_ids": many }), "secret_ids"),
        (json!({ "secret_ids": [], "all": true }), "all"),
        (
            json!({ "secret_ids": [secret(1)], "mark_false_positives": [secret(1)] }),
            "mark_false_positives",
        ),
    ] {
        assert_eq!(faults(&select(&bench, &job, body).await), [field]);
    }
    let request = ask().job(&job.id).bytes(b"secret-1");
    let reply = request.send(&bench.select_secrets()).await;
    assert_eq!(told(&reply), (400, "INVALID_BODY"));
    let request = ask().path("id", ABSENT).body(json!({ "secret_ids": [] }));
    let reply = request.send(&bench.select_secrets()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
}

#[tokio::test]
async fn choosing_is_for_jobs_that_await_it() {
    let bench = Bench::new();
    for status in JobStatus::ALL
        .into_iter()
        .filter(|one| *one != AwaitingSelection)
    {
        let job = bench.job(status, 2).await;
        let reply = select(&bench, &job, json!({ "secret_ids": [secret(1)] })).await;
        assert_eq!(told(&reply), (409, "INVALID_JOB_STATE"), "{status}");
    }
}

#[tokio::test]
async fn choices_at_the_same_time_do_not_get_lost() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 9).await;
    bench.jobs.rival(3);
    let reply = select(&bench, &job, json!({ "secret_ids": [secret(7)] })).await;
    assert_eq!(told(&reply).0, 200);
    assert_eq!(chosen(&bench, &job).await.0, [7]);
    bench.jobs.rival(u32::MAX);
    let reply = select(&bench, &job, json!({ "secret_ids": [] })).await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert_eq!(chosen(&bench, &job).await.0, [7]);
}

#[tokio::test]
async fn marks_are_remembered_for_later_scans_and_taken_back_from_what_is_chosen() {
    let bench = Bench::new();
    let marks = async || {
        let marks = bench.marks.marks(&TenantId::new(ALICE)).await.unwrap();
        marks
            .into_keys()
            .map(|id| id.to_string())
            .collect::<Vec<_>>()
    };
    let job = bench.job(AwaitingSelection, 9).await;
    let body = json!({ "secret_ids": [secret(1)], "mark_false_positives": [secret(0), secret(2)] });
    select(&bench, &job, body).await;
    assert_eq!(marks().await, [secret(0), secret(2)]);
    // In another job, which knows nothing of the marks.
    let later = bench.job(AwaitingSelection, 9).await;
    select(
        &bench,
        &later,
        json!({ "secret_ids": [secret(2), secret(3)] }),
    )
    .await;
    assert_eq!(marks().await, [secret(0)]);
}
