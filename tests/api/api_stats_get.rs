//! `GET /api/v2/stats`

use domain::JobStatus::{AwaitingSelection, Completed};
use domain::ports::JobStore as _;
use serde_json::json;

use crate::bench::{Bench, ask, faults, json};

#[tokio::test]
async fn totals_are_those_of_the_workspace() {
    let bench = Bench::new();
    let empty = ask().send(&bench.read_stats()).await;
    assert_eq!(json(&empty)["total_jobs"], 0);
    bench.job(AwaitingSelection, 4).await;
    let mut done = bench.job(Completed, 3).await;
    done.secrets_cleaned = 2;
    bench.jobs.save(&mut done, &[], None).await.unwrap();
    let reply = ask().send(&bench.read_stats()).await;
    let expected = json!({ "total_jobs": 2, "completed_jobs": 1, "total_secrets_found": 7, "total_secrets_cleaned": 2 });
    assert_eq!(json(&reply), &expected);
    let others = ask().of("bob").send(&bench.read_stats()).await;
    assert_eq!(json(&others)["total_jobs"], 0);
}

#[tokio::test]
async fn it_takes_no_parameters() {
    let bench = Bench::new();
    let request = ask().query("since", "2025");
    assert_eq!(faults(&request.send(&bench.read_stats()).await), ["since"]);
}
