//! When the table does not answer, every endpoint that needs it says so, and nothing is done.

use api::{Access, ROUTES};
use domain::JobStatus::AwaitingSelection;
use serde_json::json;

use crate::bench::{Bench, ask, secret, told, with_endpoint};

#[tokio::test]
async fn without_the_table_everything_is_503_and_may_be_tried_again() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 2).await;
    let version = bench.policy(50).await;
    for route in ROUTES {
        if route.access == Access::Public {
            continue;
        }
        let body = match route.slug {
            "api-jobs-create" => {
                json!({ "source_platform": "generic", "source_url": "https://git.example/x" })
            }
            "api-jobs-push" => {
                json!({ "target_platform": "generic", "target_url": "https://git.example/x" })
            }
            "api-secrets-select" => json!({ "secret_ids": [secret(0)] }),
            "api-secrets-update" => json!({ "selected_for_cleaning": true }),
            "api-policies-create" => json!({ "policy": {} }),
            _ => json!({}),
        };
        let mut request = ask().body(body);
        if route.path.contains("{id}") {
            request = request.job(&job.id).path("secret_id", &secret(0));
        }
        if route.path.contains("{version}") {
            request = request.path("version", version.as_str());
        }
        bench.jobs.break_down(true);
        let reply = with_endpoint!(&bench, route.slug, endpoint => request.send(&endpoint).await);
        bench.jobs.break_down(false);
        assert_eq!(told(&reply), (503, "SERVICE_UNAVAILABLE"), "{}", route.slug);
        assert_eq!(reply.retry_after, Some(5), "{}", route.slug);
        assert!(bench.queue.sent().is_empty(), "{}", route.slug);
        assert_eq!(bench.stored(&job).await, job, "{}", route.slug);
    }
}
