//! `GET /api/v2/jobs/{id}/report`

use domain::JobStatus::{self, Cancelled, Cloning, Pending, ScanComplete, Scanning};
use domain::keys;

use crate::bench::{ABSENT, Bench, ask, faults, told};

#[tokio::test]
async fn the_report_is_led_to_and_never_the_values() {
    let bench = Bench::new();
    let job = bench.job(ScanComplete, 1).await;
    let reply = ask().job(&job.id).send(&bench.read_report()).await;
    assert_eq!(told(&reply).0, 302);
    assert!(reply.location.unwrap().ends_with(&keys::report(&job.id)));
}

#[tokio::test]
async fn it_is_there_once_the_scan_is_done_and_until_the_job_is_cancelled() {
    let bench = Bench::new();
    for status in JobStatus::ALL {
        let job = bench.job(status, 1).await;
        let reply = ask().job(&job.id).send(&bench.read_report()).await;
        let absent = [Pending, Cloning, Scanning, Cancelled].contains(&status);
        let expected = if absent {
            (409, "INVALID_JOB_STATE")
        } else {
            (302, "")
        };
        assert_eq!(told(&reply), expected, "{status}");
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(ScanComplete, 1).await;
    let request = ask().job(&job.id).query("format", "html");
    assert_eq!(
        faults(&request.send(&bench.read_report()).await),
        ["format"]
    );
    let reply = ask().path("id", ABSENT).send(&bench.read_report()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
}
