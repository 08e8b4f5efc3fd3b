//! `POST /api/v2/policies/{version}/activate`

use domain::ScanPolicy;
use serde_json::{Value, json};

use crate::bench::{ALICE, Bench, NOW, ask, faults, json, told};
use crate::policies::policy;

async fn activate(bench: &Bench, version: &str, body: Value) -> api::Reply {
    let request = ask().path("version", version).body(body);
    request.send(&bench.activate_policy()).await
}

#[tokio::test]
async fn one_goes_forth_back_and_without() {
    let bench = Bench::new();
    let (one, two) = (bench.policy(1).await, bench.policy(2).await);
    let steps = [
        (one.as_str(), json!(one), Value::Null),
        (two.as_str(), json!(two), json!(one)),
        // Twice is once.
        (two.as_str(), json!(two), json!(one)),
        (one.as_str(), json!(one), json!(two)),
        ("none", Value::Null, json!(one)),
        ("none", Value::Null, json!(one)),
        (two.as_str(), json!(two), Value::Null),
    ];
    for (version, active, previous) in steps {
        let reply = activate(&bench, version, json!({})).await;
        let shown = json!({
            "active_version": active,
            "previous_version": previous,
            "activated_at": NOW,
            "activated_by": ALICE,
        });
        assert_eq!((told(&reply).0, json(&reply)), (200, &shown), "{version}");
    }
    let bare = ask().path("version", "none");
    let reply = bare.send(&bench.activate_policy()).await;
    assert_eq!(told(&reply).0, 200, "no body will do");
}

#[tokio::test]
async fn nothing_happens_unless_what_is_expected_is_active() {
    let bench = Bench::new();
    let (one, two) = (bench.policy(1).await, bench.policy(2).await);
    for (expected, version, status) in [
        (one.as_str(), &two, 409),
        ("none", &one, 200),
        ("none", &two, 409),
        (two.as_str(), &two, 409),
        // It is so already: the first answer may have been lost.
        ("none", &one, 200),
        (one.as_str(), &two, 200),
    ] {
        let before = bench.catalog().await;
        let body = json!({ "expected_active_version": expected });
        let reply = activate(&bench, version.as_str(), body).await;
        assert_eq!(told(&reply).0, status, "{expected} {version}");
        if status == 409 {
            assert_eq!(told(&reply).1, "CONCURRENT_MODIFICATION");
            assert_eq!(bench.catalog().await, before);
        }
    }
    assert_eq!(bench.catalog().await.active(), Some(&two));
}

#[tokio::test]
async fn of_two_at_once_the_later_goes_on_from_what_the_earlier_wrote() {
    let bench = Bench::new();
    let (one, two) = (bench.policy(1).await, bench.policy(2).await);
    bench.jobs.rival(3);
    let reply = activate(&bench, one.as_str(), json!({})).await;
    assert_eq!(told(&reply).0, 200);
    // Three of the rival's writes, and none of them is lost.
    assert_eq!(bench.catalog().await.revision, 2 + 3 + 1);
    bench.jobs.rival(u32::MAX);
    let reply = activate(&bench, two.as_str(), json!({})).await;
    assert_eq!(told(&reply), (409, "CONCURRENT_MODIFICATION"));
    assert_eq!(reply.retry_after, Some(1));
    assert_eq!(bench.catalog().await.active(), Some(&one));
}

#[tokio::test]
async fn what_goes_while_it_is_made_active_does_not_become_active() {
    let bench = Bench::new();
    let version = bench.policy(1).await;
    bench.policies.forget();
    let reply = activate(&bench, version.as_str(), json!({})).await;
    assert_eq!(told(&reply), (404, "POLICY_NOT_FOUND"));
    assert_eq!(bench.catalog().await.active(), None);
}

#[tokio::test]
async fn what_is_not_stored_cannot_be_made_active() {
    let bench = Bench::new();
    bench.policy(1).await;
    let absent = policy(2).version();
    for absent in [absent.as_str(), "", "active", "policy-1"] {
        let reply = activate(&bench, absent, json!({})).await;
        assert_eq!(told(&reply), (404, "POLICY_NOT_FOUND"), "{absent}");
    }
    let wrong = json!({ "expected_active_version": "last", "surprise": 1 });
    let reply = activate(&bench, "none", wrong).await;
    assert_eq!(faults(&reply), ["expected_active_version", "surprise"]);
}

#[tokio::test]
async fn what_no_longer_fits_the_rules_cannot_be_made_active() {
    let bench = Bench::new();
    let outdated = ScanPolicy {
        only_rules: vec!["gone".to_owned()],
        ..ScanPolicy::default()
    };
    let version = bench.keep_policy(&outdated).await;
    let reply = activate(&bench, version.as_str(), json!({})).await;
    assert_eq!(faults(&reply), ["version"]);
    let told = json(&reply)["errors"][0]["message"].as_str().unwrap();
    assert!(
        told.ends_with("only_rules: entry 1 is not the id of a rule"),
        "{told}"
    );
    assert_eq!(bench.catalog().await.active(), None);
}
