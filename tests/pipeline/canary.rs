//! Planted secrets and credentials are looked for in everything that a run leaves behind: only the encrypted report may have them.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use testkit::stock::holds;

use crate::world::{GIT_PASSWORD, world};

#[test]
fn no_secret_is_in_any_item_message_log_or_report() {
    let Some(world) = world() else { return };
    let id = world.scanned();
    let job = world.get(&format!("/jobs/{id}")).body;
    let report = world.service.download(job["report_url"].as_str().unwrap());
    let answers = [
        job.to_string(),
        world.get(&format!("/jobs/{id}/secrets")).body.to_string(),
        world.get(&format!("/jobs/{id}/events")).body.to_string(),
    ];
    // A push that is refused by name, so that errors are searched too.
    let wrong = world.start(&world.job("source.git", "wrong"));
    world.service.wait(&world.user, &wrong, "failed");
    assert_eq!(
        world.post(&format!("/jobs/{id}/clean"), &json!({})).status,
        202
    );
    world.service.wait(&world.user, &id, "clean_complete");

    let kept = dump(&world.stack_file);
    assert!(
        holds(&kept, &id) && holds(&kept, "LOG "),
        "the dump has nothing of this run"
    );
    let canaries = world
        .secrets
        .iter()
        .map(String::as_str)
        .chain([GIT_PASSWORD]);
    for canary in canaries {
        assert!(
            !holds(&kept, canary),
            "a canary is in a table, a queue or a log"
        );
        assert!(
            !holds(&report, canary),
            "a canary is in the report that users read"
        );
        assert!(
            answers.iter().all(|answer| !answer.contains(canary)),
            "a canary is in an answer"
        );
    }
}

/// Table items, queue messages and logs of the whole stack.
fn dump(stack_file: &Path) -> Vec<u8> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(here.join("../.venv/stack/bin/python"))
        .arg(here.join("stack/dump.py"))
        .arg(stack_file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
