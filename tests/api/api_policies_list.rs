//! `GET /api/v2/policies`

use serde_json::json;

use crate::bench::{ALICE, Bench, NOW, ask, faults, json, told};

#[tokio::test]
async fn a_workspace_without_policies_has_none_active() {
    let bench = Bench::new();
    let reply = ask().send(&bench.list_policies()).await;
    let nothing = json!({
        "policies": [],
        "active_version": null,
        "previous_version": null,
        "activated_at": null,
        "activated_by": null,
    });
    assert_eq!((told(&reply).0, json(&reply)), (200, &nothing));
    let reply = ask().query("page", "1").send(&bench.list_policies()).await;
    assert_eq!(faults(&reply), ["page"]);
}

#[tokio::test]
async fn versions_are_listed_newest_first_and_the_active_one_is_told() {
    let bench = Bench::new();
    let [one, two, three] = [
        bench.policy(1).await,
        bench.policy(2).await,
        bench.policy(3).await,
    ];
    bench.activate(&one).await;
    bench.activate(&two).await;
    let reply = ask().send(&bench.list_policies()).await;
    let row = |version, is_active| json!({ "version": version, "is_active": is_active, "created_at": NOW, "created_by": ALICE });
    let shown = json!({
        "policies": [row(&three, false), row(&two, true), row(&one, false)],
        "active_version": two,
        "previous_version": one,
        "activated_at": NOW,
        "activated_by": ALICE,
    });
    assert_eq!((told(&reply).0, json(&reply)), (200, &shown));
}
