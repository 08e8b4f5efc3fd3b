//! `GET /api/v2/jobs/{id}/secrets`

use domain::JobStatus::{AwaitingSelection, Scanning};
use domain::{Job, JobId};
use serde_json::{Value, json};

use crate::bench::{ABSENT, Bench, ask, faults, json, secret, told};

fn ids(page: &Value) -> Vec<String> {
    let secrets = page["secrets"].as_array().unwrap();
    let ids = secrets.iter().map(|one| one["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// Every id, and how many each page held.
async fn pages(bench: &Bench, job: &JobId, limit: &str, all: bool) -> (Vec<String>, Vec<usize>) {
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    let mut request = ask().job(job).query("limit", limit);
    if all {
        request = request.query("include_false_positives", "true");
    }
    loop {
        let reply = request.clone().send(&bench.list_secrets()).await;
        let page = json(&reply);
        sizes.push(ids(page).len());
        seen.extend(ids(page));
        match page["next_cursor"].as_str() {
            Some(cursor) => request = request.query("cursor", cursor),
            None => return (seen, sizes),
        }
    }
}

async fn marked(bench: &Bench, marks: &[usize]) -> Job {
    let job = bench.job(AwaitingSelection, 7).await;
    let ids: Vec<String> = marks.iter().map(|number| secret(*number)).collect();
    let request = ask()
        .job(&job.id)
        .body(json!({ "mark_false_positives": ids }));
    assert_eq!(told(&request.send(&bench.select_secrets()).await).0, 200);
    job
}

#[tokio::test]
async fn findings_come_by_id_page_by_page() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 7).await;
    let all: Vec<String> = (0..7).map(secret).collect();
    assert_eq!(
        pages(&bench, &job.id, "3", false).await,
        (all.clone(), vec![3, 3, 1])
    );
    assert_eq!(pages(&bench, &job.id, "100", false).await, (all, vec![7]));
    let early = bench.job(Scanning, 0).await;
    assert_eq!(
        pages(&bench, &early.id, "100", false).await,
        (vec![], vec![0])
    );
}

#[tokio::test]
async fn false_positives_are_left_out_unless_they_are_asked_for() {
    let bench = Bench::new();
    let job = marked(&bench, &[0, 1, 2, 4, 6]).await;
    let (left, sizes) = pages(&bench, &job.id, "2", false).await;
    assert_eq!(left, [secret(3), secret(5)]);
    assert_eq!(sizes.iter().sum::<usize>(), 2);
    assert_eq!(sizes[0], 2, "a page is filled although much is left out");
    assert_eq!(pages(&bench, &job.id, "3", true).await.0.len(), 7);

    let request = ask().job(&job.id).query("include_false_positives", "true");
    let reply = request.send(&bench.list_secrets()).await;
    let first = &json(&reply)["secrets"][0];
    assert_eq!(first["is_false_positive"], true);
    assert_eq!(first["selected_for_cleaning"], false);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 3).await;
    for (name, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("cursor", "made up"),
        ("include_false_positives", "perhaps"),
        ("page", "2"),
    ] {
        let request = ask().job(&job.id).query(name, value);
        assert_eq!(faults(&request.send(&bench.list_secrets()).await), [name]);
    }
    let reply = ask().path("id", ABSENT).send(&bench.list_secrets()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
    // A cursor is worth nothing at another job.
    let reply = ask()
        .job(&job.id)
        .query("limit", "1")
        .send(&bench.list_secrets())
        .await;
    let cursor = json(&reply)["next_cursor"].as_str().unwrap().to_owned();
    let other = bench.job(AwaitingSelection, 3).await;
    let request = ask().job(&other.id).query("cursor", &cursor);
    assert_eq!(
        faults(&request.send(&bench.list_secrets()).await),
        ["cursor"]
    );
}
