//! `GET /api/v2/jobs/{id}/download`

use domain::JobStatus::{self, CleanComplete, Completed, Failed, Pushing};
use domain::keys;

use crate::bench::{ABSENT, Bench, ask, faults, told};

#[tokio::test]
async fn the_clean_history_and_what_lies_beside_it_are_led_to() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    for (format, key) in [
        (None, keys::cleaned_zip(&job.id)),
        (Some("zip"), keys::cleaned_zip(&job.id)),
        (Some("bundle"), keys::cleaned_bundle(&job.id)),
        (Some("certificate"), keys::certificate(&job.id)),
        (Some("checklist"), keys::checklist(&job.id)),
        (Some("hook"), keys::hook(&job.id)),
    ] {
        let mut request = ask().job(&job.id);
        if let Some(format) = format {
            request = request.query("format", format);
        }
        let reply = request.send(&bench.download_clean()).await;
        assert_eq!(told(&reply).0, 302);
        assert!(reply.location.unwrap().ends_with(&key));
    }
}

#[tokio::test]
async fn it_is_there_once_it_is_clean_and_until_it_is_cancelled() {
    let bench = Bench::new();
    for status in JobStatus::ALL {
        let job = bench.job(status, 1).await;
        let reply = ask().job(&job.id).send(&bench.download_clean()).await;
        let there = [CleanComplete, Pushing, Completed, Failed].contains(&status);
        let expected = if there {
            (302, "")
        } else {
            (409, "INVALID_JOB_STATE")
        };
        assert_eq!(told(&reply), expected, "{status}");
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let bench = Bench::new();
    let job = bench.job(CleanComplete, 1).await;
    for (name, value) in [("format", "tar"), ("format", ""), ("as", "zip")] {
        let request = ask().job(&job.id).query(name, value);
        assert_eq!(faults(&request.send(&bench.download_clean()).await), [name]);
    }
    let reply = ask().path("id", ABSENT).send(&bench.download_clean()).await;
    assert_eq!(told(&reply), (404, "JOB_NOT_FOUND"));
}
