//! Git credentials from the credential service: asked for when they are used, kept nowhere.
//!
//! `GET {base}/api/credentials/{id}` with the tenant in `X-User-ID` answers `{"username","token"}`.
//! Redirects are not followed, no proxy is used, and nothing of an answer reaches a log or an error.

mod error;

pub use error::AuthServiceError;

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{CredentialBroker, PortError};
use domain::{CredentialId, GitCredential, Secret, TenantId};
use serde::Deserialize;
use ureq::Agent;
use url::Url;

/// How long the service may take, altogether.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer, in bytes.
const ANSWER: u64 = 64 * 1024;

/// The credential service.
#[derive(Clone, Debug)]
pub struct AuthService {
    agent: Agent,
    base: Url,
}

#[derive(Deserialize)]
struct Answer {
    username: String,
    token: String,
}

impl AuthService {
    /// The service at `base`, an `http` or `https` address.
    pub fn new(base: &str) -> Result<Self, AuthServiceError> {
        let base = Url::parse(base).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.has_host()
        });
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Ok(Self {
            agent: config.into(),
            base: base.ok_or(AuthServiceError::Address)?,
        })
    }

    /// The address of one credential, or none if it cannot have one.
    fn address(&self, id: &CredentialId) -> Option<Url> {
        // A URL would take these for the folder itself and the one above.
        if matches!(id.as_str(), "" | "." | "..") {
            return None;
        }
        let mut url = self.base.clone();
        let mut path = url.path_segments_mut().ok()?;
        path.pop_if_empty()
            .extend(["api", "credentials", id.as_str()]);
        drop(path);
        Some(url)
    }

    fn ask(&self, tenant: &str, url: &Url) -> Result<GitCredential, PortError> {
        let request = self.agent.get(url.as_str()).header("X-User-ID", tenant);
        let answer = request.header("Accept", "application/json").call();
        let mut answer = answer.map_err(|error| AuthServiceError::not_reached(&error))?;
        match answer.status().as_u16() {
            200 => {}
            404 => return Err(PortError::NotFound),
            401 | 403 => return Err(PortError::Denied),
            status => return Err(AuthServiceError::Status { status }.into()),
        }
        let body = answer.body_mut().with_config().limit(ANSWER).read_to_vec();
        let body = Secret::new(body.map_err(|error| AuthServiceError::not_reached(&error))?);
        // What serde would say could quote the answer.
        let parsed: Option<Answer> = serde_json::from_slice(body.expose()).ok();
        let parsed = parsed.ok_or(AuthServiceError::Malformed)?;
        let token = Secret::new(parsed.token);
        if token.expose().is_empty() {
            return Err(AuthServiceError::Malformed.into());
        }
        Ok(GitCredential {
            username: parsed.username,
            token,
        })
    }
}

#[async_trait]
impl CredentialBroker for AuthService {
    async fn get(&self, tenant: &TenantId, id: &CredentialId) -> Result<GitCredential, PortError> {
        let url = self.address(id).ok_or(PortError::NotFound)?;
        let (service, tenant) = (self.clone(), tenant.as_str().to_owned());
        let asked = tokio::task::spawn_blocking(move || service.ask(&tenant, &url)).await;
        asked.unwrap_or_else(|_| Err(AuthServiceError::Interrupted.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::AuthService;
    use domain::CredentialId;

    #[test]
    fn an_id_is_one_segment_of_the_path_whatever_it_holds() {
        let service = AuthService::new("https://auth.example/v1/").unwrap();
        let address = |id: &str| service.address(&CredentialId::new(id)).map(String::from);
        let expected = "https://auth.example/v1/api/credentials/a%2F..%2Fb%3Fc";
        assert_eq!(address("a/../b?c").as_deref(), Some(expected));
        assert!(address("%2e%2e").unwrap().ends_with("/%252e%252e"));
        assert_eq!(address(".."), None);
        assert_eq!(address(""), None);
    }

    #[test]
    fn only_web_addresses_are_taken() {
        for wrong in ["", "auth.example", "file:///etc", "https://h/?q=1"] {
            assert!(AuthService::new(wrong).is_err(), "{wrong}");
        }
    }
}
