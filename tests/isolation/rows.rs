//! One row for each route: a request of alice's that succeeds, and the state of her job in which it does.

use api::{ROUTES, Route};
use domain::{Job, JobStatus};
use serde_json::{Value, json};

use crate::bench::{Bench, secret, with_endpoint};
use crate::policies::policy;

/// The body that a route takes, and where its job must stand.
fn row(slug: &str) -> (JobStatus, Option<Value>) {
    let place = |prefix: &str| {
        json!({
            format!("{prefix}_platform"): "generic",
            format!("{prefix}_url"): "https://git.example/team/other.git",
        })
    };
    let (status, body) = match slug {
        "api-health-live" | "api-health-ready" => (JobStatus::Pending, None),
        "api-jobs-create" => (JobStatus::Pending, Some(place("source"))),
        "api-jobs-list" | "api-jobs-get" | "api-secrets-list" => {
            (JobStatus::AwaitingSelection, None)
        }
        "api-jobs-cancel" | "api-events-list" | "api-stats-get" => (JobStatus::Scanning, None),
        "api-secrets-select" => {
            let body = json!({ "secret_ids": [secret(0)] });
            (JobStatus::AwaitingSelection, Some(body))
        }
        "api-secrets-update" => {
            let body = json!({ "is_false_positive": true });
            (JobStatus::AwaitingSelection, Some(body))
        }
        "api-jobs-clean" => (JobStatus::AwaitingSelection, Some(json!({}))),
        "api-jobs-download" | "api-jobs-report" => (JobStatus::CleanComplete, None),
        "api-jobs-push" => (JobStatus::CleanComplete, Some(place("target"))),
        "api-policies-create" => (JobStatus::Pending, Some(json!({ "policy": {} }))),
        "api-policies-list" | "api-policies-get" | "api-policies-activate" => {
            (JobStatus::Pending, None)
        }
        other => panic!("the route {other} has no row here: give it one"),
    };
    (status, body)
}

/// Which policy is stored of alice's.
const POLICY: u8 = 70;

/// Alice's job, in which the route's request succeeds.
pub(crate) async fn job(bench: &Bench, route: &Route) -> Job {
    let findings = [2, 0][usize::from(row(route.slug).0 == JobStatus::Scanning)];
    if bench.catalog().await.revision == 0 {
        bench.policy(POLICY).await;
    }
    bench.job(row(route.slug).0, findings).await
}

/// The route's request, as API Gateway sends it: of `caller` (tenant and role), about the job `id`, or alice's policy.
pub(crate) fn event(route: &Route, caller: Option<(&str, &str)>, id: &str) -> Value {
    event_of(route, caller, id, policy(POLICY).version().as_str())
}

/// The same about the policy `version`.
pub(crate) fn event_of(
    route: &Route,
    caller: Option<(&str, &str)>,
    id: &str,
    version: &str,
) -> Value {
    let path = route.path.replace("{id}", id).replace("{version}", version);
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{} {}", route.method, route.path),
        "rawPath": path.replace("{secret_id}", &secret(0)),
        "rawQueryString": "",
        // Whatever a client sends says nothing about who it is.
        "headers": {
            "host": "api.example",
            "x-correlation-id": "correlation-1",
            "x-user-id": "alice",
            "x-user-role": "admin",
            "x-tenant": "alice",
        },
        "pathParameters": { "id": id, "secret_id": secret(0), "version": version },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "http": {
                "method": route.method,
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "test",
            },
            "requestId": "request-1",
            "stage": "$default",
            "timeEpoch": 1_760_000_000_000_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some((tenant, role)) = caller {
        let context = json!({ "tenant": tenant, "actor": tenant, "role": role });
        event["requestContext"]["authorizer"] = json!({ "lambda": context });
    }
    if let (_, Some(body)) = row(route.slug) {
        event["body"] = json!(body.to_string());
    }
    event
}

/// Sends it; gives status and body.
pub(crate) async fn send(bench: &Bench, route: &Route, event: &Value) -> (u16, Vec<u8>) {
    let text = event.to_string();
    let sent = with_endpoint!(bench, route.slug, endpoint => edge::http::answer_event(&endpoint, &text).await);
    let (parts, body) = sent.unwrap().into_parts();
    (parts.status.as_u16(), body.as_ref().to_vec())
}

/// Everything that alice has, as text: what must not change, and what nobody else may see.
pub(crate) async fn everything(bench: &Bench, job: &Job) -> String {
    let stored = bench.stored(job).await;
    let history = bench.history(job).await;
    let choice = domain::ports::JobStore::selection(&bench.jobs, &job.tenant, &job.id).await;
    let marks = domain::ports::MarkStore::marks(&bench.marks, &job.tenant).await;
    let policies = bench.catalog().await;
    let (kept, sent) = (bench.kept(job).await, bench.queue.sent());
    format!("{stored:?} {history:?} {choice:?} {marks:?} {policies:?} {kept:?} {sent:?}")
}

#[tokio::test]
async fn every_route_has_a_row_that_succeeds_for_its_owner() {
    for route in ROUTES {
        let bench = Bench::new();
        let job = job(&bench, route).await;
        let event = event(route, Some(("alice", "admin")), job.id.as_str());
        let (status, body) = send(&bench, route, &event).await;
        let body = String::from_utf8_lossy(&body);
        assert_eq!(status, route.success, "{}: {body}", route.slug);
    }
}
