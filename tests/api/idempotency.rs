//! `Idempotency-Key`: what is sent twice is done once. The same for every POST.

use api::{ROUTES, Reply};
use domain::JobStatus::{AwaitingSelection, CleanComplete};
use domain::ports::{IdempotencyStore as _, Replay};
use domain::{Job, TenantId};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::bench::{ALICE, Ask, Bench, ask, faults, now, secret, told, with_endpoint};
use crate::policies::policy;

async fn send(bench: &Bench, slug: &str, request: Ask) -> Reply {
    with_endpoint!(bench, slug, endpoint => request.send(&endpoint).await)
}

fn body(slug: &str, variant: usize) -> Value {
    let url = format!("https://git.example/team/{variant}.git");
    match slug {
        "api-jobs-create" => json!({ "source_platform": "generic", "source_url": url }),
        "api-jobs-push" => json!({ "target_platform": "generic", "target_url": url }),
        "api-secrets-select" => json!({ "secret_ids": [secret(variant)] }),
        "api-policies-create" => json!({ "policy": { "min_confidence": variant } }),
        _ => json!({}),
    }
}

async fn job(bench: &Bench, slug: &str) -> Job {
    let pushes = slug == "api-jobs-push";
    let status = [AwaitingSelection, CleanComplete][usize::from(pushes)];
    bench.policy(1).await;
    bench.policy(2).await;
    bench.job(status, 3).await
}

fn posts() -> impl Iterator<Item = &'static str> {
    let posts = ROUTES.iter().filter(|route| route.method == "POST");
    posts.map(|route| route.slug)
}

/// A request about the job, or about what else the route names.
fn about(slug: &str, job: &Job, variant: u8) -> Ask {
    match slug {
        "api-jobs-create" | "api-policies-create" => ask(),
        "api-policies-activate" => ask().path("version", policy(variant).version().as_str()),
        _ => ask().job(&job.id),
    }
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_does_nothing() {
    for slug in posts() {
        let bench = Bench::new();
        let job = job(&bench, slug).await;
        let request = about(slug, &job, 1).body(body(slug, 1)).key("key-1");
        let first = send(&bench, slug, request.clone()).await;
        assert!(first.status.is_success(), "{slug}: {first:?}");
        let (sent, stored) = (bench.queue.sent(), bench.stored(&job).await);
        let again = send(
            &bench,
            slug,
            request.at(now() + SignedDuration::from_hours(1)),
        )
        .await;
        assert_eq!(again, first, "{slug}");
        assert_eq!(bench.queue.sent(), sent, "{slug}");
        assert_eq!(bench.stored(&job).await, stored, "{slug}");
    }
}

#[tokio::test]
async fn a_refusal_is_remembered_too() {
    let bench = Bench::new();
    let request = ask().body(json!({})).key("key-1");
    let first = send(&bench, "api-jobs-create", request.clone()).await;
    assert_eq!(faults(&first), ["source_platform", "source_url"]);
    assert_eq!(send(&bench, "api-jobs-create", request).await, first);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    for slug in posts() {
        let bench = Bench::new();
        let (one, other) = (job(&bench, slug).await, job(&bench, slug).await);
        let request = about(slug, &one, 1).body(body(slug, 1)).key("key-1");
        assert!(send(&bench, slug, request).await.status.is_success());
        let sent = bench.queue.sent();
        // Another body, or where there is none another job.
        let request = about(slug, &other, 2).body(body(slug, 2)).key("key-1");
        let reply = send(&bench, slug, request).await;
        assert_eq!(told(&reply), (422, "IDEMPOTENCY_KEY_REUSED"), "{slug}");
        assert_eq!(bench.queue.sent(), sent, "{slug}");
    }
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 1).await;
    let request = ask().job(&job.id).body(json!({})).key("key-1");
    send(&bench, "api-jobs-clean", request.clone()).await;
    let reply = send(&bench, "api-jobs-push", request).await;
    assert_eq!(
        told(&reply),
        (422, "IDEMPOTENCY_KEY_REUSED"),
        "another path"
    );
}

#[tokio::test]
async fn while_the_first_is_running_the_second_is_told_so() {
    let bench = Bench::new();
    let request = ask().body(body("api-jobs-create", 1)).key("key-1");
    let first = send(&bench, "api-jobs-create", request.clone()).await;
    assert_eq!(told(&first).0, 201);
    // The same claim, under another key, that nobody ends: what a function leaves that died.
    let running = request.clone().key("key-2");
    let died = DiedInBetween(&bench);
    died.claim("key-2", &running).await;
    let reply = send(&bench, "api-jobs-create", running.clone()).await;
    assert_eq!(told(&reply), (409, "IDEMPOTENCY_KEY_IN_USE"));
    assert_eq!(reply.retry_after, Some(1));
    let later = running.at(now() + Replay::LEASE);
    let reply = send(&bench, "api-jobs-create", later).await;
    assert_eq!(told(&reply).0, 201, "its claim is void after a while");
}

/// A function that claimed a key and was never heard of again.
struct DiedInBetween<'a>(&'a Bench);

impl DiedInBetween<'_> {
    async fn claim(&self, key: &str, request: &Ask) {
        // The queue never answers, and the caller goes away: the endpoint is dropped at work.
        let mut endpoint = self.0.create_job();
        endpoint.queue = std::sync::Arc::new(Silent);
        let sending = request.clone().key(key).send(&endpoint);
        tokio::select! {
            biased;
            reply = sending => panic!("the queue was silent: {reply:?}"),
            () = std::future::ready(()) => {}
        }
        let tenant = TenantId::new(ALICE);
        let other = self.0.idempotency.begin(&tenant, key, "other", now()).await;
        assert_eq!(other.unwrap(), Replay::Mismatch, "it is claimed");
    }
}

/// A queue that never answers.
struct Silent;

#[async_trait::async_trait]
impl domain::ports::StageQueue for Silent {
    async fn send(&self, _: &domain::StageMessage) -> Result<(), domain::ports::PortError> {
        std::future::pending().await
    }

    async fn ping(&self) -> Result<(), domain::ports::PortError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn keys_are_those_of_a_workspace() {
    let bench = Bench::new();
    let request = ask().body(body("api-jobs-create", 1)).key("key-1");
    let first = send(&bench, "api-jobs-create", request.clone()).await;
    let other = send(&bench, "api-jobs-create", request.of("bob")).await;
    assert_eq!(told(&other).0, 201);
    assert_ne!(first.location, other.location);
}

#[tokio::test]
async fn a_key_has_its_limits() {
    let bench = Bench::new();
    for key in ["", "with space", "tab\there", "ü", &"x".repeat(256)] {
        let request = ask().body(body("api-jobs-create", 1)).key(key);
        let reply = send(&bench, "api-jobs-create", request).await;
        assert_eq!(faults(&reply), ["Idempotency-Key"], "{key}");
    }
    assert!(bench.queue.sent().is_empty());
}
