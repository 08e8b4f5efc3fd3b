//! `GET /api/v2/health/ready`

use serde_json::json;

use crate::bench::{Bench, ask, json, told};

#[tokio::test]
async fn it_is_ready_when_everything_answers() {
    let bench = Bench::new();
    let reply = ask().send(&bench.health_ready()).await;
    assert_eq!(told(&reply).0, 200);
    let services = json!({ "queue": true, "storage": true, "database": true });
    let expected = json!({ "status": "ready", "services": services });
    assert_eq!(json(&reply), &expected);
}

#[tokio::test]
async fn it_says_what_does_not_answer() {
    let bench = Bench::new();
    bench.queue.break_down(true);
    let reply = ask().send(&bench.health_ready()).await;
    assert_eq!((told(&reply).0, reply.retry_after), (503, Some(5)));
    let body = json(&reply);
    assert_eq!(body["status"], "not_ready");
    assert_eq!(body["message"], "not answering: queue");
    assert_eq!(
        body["services"],
        json!({ "queue": false, "storage": true, "database": true })
    );

    bench.jobs.break_down(true);
    // A file where the bucket's folder should be.
    std::fs::write(bench.folder.path().join("bucket.file"), b"").unwrap();
    let mut ready = bench.health_ready();
    let broken = bench.folder.path().join("bucket.file");
    ready.blobs = std::sync::Arc::new(local::DirectoryBlobs::new(broken.join("below")));
    let reply = ask().send(&ready).await;
    let message = "not answering: queue, storage, database";
    assert_eq!(json(&reply)["message"], message);
}
