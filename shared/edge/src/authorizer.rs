//! Who is calling? A Lambda authorizer (HTTP API, payload 2.0, simple responses) for gateway mode.
//!
//! The gateway in front has checked the user and sends `X-User-ID`, with `X-Gateway-Secret` to show that it is the gateway.
//! Without the secret the user is believed only where the development switch is on.

use std::collections::HashMap;
use std::sync::Arc;

use api::Role;
use domain::ports::SecretStore;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::StartError;

/// The authorizer and all that it may touch.
pub struct Authorizer {
    /// What the gateway must show.
    pub secrets: Arc<dyn SecretStore>,
    /// Development only: believe `X-User-ID` without the gateway's secret.
    pub allow_unsigned: bool,
}

/// The part of the request that matters here.
#[derive(Deserialize)]
struct AuthorizerRequest {
    #[serde(default)]
    headers: HashMap<String, String>,
}

/// Serves the authorizer until Lambda shuts the environment down.
pub async fn serve(authorizer: Authorizer) -> Result<(), StartError> {
    telemetry::init();
    let authorizer = &authorizer;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<AuthorizerRequest>| async move {
            let answer = authorizer.answer(&event.payload.headers).await;
            Ok::<_, StartError>(answer)
        },
    ))
    .await
}

impl Authorizer {
    /// The answer for a request with these headers.
    pub async fn answer(&self, headers: &HashMap<String, String>) -> Value {
        match self.identify(headers).await {
            Some((user, role)) => json!({
                "isAuthorized": true,
                "context": { "tenant": user, "actor": user, "role": role.as_str() },
            }),
            None => json!({ "isAuthorized": false }),
        }
    }

    async fn identify(&self, headers: &HashMap<String, String>) -> Option<(String, Role)> {
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
        };
        let user = header("x-user-id").filter(|user| is_user_id(user))?;
        let role = header("x-user-role").map_or(Some(Role::User), Role::parse)?;
        if !self.allow_unsigned && !self.is_gateway(header("x-gateway-secret")?).await {
            return None;
        }
        Some((user.to_owned(), role))
    }

    async fn is_gateway(&self, shown: &str) -> bool {
        // A secret that was never filled must not be matched by a header that is empty.
        if shown.is_empty() {
            return false;
        }
        match self.secrets.gateway_secrets().await {
            Ok(known) => known
                .iter()
                .any(|secret| bool::from(secret.expose().as_bytes().ct_eq(shown.as_bytes()))),
            Err(error) => {
                tracing::error!(
                    ?error,
                    "the gateway's secret cannot be read; nobody is let in"
                );
                false
            }
        }
    }
}

/// A user id becomes part of every key: letters, digits and a few signs, 1 to 128 of them.
fn is_user_id(user: &str) -> bool {
    (1..=128).contains(&user.len())
        && user
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.@+|:".contains(&b))
}
