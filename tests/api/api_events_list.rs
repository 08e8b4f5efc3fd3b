//! `GET /api/v2/jobs/{id}/events`

use domain::JobStatus::AwaitingSelection;
use serde_json::json;

use crate::bench::{ABSENT, Bench, ask, faults, json, secret, told};

#[tokio::test]
async fn what_happened_comes_oldest_first_page_by_page() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 2).await;
    let choice = ask()
        .job(&job.id)
        .body(json!({ "secret_ids": [secret(1)] }));
    choice.send(&bench.select_secrets()).await;
    ask().job(&job.id).send(&bench.start_clean()).await;
    ask().job(&job.id).send(&bench.cancel_job()).await;

    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut request = ask().job(&job.id).query("limit", "1");
        if let Some(cursor) = &cursor {
            request = request.query("cursor", cursor);
        }
        let reply = request.send(&bench.list_events()).await;
        let page = json(&reply);
        seen.extend(page["events"].as_array().unwrap().clone());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    let types: Vec<_> = seen.iter().map(|event| &event["type"]).collect();
    let moved = "job_status_changed";
    assert_eq!(types, ["job_created", "secrets_selected", moved, moved]);
    assert_eq!(
        (&seen[1]["selected"], &seen[1]["false_positives"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(seen[2]["from"], "awaiting_selection");
    assert_eq!(seen[2]["to"], "cleaning");
    for event in &seen {
        assert_eq!(event["job_id"], job.id.as_str());
        assert!(event.get("tenant").is_none());
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 0).await;
    for (name, value) in [("limit", "1000"), ("cursor", "made up"), ("since", "now")] {
        let request = ask().job(&job.id).query(name, value);
        assert_eq!(faults(&request.send(&bench.list_events()).await), [name]);
    }
    let reply = ask().path("id", ABSENT).send(&bench.list_events()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
}
