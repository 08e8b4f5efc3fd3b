//! EventBridge in, one round of a [`Sweep`] in the middle. What the event says does not matter: it is time.

use domain::Sweep;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};

use crate::{StartError, usage::Usage};

/// Serves one sweep until Lambda shuts the environment down.
pub async fn serve<S: Sweep>(sweep: S) -> Result<(), StartError> {
    telemetry::init();
    let sweep = &sweep;
    lambda_runtime::run(service_fn(move |_event: LambdaEvent<Value>| async move {
        let before = Usage::now();
        let changed = sweep
            .run(Timestamp::now())
            .await
            .inspect_err(|error| tracing::error!(sweep = S::NAME, ?error, "failed"))?;
        let used = Usage::now().since(&before);
        tracing::info!(sweep = S::NAME, changed, wall_ms = used.wall_ms, "done");
        Ok::<_, StartError>(json!({ "changed": changed }))
    }))
    .await
}
