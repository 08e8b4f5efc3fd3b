//! `POST /api/v2/policies`

use domain::{PolicyCatalog, PolicyVersion, ScanPolicy};
use serde_json::{Value, json};
use testkit::acme::RULES;

use crate::bench::{ALICE, Ask, Bench, NOW, ask, faults, json, told};

#[allow(clippy::needless_pass_by_value)] // reads better with json!({…})
fn store(policy: Value) -> Ask {
    ask().body(json!({ "policy": policy }))
}

#[tokio::test]
async fn a_version_is_stored_under_the_name_of_its_content_and_not_used() {
    let bench = Bench::new();
    let policy = json!({
        "rules": RULES,
        "no_builtin_rules": true,
        "min_confidence": 70,
        "exclude_paths": ["tests/", "!tests/live.env"],
        "only_rules": ["acme-token"],
        "baseline": ["secret-1f2e3d4c5b6a798001122334"],
        "no_ignore": true,
    });
    let reply = store(policy.clone()).send(&bench.create_policy()).await;
    assert_eq!(told(&reply).0, 201, "{:?}", reply.body);
    let version = json(&reply)["version"].as_str().unwrap();
    let shown =
        json!({ "version": version, "is_active": false, "created_at": NOW, "created_by": ALICE });
    assert_eq!(*json(&reply), shown);
    let place = format!("/api/v2/policies/{version}");
    assert_eq!(reply.location.as_deref(), Some(&*place));
    let stored = bench.document(&PolicyVersion::new(version)).await;
    let stored = json!(stored.unwrap());
    for (name, sent) in policy.as_object().unwrap() {
        assert_eq!(stored[name], *sent, "{name}");
    }
    assert_eq!(bench.catalog().await.active(), None);
    // A job that brings it gets the same name for it.
    let mut job = json!({ "source_platform": "github", "source_url": "https://git.example/x" });
    job["policy"] = policy;
    let job = ask().body(job).send(&bench.create_job()).await;
    assert_eq!(json(&job)["policy_version"], version);
}

#[tokio::test]
async fn the_same_content_again_is_the_same_version() {
    let bench = Bench::new();
    let one = json!({ "min_confidence": 70 });
    let first = store(one.clone()).send(&bench.create_policy()).await;
    let before = bench.catalog().await;
    // In other words, later.
    let same = json!({ "no_ignore": false, "min_confidence": 70, "only_rules": [] });
    let later = "2026-01-01T00:00:00Z".parse().unwrap();
    let again = store(same).at(later).send(&bench.create_policy()).await;
    assert_eq!(again, first);
    assert_eq!(bench.catalog().await, before);
    let other = store(json!({})).send(&bench.create_policy()).await;
    assert_ne!(json(&other)["version"], json(&first)["version"]);
    assert_eq!(bench.catalog().await.entries().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_named_as_in_a_job_and_nothing_is_stored() {
    let bench = Bench::new();
    let misspelt = RULES.replace("confidence:", "confidense:");
    for (policy, field, says) in [
        (
            json!({ "rules": misspelt }),
            "policy.rules",
            "is `confidence` meant?",
        ),
        (
            json!({ "rules": "rules: [" }),
            "policy.rules",
            "rules.yaml:1:",
        ),
        (
            json!({ "only_rules": ["jwd"] }),
            "policy.only_rules",
            "entry 1",
        ),
        (
            json!({ "min_confidence": 101 }),
            "policy.min_confidence",
            "",
        ),
        (json!({ "surprise": 1 }), "policy.surprise", ""),
        (json!("strict"), "policy", "object"),
        (Value::Null, "policy", "missing"),
    ] {
        let reply = store(policy.clone()).send(&bench.create_policy()).await;
        let named = faults(&reply);
        assert_eq!(named, [field], "{policy}");
        let told = json(&reply)["errors"].to_string();
        assert!(told.contains(says), "{told}");
    }
    let reply = ask().body(json!({})).send(&bench.create_policy()).await;
    assert_eq!(faults(&reply), ["policy"]);
    let reply = ask().bytes(b"rules: []").send(&bench.create_policy()).await;
    assert_eq!(told(&reply), (400, "INVALID_BODY"));
    assert_eq!(bench.catalog().await, PolicyCatalog::default());
}

#[tokio::test]
async fn a_document_has_its_limit_in_a_job_too() {
    let bench = Bench::new();
    // Each list is within its own limit.
    let lists = |longest: usize| {
        let entries = vec!["x".repeat(longest); 200];
        json!({ "exclude_paths": entries, "baseline": vec!["y".repeat(longest); 100] })
    };
    for (policy, fits) in [(lists(400), true), (lists(500), false)] {
        let reply = store(policy.clone()).send(&bench.create_policy()).await;
        let job = json!({
            "source_platform": "github",
            "source_url": "https://git.example/x",
            "policy": policy,
        });
        let job = ask().body(job).send(&bench.create_job()).await;
        for reply in [reply, job] {
            if fits {
                assert_eq!(told(&reply).0, 201);
            } else {
                assert_eq!(faults(&reply), ["policy"]);
            }
        }
    }
}

#[tokio::test]
async fn the_newest_versions_are_kept_and_what_is_active() {
    let bench = Bench::new();
    let oldest = bench.policy(0).await;
    bench.activate(&oldest).await;
    let kept = u8::try_from(PolicyCatalog::KEPT).unwrap();
    let numbered = |number: u8| json!({ "min_confidence": number, "no_ignore": true });
    for number in 0..kept {
        let reply = store(numbered(number)).send(&bench.create_policy()).await;
        assert_eq!(told(&reply).0, 201);
    }
    let catalog = bench.catalog().await;
    assert_eq!(catalog.entries().len(), PolicyCatalog::KEPT);
    assert_eq!(catalog.entries()[0].version, oldest);
    let first = ScanPolicy {
        min_confidence: Some(0),
        no_ignore: true,
        ..ScanPolicy::default()
    };
    let dropped = bench.document(&first.version()).await;
    assert_eq!(dropped, None, "its document is gone too");
}

#[tokio::test]
async fn two_at_once_both_come_in() {
    let bench = Bench::new();
    bench.jobs.rival(3);
    let reply = store(json!({})).send(&bench.create_policy()).await;
    assert_eq!(told(&reply).0, 201);
    bench.jobs.rival(u32::MAX);
    let reply = store(json!({ "no_ignore": true })).key("k");
    let refused = reply.clone().send(&bench.create_policy()).await;
    assert_eq!(told(&refused), (409, "CONCURRENT_MODIFICATION"));
    assert_eq!(bench.catalog().await.entries().len(), 1);
    bench.jobs.rival(0);
    let retried = reply.send(&bench.create_policy()).await;
    assert_eq!(told(&retried).0, 201, "the key was given back");
}
