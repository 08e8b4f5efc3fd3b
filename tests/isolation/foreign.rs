//! Another tenant: what is not theirs does not exist.

use api::{Access, ROUTES};
use serde_json::Value;

use crate::bench::{ABSENT, Bench};
use crate::rows::{event, everything, job, send};

const MALLORY: Option<(&str, &str)> = Some(("mallory", "admin"));

#[tokio::test]
async fn a_job_of_others_reads_byte_for_byte_like_one_that_is_not_there() {
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let bench = Bench::new();
        let job = job(&bench, route).await;
        let before = everything(&bench, &job).await;
        let foreign = send(&bench, route, &event(route, MALLORY, job.id.as_str())).await;
        let absent = send(&bench, route, &event(route, MALLORY, ABSENT)).await;
        assert_eq!(foreign.0, 404, "{}", route.slug);
        assert_eq!(foreign, absent, "{}", route.slug);
        assert_eq!(everything(&bench, &job).await, before, "{}", route.slug);
    }
}

#[tokio::test]
async fn what_names_no_job_shows_and_changes_nothing_of_others() {
    let of_all = |route: &&api::Route| !route.path.contains("{id}");
    for route in ROUTES.iter().filter(of_all) {
        if route.access == Access::Public {
            continue;
        }
        let bench = Bench::new();
        let job = job(&bench, route).await;
        let stored = bench.stored(&job).await;
        let (status, body) = send(&bench, route, &event(route, MALLORY, "x")).await;
        assert_eq!(status, route.success, "{}", route.slug);
        let body = String::from_utf8(body).unwrap();
        assert!(!body.contains(job.id.as_str()), "{}: {body}", route.slug);
        assert!(!body.contains("alice"), "{}: {body}", route.slug);
        assert_eq!(bench.stored(&job).await, stored, "{}", route.slug);
    }
}

#[tokio::test]
async fn totals_and_lists_are_empty_for_others() {
    let bench = Bench::new();
    for (slug, field, empty) in [
        ("api-stats-get", "total_jobs", "0"),
        ("api-jobs-list", "jobs", "[]"),
    ] {
        let route = api::Route::of(slug).unwrap();
        job(&bench, route).await;
        let (_, body) = send(&bench, route, &event(route, MALLORY, "x")).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body[field].to_string(), empty);
    }
}

#[tokio::test]
async fn a_cursor_of_others_is_worth_nothing() {
    let bench = Bench::new();
    let route = api::Route::of("api-jobs-list").unwrap();
    for _ in 0..3 {
        job(&bench, route).await;
    }
    let mut first = event(route, Some(("alice", "user")), "x");
    first["rawQueryString"] = "limit=1".into();
    let (_, body) = send(&bench, route, &first).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    let cursor = body["next_cursor"].as_str().unwrap();
    for (caller, expected) in [(Some(("alice", "user")), 200), (MALLORY, 422)] {
        let mut next = event(route, caller, "x");
        next["rawQueryString"] = format!("limit=1&cursor={cursor}").into();
        assert_eq!(send(&bench, route, &next).await.0, expected, "{caller:?}");
    }
}
