//! Another tenant: what is not theirs does not exist.

use api::{Access, ROUTES};
use serde_json::Value;

use crate::bench::{ABSENT, Bench};
use crate::policies::policy;
use crate::rows::{event, event_of, everything, job, send};

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
async fn a_policy_of_others_reads_byte_for_byte_like_one_that_is_not_there() {
    let of_policy = |route: &&api::Route| route.path.contains("{version}");
    assert_eq!(ROUTES.iter().filter(of_policy).count(), 2);
    for route in ROUTES.iter().filter(of_policy) {
        let bench = Bench::new();
        let job = job(&bench, route).await;
        let before = everything(&bench, &job).await;
        let foreign = send(&bench, route, &event(route, MALLORY, "x")).await;
        assert_eq!(foreign.0, 404, "{}", route.slug);
        let absent = policy(99).version();
        for absent in [absent.as_str(), "policy-1", "POLICIES", "..", "x"] {
            let event = event_of(route, MALLORY, "x", absent);
            assert_eq!(send(&bench, route, &event).await, foreign, "{absent}");
        }
        assert_eq!(everything(&bench, &job).await, before, "{}", route.slug);
    }
}

#[tokio::test]
async fn a_job_cannot_take_a_policy_of_others() {
    let bench = Bench::new();
    let route = api::Route::of("api-jobs-create").unwrap();
    let job = job(&bench, route).await;
    bench.activate(&policy(70).version()).await;
    let ask = async |version: Option<&str>| {
        let mut event = event(route, MALLORY, "x");
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        if let Some(version) = version {
            body["policy_version"] = version.into();
        }
        event["body"] = body.to_string().into();
        let (status, body) = send(&bench, route, &event).await;
        (status, String::from_utf8(body).unwrap())
    };
    let foreign = ask(Some(policy(70).version().as_str())).await;
    assert_eq!(foreign.0, 422, "{}", foreign.1);
    assert_eq!(ask(Some(policy(99).version().as_str())).await, foreign);
    // Nor is what others made active active here.
    let (status, body) = ask(None).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["policy_version"]), (201, &Value::Null));
    assert_eq!(bench.stored(&job).await, job);
}

#[tokio::test]
async fn what_names_nothing_shows_and_changes_nothing_of_others() {
    let of_all = |route: &&api::Route| !route.path.contains('{');
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
        ("api-policies-list", "policies", "[]"),
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
