//! `PATCH /api/v2/jobs/{id}/secrets/{secret_id}`

use std::collections::BTreeSet;
use std::sync::Arc;

use api::UpdateSecret;
use async_trait::async_trait;
use domain::JobStatus::{self, AwaitingSelection};
use domain::ports::{MarkStore, PortError};
use domain::{FindingId, Job, Marks, TenantId};
use serde_json::{Value, json};

use crate::bench::{ABSENT, ALICE, Ask, Bench, ask, faults, json, secret, told};

fn patch(job: &Job, number: usize) -> Ask {
    ask().job(&job.id).path("secret_id", &secret(number))
}

#[tokio::test]
async fn one_finding_is_selected_or_marked() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    let steps: [(Value, bool, bool, Value, u64); 6] = [
        (
            json!({ "selected_for_cleaning": false }),
            false,
            false,
            Value::Null,
            2,
        ),
        (
            json!({ "selected_for_cleaning": true }),
            true,
            false,
            Value::Null,
            3,
        ),
        (
            json!({ "is_false_positive": true, "reason": "a test value" }),
            false,
            true,
            json!("a test value"),
            2,
        ),
        (
            json!({ "is_false_positive": false }),
            true,
            false,
            Value::Null,
            3,
        ),
        (
            json!({ "is_false_positive": true, "selected_for_cleaning": false }),
            false,
            true,
            Value::Null,
            2,
        ),
        // The last word counts.
        (
            json!({ "selected_for_cleaning": true }),
            true,
            false,
            Value::Null,
            3,
        ),
    ];
    for (body, selected, marked, reason, count) in steps {
        let text = body.to_string();
        let reply = patch(&job, 1).body(body).send(&bench.update_secret()).await;
        assert_eq!(told(&reply).0, 200, "{text}");
        let shown = json(&reply);
        assert_eq!(shown["id"], secret(1));
        assert_eq!(shown["selected_for_cleaning"], selected, "{text}");
        assert_eq!(shown["is_false_positive"], marked, "{text}");
        assert_eq!(shown["false_positive_reason"], reason, "{text}");
        let stored = bench.stored(&job).await;
        assert_eq!(stored.secrets_selected_for_cleaning, count, "{text}");
    }
    assert_eq!(bench.history(&job).await.len(), 7, "each is an event");
}

#[tokio::test]
async fn the_query_will_do_instead_of_a_body() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    let request = patch(&job, 0).query("is_false_positive", "true");
    let reply = request.send(&bench.update_secret()).await;
    assert_eq!(json(&reply)["is_false_positive"], true);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    for (body, field) in [
        (json!({}), "selected_for_cleaning"),
        (
            json!({ "selected_for_cleaning": "yes" }),
            "selected_for_cleaning",
        ),
        (
            json!({ "selected_for_cleaning": true, "is_false_positive": true }),
            "selected_for_cleaning",
        ),
        (
            json!({ "selected_for_cleaning": true, "reason": "why" }),
            "reason",
        ),
        (
            json!({ "is_false_positive": true, "reason": "x".repeat(501) }),
            "reason",
        ),
        (json!({ "is_false_positive": true, "note": "why" }), "note"),
    ] {
        let text = body.to_string();
        let reply = patch(&job, 1).body(body).send(&bench.update_secret()).await;
        assert_eq!(faults(&reply)[0], field, "{text}");
    }
    let reply = patch(&job, 1)
        .bytes(b"true")
        .send(&bench.update_secret())
        .await;
    assert_eq!(told(&reply), (400, "INVALID_BODY"));
    assert_eq!(bench.stored(&job).await.version, job.version);
}

#[tokio::test]
async fn a_finding_that_is_not_there_is_told_apart_from_a_job_that_is_not() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    let body = json!({ "selected_for_cleaning": false });
    for id in [&*secret(3), "", "with space", &"x".repeat(2000)] {
        let request = ask().job(&job.id).path("secret_id", id).body(body.clone());
        let reply = request.send(&bench.update_secret()).await;
        assert_eq!(told(&reply), (404, "SECRET_NOT_FOUND"));
    }
    let request = ask().path("id", ABSENT).path("secret_id", &secret(1));
    let reply = request.body(body).send(&bench.update_secret()).await;
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
        let request = patch(&job, 1).body(json!({ "selected_for_cleaning": false }));
        let reply = request.send(&bench.update_secret()).await;
        assert_eq!(told(&reply), (409, "INVALID_JOB_STATE"), "{status}");
    }
}

#[tokio::test]
async fn updates_at_the_same_time_all_count() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    bench.jobs.rival(4);
    let body = json!({ "selected_for_cleaning": false });
    let reply = patch(&job, 0)
        .body(body.clone())
        .send(&bench.update_secret())
        .await;
    assert_eq!(told(&reply).0, 200);
    bench.jobs.rival(u32::MAX);
    let reply = patch(&job, 1).body(body).send(&bench.update_secret()).await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert_eq!(bench.stored(&job).await.secrets_selected_for_cleaning, 2);
}

/// What later scans of alice's know.
async fn marks(bench: &Bench) -> Vec<(String, Option<String>)> {
    let marks = bench.marks.marks(&TenantId::new(ALICE)).await.unwrap();
    let marks = marks.into_iter();
    marks.map(|(id, why)| (id.to_string(), why)).collect()
}

#[tokio::test]
async fn marks_are_remembered_for_later_scans_until_they_are_taken_back() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    let body = json!({ "is_false_positive": true, "reason": "a test value" });
    for number in [0, 1, 1] {
        let request = patch(&job, number).body(body.clone());
        assert_eq!(told(&request.send(&bench.update_secret()).await).0, 200);
    }
    let why = Some("a test value".to_owned());
    let [zero, one] = [0, 1].map(|number| (secret(number), why.clone()));
    assert_eq!(marks(&bench).await, [zero, one.clone()]);

    // Whoever selects it says that it is a secret; whoever only deselects another says nothing.
    let selects = patch(&job, 0).body(json!({ "selected_for_cleaning": true }));
    selects.send(&bench.update_secret()).await;
    let deselects = patch(&job, 2).body(json!({ "selected_for_cleaning": false }));
    deselects.send(&bench.update_secret()).await;
    assert_eq!(marks(&bench).await, [one]);

    let later = bench.job(AwaitingSelection, 3).await;
    let unmarks = patch(&later, 1).body(json!({ "is_false_positive": false }));
    unmarks.send(&bench.update_secret()).await;
    assert_eq!(marks(&bench).await, [], "any job of the workspace will do");
}

/// Marks that cannot be kept.
struct Down;

#[async_trait]
impl MarkStore for Down {
    async fn marks(&self, _: &TenantId) -> Result<Marks, PortError> {
        Ok(Marks::new())
    }

    async fn mark(&self, _: &TenantId, _: &Marks) -> Result<(), PortError> {
        Err(PortError::unavailable("made to fail"))
    }

    async fn unmark(&self, _: &TenantId, _: &BTreeSet<FindingId>) -> Result<(), PortError> {
        Err(PortError::unavailable("made to fail"))
    }
}

#[tokio::test]
async fn a_mark_that_broke_off_halfway_is_mended_by_asking_again() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    let request = patch(&job, 1).body(json!({ "is_false_positive": true }));
    let broken = UpdateSecret {
        marks: Arc::new(Down),
        ..bench.update_secret()
    };
    let reply = request.clone().send(&broken).await;
    assert_eq!(told(&reply), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(marks(&bench).await, []);
    assert_eq!(told(&request.send(&bench.update_secret()).await).0, 200);
    assert_eq!(marks(&bench).await, [(secret(1), None)]);
}
