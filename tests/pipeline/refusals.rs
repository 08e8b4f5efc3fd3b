//! Bad input: each kind ends in a clear error, and nothing is lost.

use serde_json::{Value, json};
use testkit::Fault;

use crate::world::{GIT_PASSWORD, world};

#[test]
fn what_cannot_be_fetched_fails_the_job_with_its_reason() {
    let Some(world) = world() else { return };
    world.bare("empty.git");
    let with_branch = |name: &str| {
        let mut body = world.job("source.git", "good");
        body["source_branch"] = json!(name);
        body
    };
    let mut unreachable = world.job("source.git", "good");
    unreachable["source_url"] = json!("http://127.0.0.1:1/nothing.git");
    let mut anonymous = world.job("source.git", "good");
    anonymous
        .as_object_mut()
        .unwrap()
        .remove("source_credentials_id");
    let cases: [(Value, &str); 7] = [
        (with_branch("no-such-branch"), "BRANCH_NOT_FOUND"),
        (unreachable, "REPOSITORY_UNREACHABLE"),
        (world.job("source.git", "wrong"), "INVALID_CREDENTIALS"),
        (anonymous, "INVALID_CREDENTIALS"),
        (
            world.job("source.git", "never-stored"),
            "CREDENTIALS_UNAVAILABLE",
        ),
        (world.job("nothing.git", "good"), "NOT_A_REPOSITORY"),
        (world.job("empty.git", "good"), "REPOSITORY_EMPTY"),
    ];
    for (body, code) in cases {
        let id = world.start(&body);
        let job = world.service.wait(&world.user, &id, "failed");
        assert_eq!(job["error_code"], code, "{job}");
        assert!(job["status_message"].as_str().unwrap().len() > 10);
        assert!(!job.to_string().contains(GIT_PASSWORD));
    }
    world.git.fail(Fault::CutAfter(900));
    let id = world.start(&world.job("source.git", "good"));
    assert_eq!(
        world.service.wait(&world.user, &id, "failed")["error_code"],
        "REPOSITORY_CORRUPT"
    );
}

#[test]
fn what_is_asked_wrongly_is_refused_with_the_field_and_the_remedy() {
    let Some(world) = world() else { return };
    let refused = world.post(
        "/jobs",
        &json!({ "source_platform": "svn", "source_url": "https://u:p@h/x", "surprise": 1 }),
    );
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (422, &json!("INVALID_REQUEST"))
    );
    let fields: Vec<&str> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["source_platform", "source_url", "surprise"]);
    let id = world.scanned();
    let absent = world.get("/jobs/0199aaaa-0000-7000-8000-000000000000");
    let foreign = world.service.get("somebody-else", &format!("/jobs/{id}"));
    assert_eq!((absent.status, foreign.status), (404, 404));
    assert_eq!(absent.body["detail"], foreign.body["detail"]);
    let unknown = world.post(
        &format!("/jobs/{id}/secrets/select"),
        &json!({ "secret_ids": ["secret-000"] }),
    );
    assert_eq!(unknown.status, 422);
    let early = world.post(
        &format!("/jobs/{id}/push"),
        &json!({ "target_platform": "generic", "target_url": world.git.url("t.git") }),
    );
    assert_eq!(
        (early.status, &early.body["code"]),
        (409, &json!("INVALID_JOB_STATE"))
    );
    assert_eq!(
        world
            .post(
                &format!("/jobs/{id}/secrets/select"),
                &json!({ "secret_ids": [] })
            )
            .body["selected_count"],
        0
    );
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).body["code"],
        "NO_SECRETS_SELECTED"
    );
    assert_eq!(
        world
            .service
            .delete(&world.user, &format!("/jobs/{id}"))
            .status,
        204
    );
    assert_eq!(
        world
            .service
            .delete(&world.user, &format!("/jobs/{id}"))
            .status,
        204
    );
    assert_eq!(
        world.get(&format!("/jobs/{id}")).body["job"]["status"],
        "cancelled"
    );
}

#[test]
fn a_push_that_would_overwrite_fails_and_leaves_the_target_as_it_was() {
    let Some(world) = world() else { return };
    let target = world.bare("target.git");
    let tree = testkit::stock::git(&target, &["mktree"]);
    let commit = testkit::stock::git(&target, &["commit-tree", "-m", "theirs", tree.trim()]);
    testkit::stock::git(&target, &["update-ref", "refs/heads/main", commit.trim()]);
    let before = crate::judge::refs(&target);
    let id = world.scanned();
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    world.service.wait(&world.user, &id, "clean_complete");
    let push = json!({ "target_platform": "generic", "target_url": world.git.url("target.git"), "target_credentials_id": "good" });
    assert_eq!(world.post(&format!("/jobs/{id}/push"), &push).status, 202);
    assert_eq!(
        world.service.wait(&world.user, &id, "failed")["error_code"],
        "PUSH_CONFLICT"
    );
    assert_eq!(crate::judge::refs(&target), before);
}
