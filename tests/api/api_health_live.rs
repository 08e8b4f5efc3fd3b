//! `GET /api/v2/health`

use api::HealthLive;
use serde_json::json;

use crate::bench::{ask, json, told};

#[tokio::test]
async fn it_is_alive_for_anybody() {
    let mut nobody = ask();
    nobody.0.caller = None;
    let reply = nobody.send(&HealthLive).await;
    assert_eq!(told(&reply).0, 200);
    assert_eq!(
        json(&reply),
        &json!({ "status": "healthy", "service": "deployguard-api" })
    );
}
