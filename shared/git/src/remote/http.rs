//! HTTP for Git: two kinds of request, one credential, redirects by the rules.

use std::io::{Read, Take};

use base64::Engine as _;
use domain::Secret;
use ureq::http::{Response, StatusCode};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, BodyReader, SendBody};
use url::Url;

use super::advertisement::Advertisement;
use super::guard::{NOT_ALLOWED, PublicOnly};
use super::{Remote, RemoteError, RemotePolicy};

/// Git follows redirects of the first request only (`http.followRedirects=initial`); so do we.
const MAX_REDIRECTS: usize = 5;

/// What all refs of a server may take up: millions of them.
const MAX_LISTING: u64 = 256 << 20;

/// How many times longer than otherwise a server may be silent while it works on a request: it may have to compress or to
/// check a large pack, and what it says meanwhile may be held back on the way.
const PATIENCE: u32 = 5;

/// The two services of a Git server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    UploadPack,
    ReceivePack,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }
}

/// A connection to one repository.
pub(super) struct Client {
    agent: Agent,
    base: Url,
    host: String,
    policy: RemotePolicy,
    /// Whether the server answered in version 2 of the protocol.
    is_version_2: bool,
    /// `Authorization`, sent only to the origin that the user named.
    authorization: Option<Secret<String>>,
}

