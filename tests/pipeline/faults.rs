//! Things go wrong: a worker is killed, a message comes twice, a client sends twice. The job ends right all the same.

use std::process::Command;

use serde_json::{Value, json};

use crate::judge;
use crate::world::{World, world};

#[test]
fn messages_that_come_twice_and_late_change_nothing() {
    let Some(world) = world() else { return };
    let id = world.scanned();
    let before = world.get(&format!("/jobs/{id}/secrets?limit=100")).body;
    for stage in ["fetch", "scan", "report", "clean", "push"] {
        send(&world, stage, &id);
        send(&world, stage, &id);
    }
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    send(&world, "clean", &id);
    world.service.wait(&world.user, &id, "clean_complete");
    assert_eq!(
        world.get(&format!("/jobs/{id}/secrets?limit=100")).body,
        before
    );
    let events = world.get(&format!("/jobs/{id}/events?limit=100")).body;
    let states: Vec<&Value> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["to"])
        .filter(|to| !to.is_null())
        .collect();
    assert_eq!(
        states,
        [
            "cloning",
            "scanning",
            "scan_complete",
            "awaiting_selection",
            "cleaning",
            "uploading",
            "clean_complete"
        ]
    );
}

#[test]
fn a_request_that_is_sent_twice_makes_one_job() {
    let Some(world) = world() else { return };
    let body = world.job("source.git", "good");
    let send = |body: &Value, key: &str| world.service.post_once(&world.user, "/jobs", body, key);
    let (first, again) = (send(&body, "key-1"), send(&body, "key-1"));
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    let other = send(&world.job("other.git", "good"), "key-1");
    assert_eq!(
        (other.status, &other.body["code"]),
        (422, &json!("IDEMPOTENCY_KEY_REUSED"))
    );
    assert_eq!(world.get("/jobs").body["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn workers_that_are_killed_leave_a_job_that_still_ends_right() {
    let Some(world) = world() else { return };
    let id = world.start(&world.job("source.git", "good"));
    // Whatever function of a stage is running now dies in the middle of it; its message comes again.
    kill_workers();
    world.service.wait(&world.user, &id, "awaiting_selection");
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    kill_workers();
    world.service.wait(&world.user, &id, "clean_complete");
    let target = world.bare("target.git");
    let push = json!({ "target_platform": "generic", "target_url": world.git.url("target.git"), "target_credentials_id": "good" });
    assert_eq!(world.post(&format!("/jobs/{id}/push"), &push).status, 202);
    world.service.wait(&world.user, &id, "completed");
    judge::holds_none_of(&target, &world.secrets);
}

/// Puts a message for a stage into its queue once more.
fn send(world: &World, stage: &str, id: &str) {
    let stack: Value = serde_json::from_slice(&std::fs::read(&world.stack_file).unwrap()).unwrap();
    let body = json!({ "stage": stage, "tenant": world.user, "job_id": id, "correlation_id": "sent-again" });
    let script = "import boto3, json, sys; s = json.load(open(sys.argv[1])); \
                  boto3.session.Session(s['account'], 'local', region_name=s['region']).client('sqs', endpoint_url=s['endpoint'])\
                  .send_message(QueueUrl=s['queues'][sys.argv[2]], MessageBody=sys.argv[3])";
    assert!(
        stack["queues"][stage].is_string(),
        "the stack's description has no queues"
    );
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../.venv/stack/bin/python");
    let done = Command::new(python)
        .args(["-c", script])
        .arg(&world.stack_file)
        .args([stage, &body.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

/// Kills the functions of all stages that run on this machine.
fn kill_workers() {
    for stage in ["stage-fetch", "stage-scan", "stage-report", "stage-clean"] {
        let _ = Command::new("pkill").args(["-9", "-f", stage]).status();
    }
}
