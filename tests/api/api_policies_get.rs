//! `GET /api/v2/policies/{version}`

use serde_json::json;
use testkit::contracts::samples;

use crate::bench::{ALICE, Bench, NOW, ask, faults, json, told};

#[tokio::test]
async fn a_version_is_shown_with_its_whole_document() {
    let bench = Bench::new();
    let policy = samples::policy();
    let version = bench.keep_policy(&policy).await;
    for is_active in [false, true] {
        let reply = ask().path("version", version.as_str());
        let reply = reply.send(&bench.get_policy()).await;
        let shown = json!({
            "version": version,
            "is_active": is_active,
            "created_at": NOW,
            "created_by": ALICE,
            "policy": policy,
        });
        assert_eq!((told(&reply).0, json(&reply)), (200, &shown));
        if !is_active {
            bench.activate(&version).await;
        }
    }
}

#[tokio::test]
async fn what_is_not_stored_is_not_there() {
    let bench = Bench::new();
    let version = bench.policy(1).await;
    for absent in ["policy-0000000000000000", "none", "active", "", "policy-1"] {
        let reply = ask()
            .path("version", absent)
            .send(&bench.get_policy())
            .await;
        assert_eq!(told(&reply), (404, "POLICY_NOT_FOUND"), "{absent}");
    }
    let reply = ask().path("version", version.as_str()).query("full", "1");
    assert_eq!(faults(&reply.send(&bench.get_policy()).await), ["full"]);
}