impl Client {
    pub(super) fn new(remote: &Remote) -> Result<Self, RemoteError> {
        if remote.credential.is_some() && !remote.url.is_https() && !remote.policy.allow_private {
            return Err(RemoteError::PlainCredential);
        }
        let policy = remote.policy;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("git/deployguard-", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(policy.connect_timeout))
            .timeout_connect(Some(policy.connect_timeout))
            .timeout_recv_response(Some(policy.idle_timeout))
            .timeout_per_read(Some(policy.idle_timeout))
            .timeout_per_write(Some(policy.idle_timeout))
            .build();
        let resolver = PublicOnly::new(policy.allow_private);
        let authorization = remote.credential.as_ref().map(|credential| {
            let pair = Secret::new(format!(
                "{}:{}",
                credential.username,
                credential.token.expose()
            ));
            Secret::new(format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode(pair.expose())
            ))
        });
        let base = Url::parse(remote.url.as_str()).map_err(|_| RemoteError::Protocol {
            what: "has an address that is not a URL",
        })?;
        Ok(Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
            base,
            host: remote.url.host().to_owned(),
            policy,
            is_version_2: false,
            authorization,
        })
    }

    /// What all connections are made by.
    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The host that is spoken to.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Asks for refs and capabilities. A redirect moves the client to the address that it names.
    pub(super) fn advertisement(&mut self, service: Service) -> Result<Advertisement, RemoteError> {
        for _ in 0..=MAX_REDIRECTS {
            let url = format!(
                "{}/info/refs?service={}",
                self.base.as_str().trim_end_matches('/'),
                service.name()
            );
            let mut request = self.agent.get(&url).header("Accept", "*/*");
            if service == Service::UploadPack {
                request = request.header("Git-Protocol", "version=2");
            }
            if let Some(authorization) = &self.authorization {
                request = request.header("Authorization", authorization.expose());
            }
            let response = request.call().map_err(|error| self.failed(&error))?;
            if response.status().is_redirection() {
                self.follow(&response, service)?;
                continue;
            }
            self.check(
                &response,
                &format!("application/x-{}-advertisement", service.name()),
            )?;
            let mut body = Bounded::new(response.into_body().into_reader());
            let server = Advertisement::read(&mut body, &self.host)
                .map_err(|error| body.exceeded().unwrap_or(error))?;
            self.is_version_2 = server.is_version_2;
            return Ok(server);
        }
        Err(RemoteError::Protocol {
            what: "redirects without end",
        })
    }

    /// Asks for a list, in version 2 of the protocol.
    pub(super) fn ask(&self, request: &[u8]) -> Result<Bounded<BodyReader<'static>>, RemoteError> {
        let length = Some(request.len() as u64);
        self.post(Service::UploadPack, length, request)
            .map(Bounded::new)
    }

    /// Sends a request body (in chunks, if its length is not known); gives the answer's body.
    pub(super) fn post(
        &self,
        service: Service,
        length: Option<u64>,
        mut body: impl Read,
    ) -> Result<BodyReader<'static>, RemoteError> {
        let url = format!(
            "{}/{}",
            self.base.as_str().trim_end_matches('/'),
            service.name()
        );
        let kind = format!("application/x-{}", service.name());
        let mut request = self
            .agent
            .post(&url)
            .header("Content-Type", format!("{kind}-request"));
        request = request.header("Accept", format!("{kind}-result"));
        if let Some(length) = length {
            request = request.header("Content-Length", length.to_string());
        }
        if self.is_version_2 {
            request = request.header("Git-Protocol", "version=2");
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization.expose());
        }
        let patience = Some(self.policy.idle_timeout.saturating_mul(PATIENCE));
        let response = request
            .config()
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .build()
            .send(SendBody::from_reader(&mut body))
            .map_err(|error| self.failed(&error))?;
        self.check(&response, &format!("{kind}-result"))?;
        Ok(response.into_body().into_reader())
    }

    fn follow(&mut self, response: &Response<Body>, service: Service) -> Result<(), RemoteError> {
        let bad = || RemoteError::Protocol {
            what: "redirects to an address that cannot be followed",
        };
        let location = response
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .ok_or_else(bad)?;
        let target = self.base.join(location).map_err(|_| bad())?;
        let suffix = format!("/info/refs?service={}", service.name());
        let base = target
            .as_str()
            .strip_suffix(suffix.as_str())
            .ok_or_else(bad)?;
        let base = Url::parse(base).map_err(|_| bad())?;
        let downgrade = self.base.scheme() == "https" && base.scheme() != "https";
        if downgrade
            || !matches!(base.scheme(), "http" | "https")
            || !base.username().is_empty()
            || base.password().is_some()
        {
            return Err(bad());
        }
        if base.origin() != self.base.origin() {
            self.authorization = None;
        }
        base.host_str()
            .unwrap_or_default()
            .clone_into(&mut self.host);
        self.base = base;
        Ok(())
    }

    fn check(&self, response: &Response<Body>, content_type: &str) -> Result<(), RemoteError> {
        let host = self.host.clone();
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(match self.authorization {
                    None => RemoteError::AuthenticationRequired { host },
                    Some(_) => RemoteError::AuthenticationFailed { host },
                });
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(RemoteError::Protocol {
                    what: "does not take that much at once",
                });
            }
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(RemoteError::Unreachable {
                    host,
                    reason: "it has had too many requests; try again later",
                });
            }
            status if status.is_server_error() => {
                return Err(RemoteError::Unreachable {
                    host,
                    reason: "it answers with a server error",
                });
            }
            _ => return Err(RemoteError::NotARepository { host }),
        }
        let sent = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok());
        if sent == Some(content_type) {
            Ok(())
        } else {
            Err(RemoteError::NotARepository { host })
        }
    }

    fn failed(&self, error: &ureq::Error) -> RemoteError {
        let host = self.host.clone();
        let reason = match error {
            ureq::Error::Other(cause) if cause.to_string() == NOT_ALLOWED => {
                return RemoteError::AddressNotAllowed { host };
            }
            ureq::Error::HostNotFound => "there is no host of this name",
            ureq::Error::ConnectionFailed => "it does not accept connections",
            ureq::Error::Timeout(_) => "it does not answer in time",
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "it has no valid certificate",
            ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                "it does not accept connections"
            }
            ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => {
                "it does not answer in time"
            }
            _ => "the connection failed",
        };
        RemoteError::Unreachable { host, reason }
    }
}

/// A body that may only be so long, since all of it is kept in memory.
pub(super) struct Bounded<R> {
    inner: Take<R>,
}

impl<R: Read> Bounded<R> {
    fn new(inner: R) -> Self {
        Self {
            inner: inner.take(MAX_LISTING),
        }
    }

    /// The error for a body that is too long, if it was.
    pub(super) fn exceeded(&self) -> Option<RemoteError> {
        (self.inner.limit() == 0).then_some(RemoteError::TooLarge { limit: MAX_LISTING })
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buffer)
    }
}
