//! `GET /api/v2/jobs`

use domain::JobStatus::{self, AwaitingSelection, Completed, Pending};
use serde_json::Value;

use crate::bench::{Bench, ask, faults, json, told};

fn ids(page: &Value) -> Vec<&str> {
    let jobs = page["jobs"].as_array().unwrap();
    jobs.iter().map(|job| job["id"].as_str().unwrap()).collect()
}

async fn bench(statuses: &[JobStatus]) -> (Bench, Vec<String>) {
    let (bench, mut newest_first) = (Bench::new(), Vec::new());
    for status in statuses {
        let job = bench.job(*status, 0).await;
        newest_first.insert(0, job.id.to_string());
    }
    (bench, newest_first)
}

#[tokio::test]
async fn jobs_come_newest_first_page_by_page() {
    let (bench, expected) = bench(&[Pending, Completed, Pending, Pending, Pending]).await;
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut request = ask().query("limit", "2");
        if let Some(cursor) = &cursor {
            request = request.query("cursor", cursor);
        }
        let reply = request.send(&bench.list_jobs()).await;
        let page = json(&reply);
        assert!(ids(page).len() <= 2);
        seen.extend(ids(page).into_iter().map(str::to_owned));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let all = ask().send(&bench.list_jobs()).await;
    assert_eq!(ids(json(&all)), expected, "50 are the default");
}

#[tokio::test]
async fn jobs_can_be_had_by_status() {
    let (bench, all) = bench(&[AwaitingSelection, Pending, AwaitingSelection]).await;
    let wanted = ask().query("status", "awaiting_selection");
    let reply = wanted.send(&bench.list_jobs()).await;
    assert_eq!(ids(json(&reply)), [&*all[0], &*all[2]]);
    let none = ask().query("status", "failed");
    let reply = none.send(&bench.list_jobs()).await;
    assert_eq!((told(&reply).0, ids(json(&reply)).len()), (200, 0));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_named() {
    let bench = Bench::new();
    for (name, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("status", "done"),
        ("cursor", "made up"),
        ("cursor", "bm90IGEgY3Vyc29y"),
        ("cursor", ""),
        ("offset", "10"),
    ] {
        let reply = ask().query(name, value).send(&bench.list_jobs()).await;
        assert_eq!(faults(&reply), [name], "{value}");
    }
}
