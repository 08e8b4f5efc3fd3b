//! From API Gateway's event to API Gateway's answer, by the example events.

use api::{HealthLive, ROUTES};
use domain::JobStatus::{AwaitingSelection, CleanComplete};
use serde_json::{Value, json};

use crate::bench::{Bench, secret, with_endpoint};

fn event(slug: &str) -> Value {
    let file = format!("{}/../events/{slug}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// Sends an event; gives status, headers and body.
macro_rules! send {
    ($bench:expr, $slug:expr, $event:expr) => {{
        let event: String = $event.to_string();
        let response = with_endpoint!($bench, $slug, endpoint => edge::http::answer_event(&endpoint, &event).await);
        let response = response.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status.as_u16(), parts.headers, body.as_ref().to_vec())
    }};
}

#[tokio::test]
async fn every_example_event_is_answered_with_success() {
    for route in ROUTES {
        let bench = Bench::new();
        let needs_clean = ["api-jobs-download", "api-jobs-push"].contains(&route.slug);
        let status = [AwaitingSelection, CleanComplete][usize::from(needs_clean)];
        let job = bench.job(status, 3).await;
        let mut event = event(route.slug);
        assert_eq!(
            event["routeKey"],
            format!("{} {}", route.method, route.path)
        );
        if route.path.contains("{id}") {
            event["pathParameters"]["id"] = json!(job.id);
        }
        if route.path.contains("{version}") {
            event["pathParameters"]["version"] = json!(bench.policy(50).await);
        }
        if route.path.contains("{secret_id}") {
            event["pathParameters"]["secret_id"] = json!(secret(1));
        }
        if route.slug == "api-secrets-select" {
            event["body"] = json!(json!({ "secret_ids": [secret(1)] }).to_string());
        }
        if route.slug == "api-jobs-get" {
            event["rawQueryString"] = json!("");
        }
        let (status, _, body) = send!(&bench, route.slug, event);
        let body = String::from_utf8_lossy(&body);
        assert_eq!(status, route.success, "{}: {body}", route.slug);
    }
}

#[tokio::test]
async fn answers_carry_what_browsers_and_clients_need() {
    let bench = Bench::new();
    let mut event = event("api-jobs-create");
    event["headers"]["x-correlation-id"] = json!("my-correlation.1");
    let (_, headers, body) = send!(&bench, "api-jobs-create", event);
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("x-correlation-id"), Some("my-correlation.1"));
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-content-type-options"), Some("nosniff"));
    assert!(header("strict-transport-security").is_some());
    assert!(header("content-security-policy").is_some());
    let body: Value = serde_json::from_slice(&body).unwrap();
    let id = body["id"].as_str().unwrap();
    assert_eq!(header("location"), Some(&*format!("/api/v2/jobs/{id}")));
    assert_eq!(body["correlation_id"], "my-correlation.1");
    assert_eq!(
        bench.queue.sent()[0].correlation_id.as_str(),
        "my-correlation.1"
    );
}

#[tokio::test]
async fn a_correlation_id_that_could_do_harm_is_replaced() {
    for id in ["short", "with space here", "a\"b\"c\"d\"e", &"x".repeat(65)] {
        let mut event = event("api-health-live");
        event["headers"]["x-correlation-id"] = json!(id);
        let response = edge::http::answer_event(&HealthLive, &event.to_string()).await;
        let response = response.unwrap();
        let given = response.headers()["x-correlation-id"].to_str().unwrap();
        assert!(given != id && given.len() >= 8, "{given}");
    }
}

#[tokio::test]
async fn problems_are_problem_json_and_name_the_request() {
    let bench = Bench::new();
    let mut event = event("api-jobs-get");
    event["rawQueryString"] = json!("");
    event["headers"]["x-correlation-id"] = json!("correlation-7");
    let (status, headers, body) = send!(&bench, "api-jobs-get", event);
    assert_eq!(status, 404);
    assert_eq!(headers["content-type"], "application/problem+json");
    let expected = json!({
        "type": "urn:deployguard:problem:job-not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no such job",
        "instance": "urn:deployguard:request:correlation-7",
        "code": "JOB_NOT_FOUND",
        "correlation_id": "correlation-7",
    });
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, expected);

    bench.queue.break_down(true);
    let create = self::event("api-jobs-create");
    let (status, headers, _) = send!(&bench, "api-jobs-create", create);
    assert_eq!(
        (status, &headers["retry-after"]),
        (503, &"5".parse().unwrap())
    );
}

#[tokio::test]
async fn an_encoded_body_and_query_are_decoded() {
    let bench = Bench::new();
    let mut create = event("api-jobs-create");
    // Base64 of {"source_platform":"github","source_url":"https://git.example/x"}
    let body =
        "eyJzb3VyY2VfcGxhdGZvcm0iOiJnaXRodWIiLCJzb3VyY2VfdXJsIjoiaHR0cHM6Ly9naXQuZXhhbXBsZS94In0=";
    (create["body"], create["isBase64Encoded"]) = (json!(body), json!(true));
    assert_eq!(send!(&bench, "api-jobs-create", create).0, 201);
    let mut list = event("api-jobs-list");
    list["rawQueryString"] = json!("status=pend%69ng&limit=1");
    let (status, _, body) = send!(&bench, "api-jobs-list", list);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (status, &body["jobs"][0]["status"]),
        (200, &json!("pending"))
    );
}

#[tokio::test]
async fn a_key_in_the_header_makes_a_request_idempotent() {
    let bench = Bench::new();
    let event = event("api-jobs-create");
    assert!(event["headers"]["idempotency-key"].is_string());
    let first = send!(&bench, "api-jobs-create", event);
    let again = send!(&bench, "api-jobs-create", event);
    assert_eq!((first.0, &first.2), (again.0, &again.2));
    assert_eq!(bench.queue.sent().len(), 1);
}
