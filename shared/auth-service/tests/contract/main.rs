//! The credential service's client keeps the contract of its port, against a server on loopback.

// The whole file is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

mod server;

use auth_service::AuthService;
use domain::ports::{CredentialBroker as _, PortError};
use domain::{CredentialId, GitCredential, Secret, TenantId};
use server::Server;

async fn ask(base: &str) -> Result<GitCredential, PortError> {
    let service = AuthService::new(base).unwrap();
    let (tenant, id) = (TenantId::new("team-1"), CredentialId::new("cred-1"));
    service.get(&tenant, &id).await
}

#[tokio::test]
async fn the_owners_credential_or_nothing() {
    let token = "made-up-token";
    let server = Server::start(move |request| {
        assert!(request.starts_with("GET /auth/api/credentials/"));
        let owner = request.contains("\r\nx-user-id: team-1\r\n");
        if owner && request.starts_with("GET /auth/api/credentials/cred-1 ") {
            let body = format!(r#"{{"username":"bob","token":"{token}","more":1}}"#);
            server::answer("200 OK", &body)
        } else {
            server::answer("404 Not Found", "{}")
        }
    });
    let service = AuthService::new(&format!("{}/auth/", server.base())).unwrap();
    let expected = GitCredential {
        username: "bob".to_owned(),
        token: Secret::new(token.to_owned()),
    };
    let (tenant, id) = (TenantId::new("team-1"), CredentialId::new("cred-1"));
    testkit::contracts::credential_broker_contract(&service, &tenant, &id, &expected).await;
}

#[tokio::test]
async fn a_refusal_is_a_refusal() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = Server::start(move |_| server::answer(status, "no"));
        let refused = ask(&server.base()).await;
        assert!(matches!(refused, Err(PortError::Denied)), "{refused:?}");
    }
}

#[tokio::test]
async fn whatever_else_comes_is_unavailable_and_is_not_repeated() {
    let canary = "canary-token";
    let document = format!(r#"{{"username":"bob","token":"{canary}"}}"#);
    for answer in [
        server::answer("500 Internal Server Error", &document),
        server::answer("429 Too Many Requests", &document),
        server::answer("200 OK", canary),
        server::answer("200 OK", &format!(r#"{{"token":"{canary}"}}"#)),
        server::answer(
            "200 OK",
            &format!(r#"{{"username":"{canary}","token":""}}"#),
        ),
        server::answer("200 OK", &document.replace(canary, &canary.repeat(10_000))),
        format!("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{document}"),
        format!("{canary}\r\n\r\n"),
        String::new(),
    ] {
        let server = Server::start(move |_| answer.clone());
        let error = ask(&server.base()).await;
        assert!(matches!(error, Err(PortError::Unavailable(_))), "{error:?}");
        assert!(!format!("{error:?}").contains(canary), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere =
        Server::start(|_| server::answer("200 OK", r#"{"username":"eve","token":"made-up"}"#));
    let location = format!("{}/api/credentials/cred-1", elsewhere.base());
    let server = Server::start(move |_| {
        format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
    });
    let error = ask(&server.base()).await;
    assert!(matches!(error, Err(PortError::Unavailable(_))), "{error:?}");
    assert_eq!(elsewhere.asked(), 0);
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_service_that_is_down_is_unavailable() {
    let base = Server::start(|_| String::new()).base();
    let error = ask(&base.replace("127.0.0.1", "service.invalid")).await;
    assert!(matches!(error, Err(PortError::Unavailable(_))), "{error:?}");
    let error = ask("http://127.0.0.1:1").await;
    assert!(matches!(error, Err(PortError::Unavailable(_))), "{error:?}");
}

#[tokio::test]
async fn a_service_that_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let error = ask(&base).await;
    assert!(matches!(error, Err(PortError::Unavailable(_))), "{error:?}");
    assert!(format!("{error:?}").contains("in time"), "{error:?}");
}
