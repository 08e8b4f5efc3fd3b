//! `POST /api/v2/jobs`

use domain::ports::JobStore as _;
use domain::{JobStatus, ScanPolicy, Stage, TenantId};
use serde_json::{Value, json};
use testkit::acme::RULES;

use crate::bench::{ALICE, Bench, ask, faults, json, now, told};
use crate::policies::policy;

fn body() -> Value {
    json!({ "source_platform": "github", "source_url": "https://git.example/team/shop.git" })
}

#[tokio::test]
async fn a_job_is_recorded_and_handed_to_the_first_stage() {
    let bench = Bench::new();
    let mut full = body();
    full["source_branch"] = json!("release/1.0");
    full["source_credentials_id"] = json!("cred-1");
    full["kind"] = json!("check");
    let reply = ask().body(full).send(&bench.create_job()).await;
    assert_eq!(told(&reply).0, 201);
    let job = json(&reply);
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        reply.location.as_deref(),
        Some(&*format!("/api/v2/jobs/{id}"))
    );
    for (field, value) in [
        ("status", json!("pending")),
        ("progress_percent", json!(0)),
        ("kind", json!("check")),
        ("source_platform", json!("github")),
        ("source_url", json!("https://git.example/team/shop.git")),
        ("source_branch", json!("release/1.0")),
        ("source_credentials_id", json!("cred-1")),
        ("total_secrets_found", json!(0)),
        ("created_at", json!("2025-10-09T08:53:20Z")),
        ("expires_at", json!("2025-10-16T08:53:20Z")),
        ("correlation_id", json!("correlation-1")),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    let sent = bench.queue.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].stage, sent[0].job_id.as_str()), (Stage::Fetch, id));
    assert_eq!(sent[0].correlation_id.as_str(), "correlation-1");
    let tenant = TenantId::new(ALICE);
    let stored = bench.jobs.get(&tenant, &sent[0].job_id).await.unwrap();
    assert_eq!(
        (stored.status, stored.created_at),
        (JobStatus::Pending, now())
    );
    assert_eq!(bench.history(&stored).await, ["job_created"]);
}

#[tokio::test]
async fn branch_credential_and_kind_need_not_be_sent() {
    let bench = Bench::new();
    let mut nulls = body();
    for field in ["source_branch", "source_credentials_id", "kind"] {
        nulls[field] = Value::Null;
    }
    // Null is documented for what names a repository; a kind is left out.
    nulls.as_object_mut().unwrap().remove("kind");
    for body in [body(), nulls] {
        let reply = ask().body(body).send(&bench.create_job()).await;
        let job = json(&reply);
        assert_eq!((told(&reply).0, &job["kind"]), (201, &json!("migrate")));
        assert!(job["source_branch"].is_null() && job["source_credentials_id"].is_null());
    }
}

