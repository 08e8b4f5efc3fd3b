//! `Idempotency-Key`: a POST that is sent again is answered again, not done again.

use domain::ports::{IdempotencyStore, Replay};
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use crate::{ApiError, Fault, Reply, Request};

/// Runs `work` once for each key. Without a key it just runs.
pub(crate) async fn once(
    store: &dyn IdempotencyStore,
    request: &Request,
    work: impl Future<Output = Result<Reply, ApiError>> + Send,
) -> Result<Reply, ApiError> {
    let Some(key) = &request.idempotency_key else {
        return work.await;
    };
    let sane = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !sane {
        let fault = Fault::new(
            "Idempotency-Key",
            "is not 1 to 255 visible ASCII characters",
            "send a UUID, for example",
        );
        return Err(ApiError::Invalid(vec![fault]));
    }
    let tenant = request.tenant()?;
    match store
        .begin(tenant, key, &fingerprint(request), request.now)
        .await?
    {
        Replay::Done {
            status,
            location,
            body,
        } => return Ok(replay(status, location, &body)),
        Replay::Mismatch => return Err(ApiError::KeyReused),
        Replay::Running => return Err(ApiError::StillRunning),
        Replay::New => {}
    }
    let outcome = work.await;
    let reply = match &outcome {
        Err(error) if error.may_pass() => {
            if let Err(cause) = store.release(tenant, key).await {
                tracing::warn!(error = ?cause, "a key is not given back; it is free when its lease ends");
            }
            return outcome;
        }
        Err(error) => error.to_reply(&request.correlation_id),
        Ok(reply) => reply.clone(),
    };
    let body = reply
        .body
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let (status, location) = (reply.status.as_u16(), reply.location.as_deref());
    if let Err(cause) = store.finish(tenant, key, status, location, &body).await {
        // The work is done: an error here would only make the caller ask for it again.
        tracing::error!(error = ?cause, "an answer is not remembered");
    }
    Ok(reply)
}

fn replay(status: u16, location: Option<String>, body: &str) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let content_type = if status.is_client_error() {
        "application/problem+json"
    } else {
        "application/json"
    };
    Reply {
        status,
        location,
        retry_after: None,
        content_type,
        body: serde_json::from_str(body).ok(),
    }
}

/// What the key stands for: this request to this address.
fn fingerprint(request: &Request) -> String {
    let mut hasher = Sha256::new();
    hasher.update(request.target.as_bytes());
    hasher.update([0]);
    hasher.update(&request.body);
    domain::hex(&hasher.finalize())
}
