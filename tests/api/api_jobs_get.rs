//! `GET /api/v2/jobs/{id}`

use domain::JobStatus::{
    AwaitingSelection, Cancelled, CleanComplete, Cloning, Completed, Failed, Scanning,
};
use domain::ports::JobStore as _;

use crate::bench::{ABSENT, Bench, ask, faults, json, secret, told};

#[tokio::test]
async fn a_job_comes_with_its_secrets_and_links() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 3).await;
    let reply = ask().job(&job.id).send(&bench.get_job()).await;
    let body = json(&reply);
    assert_eq!(body["job"]["id"], job.id.as_str());
    assert_eq!(body["job"]["status"], "clean_complete");
    assert_eq!(body["job"]["total_secrets_found"], 3);
    let secrets = body["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 3);
    assert_eq!(secrets[1]["id"], secret(1));
    assert_eq!(secrets[1]["secret_value_preview"], "abc...xyz");
    assert_eq!(secrets[1]["file_path"], "config/database.yml");
    assert_eq!(secrets[1]["selected_for_cleaning"], true);
    assert_eq!(secrets[1]["is_false_positive"], false);
    let link = |name: &str| body[name].as_str().unwrap().to_owned();
    assert!(link("download_url").ends_with("cleaned_repo.zip"));
    assert!(link("report_url").ends_with("scan_report.json"));
}

#[tokio::test]
async fn links_are_there_when_what_they_lead_to_is() {
    let bench = Bench::new();
    for (status, report, clean) in [
        (Cloning, false, false),
        (Scanning, false, false),
        (AwaitingSelection, true, false),
        (CleanComplete, true, true),
        (Completed, true, true),
        (Failed, true, true),
        (Cancelled, false, false),
    ] {
        let job = bench.job(status, 1).await;
        let reply = ask().job(&job.id).send(&bench.get_job()).await;
        let body = json(&reply);
        let found = (
            body["report_url"].is_string(),
            body["download_url"].is_string(),
        );
        assert_eq!(found, (report, clean), "{status}");
        let late = ask().job(&job.id).at(job.expires_at);
        let reply = late.send(&bench.get_job()).await;
        assert!(json(&reply)["report_url"].is_null(), "{status}, expired");
    }
}

#[tokio::test]
async fn many_secrets_go_on_at_the_list() {
    let bench = Bench::new();
    let job = bench.job(AwaitingSelection, 60).await;
    let reply = ask().job(&job.id).send(&bench.get_job()).await;
    let body = json(&reply);
    assert_eq!(body["secrets"].as_array().unwrap().len(), 50);
    let cursor = body["next_cursor"].as_str().unwrap();
    let rest = ask().job(&job.id).query("cursor", cursor);
    let reply = rest.send(&bench.list_secrets()).await;
    assert_eq!(json(&reply)["secrets"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_waiting_request_is_answered_when_something_changes() {
    let bench = Bench::new();
    let mut job = bench.job(Scanning, 0).await;
    let before = job.version;
    let endpoint = bench.get_job();
    let waiting = ask().job(&job.id).query("wait", "25").send(&endpoint);
    let (jobs, id) = (bench.jobs.clone(), job.id.clone());
    let working = async {
        while jobs.looks() < 2 {
            tokio::task::yield_now().await;
        }
        job.progress_percent = 30;
        jobs.save(&mut job, &[], None).await.unwrap();
    };
    let (reply, ()) = tokio::join!(waiting, working);
    assert_eq!(json(&reply)["job"]["progress_percent"], 30);

    // What has changed since the caller last looked is told at once.
    let looks = bench.jobs.looks();
    let seen = before.to_string();
    let behind = ask().job(&id).query("wait", "25").query("version", &seen);
    assert_eq!(told(&behind.send(&endpoint).await).0, 200);
    assert_eq!(bench.jobs.looks(), looks + 1);
}

#[tokio::test]
async fn a_waiting_request_is_answered_when_its_time_is_over_or_nothing_can_change() {
    let bench = Bench::new();
    let endpoint = bench.get_job();
    for (status, waits) in [(Scanning, true), (Completed, false)] {
        let job = bench.job(status, 0).await;
        let looks = bench.jobs.looks();
        let request = ask().job(&job.id).query("wait", "1");
        let reply = request.send(&endpoint).await;
        assert_eq!(json(&reply)["job"]["status"], status.as_str());
        assert_eq!(bench.jobs.looks() > looks + 1, waits, "{status}");
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_named() {
    let bench = Bench::new();
    let job = bench.job(Scanning, 0).await;
    for (name, value) in [("wait", "26"), ("wait", "x"), ("version", "-1"), ("x", "1")] {
        let request = ask().job(&job.id).query(name, value);
        assert_eq!(faults(&request.send(&bench.get_job()).await), [name]);
    }
    for id in [ABSENT, "1", "", "../../x", "' or 1=1"] {
        let reply = ask().path("id", id).send(&bench.get_job()).await;
        assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
    }
}