#[tokio::test]
async fn a_policy_is_kept_with_the_job_and_named_by_its_content() {
    let bench = Bench::new();
    let policy = json!({
        "rules": RULES,
        "no_builtin_rules": false,
        "min_confidence": 70,
        "exclude_paths": ["tests/", "!tests/live.env"],
        "exclude_rules": ["jwt", "acme-token"],
        "baseline": ["secret-1f2e3d4c5b6a798001122334"],
        "no_ignore": true,
    });
    let mut versions = Vec::new();
    for sent in [policy.clone(), policy, json!({}), Value::Null] {
        let mut body = body();
        if !sent.is_null() {
            body["policy"] = sent;
        }
        let reply = ask().body(body).send(&bench.create_job()).await;
        assert_eq!(told(&reply).0, 201, "{:?}", json(&reply));
        versions.push(json(&reply)["policy_version"].clone());
    }
    assert!(versions[0].as_str().unwrap().starts_with("policy-"));
    assert!(versions[0] == versions[1] && versions[1] != versions[2]);
    assert!(versions[3].is_null());
    let sent = bench.queue.sent();
    let stored = bench.jobs.get(&TenantId::new(ALICE), &sent[0].job_id).await;
    let stored = stored.unwrap().policy.unwrap();
    assert_eq!(
        (stored.rules.as_deref(), stored.min_confidence),
        (Some(RULES), Some(70))
    );
    assert!(stored.no_ignore && stored.baseline.len() == 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_named_with_its_field() {
    let bench = Bench::new();
    let boundless = RULES.replace("{20}\\b'", "*'");
    let missed = RULES.replace("loweralnum:20", "loweralnum:19");
    let taken = RULES.replace("acme-token", "github-token");
    for (policy, field, says) in [
        (json!({ "rules": "rules: [" }), "rules", "rules.yaml:1:"),
        (json!({ "rules": boundless }), "rules", "rules.yaml:9:"),
        (
            json!({ "rules": missed }),
            "rules",
            "example 1: it is not found",
        ),
        (json!({ "rules": taken }), "rules", "already taken"),
        (json!({ "rules": "x".repeat(40_000) }), "rules", "32768"),
        (json!({ "no_builtin_rules": true }), "no_builtin_rules", ""),
        (json!({ "min_confidence": 101 }), "min_confidence", ""),
        (
            json!({ "exclude_rules": ["jwd"] }),
            "exclude_rules",
            "entry 1",
        ),
        (
            json!({ "only_rules": ["jwt"], "exclude_rules": ["jwt"] }),
            "only_rules",
            "together",
        ),
        (json!({ "exclude_paths": ["a[", ""] }), "exclude_paths", ""),
        (json!({ "baseline": 7 }), "baseline", ""),
        (json!({ "surprise": 1 }), "surprise", ""),
    ] {
        let mut body = body();
        body["policy"] = policy.clone();
        let reply = ask().body(body).send(&bench.create_job()).await;
        let named = faults(&reply);
        assert!(
            named.contains(&format!("policy.{field}")),
            "{policy}: {named:?}"
        );
        assert!(
            json(&reply)["errors"].to_string().contains(says),
            "{}",
            json(&reply)
        );
    }
    let mut body = body();
    body["policy"] = json!("strict");
    let reply = ask().body(body).send(&bench.create_job()).await;
    assert_eq!(faults(&reply), ["policy"]);
    assert!(bench.queue.sent().is_empty());
}

#[tokio::test]
async fn a_job_takes_the_active_policy_unless_it_says_otherwise() {
    let bench = Bench::new();
    let tenant = TenantId::new(ALICE);
    let (active, other) = (bench.policy(60).await, bench.policy(70).await);
    let made = async |policy: Value| {
        let mut body = body();
        body.as_object_mut()
            .unwrap()
            .extend(policy.as_object().unwrap().clone());
        let reply = ask().body(body).send(&bench.create_job()).await;
        assert_eq!(told(&reply).0, 201, "{:?}", json(&reply));
        let sent = bench.queue.take();
        let job = bench.jobs.get(&tenant, &sent[0].job_id).await;
        let stored = job.unwrap().policy;
        let version = stored.as_ref().map(ScanPolicy::version);
        assert_eq!(json(&reply)["policy_version"], json!(version));
        version
    };
    assert_eq!(made(json!({})).await, None, "nothing is active");
    bench.activate(&active).await;
    assert_eq!(made(json!({})).await.as_ref(), Some(&active));
    let nulls = json!({ "policy_version": null });
    assert_eq!(made(nulls).await.as_ref(), Some(&active));
    let named = json!({ "policy_version": other, "kind": "check" });
    assert_eq!(made(named).await, Some(other), "before it is active");
    assert_eq!(made(json!({ "policy_version": "none" })).await, None);
    let own = json!({ "policy": { "min_confidence": 80 } });
    assert_eq!(made(own).await, Some(policy(80).version()));
}

#[tokio::test]
async fn a_version_that_cannot_be_had_is_refused() {
    let bench = Bench::new();
    let outdated = ScanPolicy {
        exclude_rules: vec!["gone".to_owned()],
        ..ScanPolicy::default()
    };
    let outdated = bench.keep_policy(&outdated).await;
    let stored = bench.policy(60).await;
    for (version, policy) in [
        (json!(policy(70).version()), Value::Null),
        (json!("strict"), Value::Null),
        (json!(7), Value::Null),
        (json!(outdated), Value::Null),
        (json!(stored), json!({})),
        (json!("none"), json!({})),
    ] {
        let mut body = body();
        body["policy_version"] = version.clone();
        body["policy"] = policy;
        let reply = ask().body(body).send(&bench.create_job()).await;
        assert_eq!(faults(&reply), ["policy_version"], "{version}");
    }
    // What was made active before the rules changed is told at once too, and need not be used.
    bench.activate(&outdated).await;
    let reply = ask().body(body()).send(&bench.create_job()).await;
    assert_eq!(faults(&reply), ["policy_version"]);
    assert!(bench.queue.sent().is_empty());
    let mut without = body();
    without["policy_version"] = json!("none");
    let reply = ask().body(without).send(&bench.create_job()).await;
    assert_eq!(told(&reply).0, 201);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let bench = Bench::new();
    let wrong = json!({
        "source_platform": "svn",
        "source_branch": "a..b",
        "source_credentials_id": "not an id",
        "kind": "sweep",
        "surprise": 1,
    });
    let reply = ask().body(wrong).send(&bench.create_job()).await;
    let named = [
        "kind",
        "source_platform",
        "source_url",
        "source_branch",
        "source_credentials_id",
        "surprise",
    ];
    assert_eq!(faults(&reply), named);
    assert!(bench.queue.sent().is_empty());
}

#[tokio::test]
async fn each_field_has_its_limits() {
    let bench = Bench::new();
    let cases = [
        ("source_platform", json!("")),
        ("source_platform", json!(7)),
        ("source_platform", Value::Null),
        ("source_url", json!("git@git.example:team/shop.git")),
        ("source_url", json!("file:///etc/passwd")),
        ("source_url", json!("https://git.example/x?token=abc")),
        (
            "source_url",
            json!(format!("https://h/{}", "x".repeat(2048))),
        ),
        ("source_url", json!(["https://git.example/x"])),
        ("source_branch", json!("-x")),
        ("source_branch", json!("x".repeat(256))),
        ("source_credentials_id", json!("x".repeat(129))),
        ("kind", json!(true)),
    ];
    for (field, value) in cases {
        let mut body = body();
        body[field] = value.clone();
        let reply = ask().body(body).send(&bench.create_job()).await;
        assert_eq!(faults(&reply), [field], "{value}");
    }
    assert!(bench.queue.sent().is_empty());
}

#[tokio::test]
async fn a_credential_in_the_address_is_refused_and_not_repeated() {
    let bench = Bench::new();
    let mut body = body();
    body["source_url"] = json!("https://bob:Hidden-Value@git.example/shop.git");
    let reply = ask().body(body).send(&bench.create_job()).await;
    assert_eq!(faults(&reply), ["source_url"]);
    assert!(!json(&reply).to_string().contains("Hidden"));
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let bench = Bench::new();
    for body in [&b"{"[..], b"[]", b"null", b"\"text\"", b"\xff\xfe"] {
        let reply = ask().bytes(body).send(&bench.create_job()).await;
        assert_eq!(told(&reply), (400, "INVALID_BODY"));
    }
    let reply = ask().send(&bench.create_job()).await;
    assert_eq!(faults(&reply), ["source_platform", "source_url"]);
}

#[tokio::test]
async fn without_the_queue_there_is_no_job() {
    let bench = Bench::new();
    bench.queue.break_down(true);
    let reply = ask().body(body()).key("k").send(&bench.create_job()).await;
    assert_eq!(told(&reply), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(reply.retry_after, Some(5));
    let tenant = TenantId::new(ALICE);
    let jobs = bench.jobs.list(&tenant, None, 10, None).await.unwrap();
    assert!(jobs.items.is_empty(), "nothing is left behind");

    bench.queue.break_down(false);
    let retried = ask().body(body()).key("k").send(&bench.create_job()).await;
    assert_eq!(told(&retried).0, 201, "the key was given back");
    assert_eq!(bench.queue.sent().len(), 1);
}
