//! A job's policy, from POST /jobs to the clean history: it does what the same options do on the command line.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use testkit::acme;
use testkit::stock::{git, holds};

use crate::judge;
use crate::way::{deployguard, download, places};
use crate::world::World;
use crate::world::world;

/// Adds a token of Acme to the history on the server.
fn add_token(world: &World) -> String {
    let token = acme::token();
    let folder = world.repository("work");
    git(world.root.path(), &["clone", "-q", "source.git", "work"]);
    fs::write(folder.join("acme.env"), format!("A={token}\n")).unwrap();
    git(&folder, &["add", "acme.env"]);
    let identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
    git(
        &folder,
        &[&identity[..], &["commit", "-qm", "Add a file"]].concat(),
    );
    git(&folder, &["push", "-q", "origin", "HEAD"]);
    token
}

/// Findings and what was left out, of the report of a job that has come to its selection.
fn report(world: &World, id: &str) -> (BTreeSet<String>, Value) {
    let job = world.get(&format!("/jobs/{id}")).body;
    let url = job["report_url"].as_str().unwrap();
    let report: Value = serde_json::from_slice(&world.service.download(url)).unwrap();
    assert_eq!(report["policy_version"], job["job"]["policy_version"]);
    (places(&report["findings"]), report["suppressed"].clone())
}

/// The same of the program.
fn by_hand(world: &World, options: &[&str]) -> (BTreeSet<String>, Value) {
    let source = world.repository("source.git");
    let scan = ["scan", "--repo-path", source.to_str().unwrap()];
    let (code, out) = deployguard(&[&scan[..], &["--format", "json"], options].concat());
    assert_eq!(code, 1, "findings");
    let report: Value = serde_json::from_slice(&out).unwrap();
    (places(&report["findings"]), report["suppressed"].clone())
}

#[test]
fn a_policy_does_in_a_job_what_options_do_on_the_command_line() {
    let Some(world) = world() else { return };
    let token = add_token(&world);
    let plain = world.scanned();
    let (all, nothing) = report(&world, &plain);
    assert_eq!((all.len(), &nothing), (7, &Value::Null));
    assert_eq!(by_hand(&world, &[]), (all.clone(), nothing));

    let mut body = world.job("source.git", "good");
    body["policy"] = json!({ "rules": acme::RULES, "exclude_paths": ["tmp/", "*.png"] });
    let id = world.start(&body);
    let job = world.service.wait(&world.user, &id, "awaiting_selection");
    let (found, left_out) = report(&world, &id);
    assert_eq!(
        (
            &job["total_secrets_found"],
            &job["total_secrets_suppressed"]
        ),
        (&json!(6), &json!(2))
    );
    assert_eq!(found.difference(&all).count(), 1, "{found:?}");
    assert_eq!(all.difference(&found).count(), 2, "{found:?}");
    let rules = world.root.path().join("rules.yaml");
    fs::write(&rules, acme::RULES).unwrap();
    let rules = rules.to_str().unwrap();
    let options = [
        "--rules",
        rules,
        "--exclude-path",
        "tmp/",
        "--exclude-path",
        "*.png",
    ];
    assert_eq!(by_hand(&world, &options), (found, left_out));

    // What the policy found is cleaned; what it left out stays.
    let started = world.post(&format!("/jobs/{id}/clean"), &json!({}));
    assert_eq!(started.status, 202, "{}", started.body);
    world.service.wait(&world.user, &id, "clean_complete");
    let clean = download(&world, &id, "zip");
    let [tip, deep, side, tag, message, binary, deleted] = &world.secrets;
    let gone = [tip, deep, side, tag, message, &token].map(String::clone);
    judge::holds_none_of(&clean, &gone);
    let everything = judge::git(&clean, &["cat-file", "--batch-all-objects", "--batch"]);
    assert!(holds(&everything, binary) && holds(&everything, deleted));
}

#[test]
fn what_a_baseline_accepts_is_not_found_again() {
    let Some(world) = world() else { return };
    let plain = world.scanned();
    let listed = world.get(&format!("/jobs/{plain}/secrets?limit=100")).body;
    let accepted = listed["secrets"][0]["id"].clone();
    let mut body = world.job("source.git", "good");
    body["policy"] = json!({ "baseline": [accepted] });
    let id = world.start(&body);
    world.service.wait(&world.user, &id, "awaiting_selection");
    let left = world.get(&format!("/jobs/{id}/secrets?limit=100")).body;
    let left = left["secrets"].as_array().unwrap();
    assert_eq!(left.len(), 6);
    assert!(left.iter().all(|secret| secret["id"] != accepted));
    let (_, left_out) = report(&world, &id);
    assert_eq!(left_out[0]["by"], "baseline");
}

#[test]
fn a_stored_policy_is_tried_made_active_and_taken_back() {
    let Some(world) = world() else { return };
    add_token(&world);
    let policy = json!({ "rules": acme::RULES, "no_builtin_rules": true, "no_ignore": true });
    let stored = world.post("/policies", &json!({ "policy": policy }));
    assert_eq!(stored.status, 201, "{}", stored.body);
    let version = stored.body["version"].as_str().unwrap().to_owned();
    let place = format!("/policies/{version}");
    assert_eq!(stored.location, Some(format!("/api/v2{place}")));
    assert_eq!(
        world.post("/policies", &json!({ "policy": policy })).body,
        stored.body
    );
    let shown = world.get(&place).body;
    assert_eq!(shown["policy"]["rules"], acme::RULES);

    // A dry run, before it is active; then without and with it.
    let scanned = |extra: Value, end: &str| {
        let mut body = world.job("source.git", "good");
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let id = world.start(&body);
        let job = world.service.wait(&world.user, &id, end);
        (
            job["total_secrets_found"].clone(),
            job["policy_version"].clone(),
        )
    };
    let dry = json!({ "kind": "check", "policy_version": version });
    assert_eq!(scanned(dry, "completed"), (json!(1), json!(version)));
    let plain = || (json!(7), Value::Null);
    assert_eq!(scanned(json!({}), "awaiting_selection"), plain());
    let activate = |name: &str, expected: &str| {
        let body = json!({ "expected_active_version": expected });
        let answer = world.post(&format!("/policies/{name}/activate"), &body);
        (answer.status, answer.body["active_version"].clone())
    };
    assert_eq!(activate(&version, "none"), (200, json!(version)));
    assert_eq!(activate("none", "none").0, 409);
    let with = (json!(1), json!(version));
    assert_eq!(scanned(json!({}), "awaiting_selection"), with);
    let without = json!({ "policy_version": "none" });
    assert_eq!(scanned(without, "awaiting_selection"), plain());

    // To somebody else, none of it exists.
    let foreign = world.service.get("somebody-else", &place);
    let absent = world.get("/policies/policy-0000000000000000");
    assert_eq!((foreign.status, absent.status), (404, 404));
    assert_eq!(foreign.body["detail"], absent.body["detail"]);
    let listed = world.service.get("somebody-else", "/policies").body;
    assert!(!listed.to_string().contains(&version), "{listed}");

    assert_eq!(activate("none", &version), (200, Value::Null));
    let listed = world.get("/policies").body;
    assert_eq!(listed["previous_version"], version);
    assert_eq!(listed["activated_by"], world.user);
    assert_eq!(scanned(json!({}), "awaiting_selection"), plain());
}
