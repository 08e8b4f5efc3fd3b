//! `auth-token`: who is believed to be whom.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::{PortError, SecretStore};
use domain::{Secret, TenantId, WorkspaceKey};
use edge::authorizer::Authorizer;
use local::MemorySecrets;
use serde_json::{Value, json};

fn authorizer(allow_unsigned: bool, gateway: &[&str]) -> Authorizer {
    let secrets = MemorySecrets::new(*b"root", gateway.iter().copied());
    Authorizer {
        secrets: Arc::new(secrets),
        allow_unsigned,
    }
}

async fn ask(authorizer: &Authorizer, headers: &[(&str, &str)]) -> Value {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers: HashMap<String, String> = headers.iter().map(pair).collect();
    authorizer.answer(&headers).await
}

fn is(user: &str, role: &str) -> Value {
    json!({ "isAuthorized": true, "context": { "tenant": user, "actor": user, "role": role } })
}

fn nobody() -> Value {
    json!({ "isAuthorized": false })
}

#[tokio::test]
async fn a_user_is_believed_who_comes_through_the_gateway() {
    let authorizer = authorizer(false, &["current-secret", "previous-secret"]);
    for secret in ["current-secret", "previous-secret"] {
        let headers = [("X-User-ID", "alice"), ("x-gateway-secret", secret)];
        assert_eq!(ask(&authorizer, &headers).await, is("alice", "user"));
    }
    for (role, answer) in [
        ("admin", is("alice", "admin")),
        ("readonly", is("alice", "readonly")),
        ("owner", nobody()),
        ("", nobody()),
    ] {
        let secret = ("x-gateway-secret", "current-secret");
        let headers = [("x-user-id", "alice"), secret, ("X-User-Role", role)];
        assert_eq!(ask(&authorizer, &headers).await, answer, "{role}");
    }
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let authorizer = authorizer(false, &["current-secret"]);
    for secret in [
        "",
        "wrong",
        "current-secre",
        "current-secret2",
        "Current-secret",
    ] {
        let headers = [("x-user-id", "alice"), ("x-gateway-secret", secret)];
        assert_eq!(ask(&authorizer, &headers).await, nobody(), "{secret}");
    }
    assert_eq!(ask(&authorizer, &[("x-user-id", "alice")]).await, nobody());
    let secret = ("x-gateway-secret", "current-secret");
    assert_eq!(ask(&authorizer, &[secret]).await, nobody());
    let long = "x".repeat(129);
    for user in ["", "a b", "a#b", "a/b", "alice,bob", "ü", "a\nb", &long] {
        let headers = [("x-user-id", user), secret];
        assert_eq!(ask(&authorizer, &headers).await, nobody(), "{user}");
    }
}

#[tokio::test]
async fn a_secret_that_is_empty_lets_nobody_in() {
    for gateway in [&[][..], &[""]] {
        let authorizer = authorizer(false, gateway);
        let headers = [("x-user-id", "alice"), ("x-gateway-secret", "")];
        assert_eq!(ask(&authorizer, &headers).await, nobody());
    }
}

#[tokio::test]
async fn the_development_switch_believes_everybody_with_a_name() {
    let authorizer = authorizer(true, &["current-secret"]);
    let headers = [("x-user-id", "alice")];
    assert_eq!(ask(&authorizer, &headers).await, is("alice", "user"));
    assert_eq!(ask(&authorizer, &[]).await, nobody());
    assert_eq!(ask(&authorizer, &[("x-user-id", "a b")]).await, nobody());
}

#[tokio::test]
async fn when_the_secret_cannot_be_read_nobody_is_let_in() {
    struct Down;

    #[async_trait]
    impl SecretStore for Down {
        async fn workspace_key(&self, _: &TenantId) -> Result<WorkspaceKey, PortError> {
            Err(PortError::unavailable("down"))
        }

        async fn gateway_secrets(&self) -> Result<Vec<Secret<String>>, PortError> {
            Err(PortError::unavailable("down"))
        }
    }

    let authorizer = Authorizer {
        secrets: Arc::new(Down),
        allow_unsigned: false,
    };
    let headers = [("x-user-id", "alice"), ("x-gateway-secret", "any")];
    assert_eq!(ask(&authorizer, &headers).await, nobody());
}

#[tokio::test]
async fn the_example_event_is_understood() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/auth-token.json");
    let event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let secret = event["headers"]["x-gateway-secret"].as_str().unwrap();
    let headers = serde_json::from_value(event["headers"].clone()).unwrap();
    let answer = authorizer(false, &[secret]).answer(&headers).await;
    assert_eq!(answer, is("alice", "user"));
    let answer = authorizer(false, &["another"]).answer(&headers).await;
    assert_eq!(answer, nobody());
}
