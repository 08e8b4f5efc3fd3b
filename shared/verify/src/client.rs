//! The one client that values are sent by: known hosts, https, no redirects, no proxies, limits of time, size and number.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _};
use std::net::SocketAddr;
use std::time::Duration;

use git::remote::{NOT_ALLOWED, PublicOnly};
use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::definition::Definition;
use crate::hosts::HOSTS;
use crate::request::{self, Addressed};
use crate::validity::Validity;

/// How much one scan may ask, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one request, from the host's name to the answer's last byte.
    pub timeout: Duration,
    /// Between two requests to one host.
    pub pause: Duration,
    /// For all waiting that hosts ask for (`Retry-After`), together.
    pub patience: Duration,
    /// All requests.
    pub requests: u64,
    /// Bytes of one answer.
    pub answer: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            pause: Duration::from_millis(250),
            patience: Duration::from_secs(30),
            requests: 500,
            answer: 1 << 20,
        }
    }
}

/// Where requests go.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    /// To the providers.
    Providers,
    /// To a server on this machine that plays them all, for tests.
    Loopback(Loopback),
}

/// An address that does not leave the machine.
#[derive(Clone, Copy, Debug)]
pub struct Loopback(SocketAddr);

impl Loopback {
    /// None for an address that leaves the machine.
    pub fn new(address: SocketAddr) -> Option<Self> {
        address.ip().is_loopback().then_some(Self(address))
    }
}

/// The client of one scan.
pub(crate) struct Client<'c> {
    agent: Agent,
    scheme: &'static str,
    limits: Limits,
    clock: &'c dyn Clock,
    /// When each host was asked last.
    asked: HashMap<&'static str, Duration>,
    /// Hosts that are not asked any more, and why.
    given_up: HashMap<&'static str, Validity>,
    patience: Duration,
    pub(crate) requests: u64,
}

impl<'c> Client<'c> {
    pub(crate) fn new(route: Route, limits: Limits, clock: &'c dyn Clock) -> Self {
        let (scheme, way) = match route {
            Route::Providers => ("https", Way::Public(PublicOnly::new(false))),
            Route::Loopback(Loopback(address)) => ("http", Way::Loopback(address)),
        };
        Self::by(scheme, way, TlsConfig::default(), limits, clock)
    }

    fn by(
        scheme: &'static str,
        way: Way,
        tls: TlsConfig,
        limits: Limits,
        clock: &'c dyn Clock,
    ) -> Self {
        let config = Agent::config_builder()
            .https_only(scheme == "https")
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("deployguard/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(limits.timeout))
            .build();
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), way),
            scheme,
            limits,
            clock,
            asked: HashMap::new(),
            given_up: HashMap::new(),
            patience: limits.patience,
            requests: 0,
        }
    }

    /// Asks one host about one value, and what stands beside it. A host that does not answer, or is asked too much, is left
    /// alone from then on.
    pub(crate) fn ask(
        &mut self,
        definition: &Definition,
        host: &'static str,
        value: &str,
        beside: &str,
    ) -> Result<Answer, Validity> {
        if !HOSTS.contains(&host) {
            return Err(Validity::NotSupported);
        }
        loop {
            if let Some(reason) = self.given_up.get(host) {
                return Err(*reason);
            }
            let response = match self.send(definition, host, value, beside) {
                Ok(response) => response,
                Err(reason) => return Err(self.give_up(host, reason)),
            };
            let status = response.status().as_u16();
            match status {
                429 if self.waits(&response) => {}
                429 => return Err(self.give_up(host, Validity::RateLimited { host })),
                300..400 => return Err(Validity::Redirected { host }),
                500.. => return Err(Validity::ServerError { host, status }),
                _ => return self.read(response, host),
            }
        }
    }

    fn give_up(&mut self, host: &'static str, reason: Validity) -> Validity {
        if reason != Validity::Budget {
            self.given_up.insert(host, reason);
        }
        reason
    }

    /// Waits as long as the host asks for, if that is little enough.
    fn waits(&mut self, response: &Response<Body>) -> bool {
        let header = response.headers().get("retry-after");
        let seconds = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        // Without a number the host does not say when to come back.
        let Some(time) = seconds.map(|seconds: u64| Duration::from_secs(seconds.max(1))) else {
            return false;
        };
        let Some(left) = self.patience.checked_sub(time) else {
            return false;
        };
        self.patience = left;
        self.clock.wait(time);
        true
    }

    fn send(
        &mut self,
        definition: &Definition,
        host: &'static str,
        value: &str,
        beside: &str,
    ) -> Result<Response<Body>, Validity> {
        if self.requests >= self.limits.requests {
            return Err(Validity::Budget);
        }
        self.requests += 1;
        if let Some(last) = self.asked.get(host) {
            let due = *last + self.limits.pause;
            let early = due.saturating_sub(self.clock.now());
            if !early.is_zero() {
                self.clock.wait(early);
            }
        }
        self.asked.insert(host, self.clock.now());
        let addressed = Addressed {
            scheme: self.scheme,
            host,
            value,
            beside,
        };
        let (parts, body) = request::build(definition, &addressed, self.clock.today())?;
        let sent = match body {
            None => parts.body(()).map(|request| self.agent.run(request)),
            Some(body) => parts.body(body).map(|request| self.agent.run(request)),
        };
        // What cannot be made into a request is the value's fault; the error might show it.
        let sent = sent.map_err(|_| Validity::NotSendable)?;
        sent.map_err(|error| unreachable(host, &error))
    }

    fn read(&self, response: Response<Body>, host: &'static str) -> Result<Answer, Validity> {
        let status = response.status().as_u16();
        let limit = self.limits.answer;
        let mut bytes = Vec::new();
        let mut reader = response.into_body().into_reader().take(limit + 1);
        if reader.read_to_end(&mut bytes).is_err() {
            let why = "breaks off its answer";
            return Err(Validity::Unreachable { host, why });
        }
        if bytes.len() as u64 > limit {
            return Err(Validity::TooLarge { host });
        }
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into());
        Ok(Answer { status, body })
    }
}

const NO_CERTIFICATE: &str = "has no valid certificate";

/// In words of ours: the error's own may show the URL.
fn unreachable(host: &'static str, error: &ureq::Error) -> Validity {
    let why = match error {
        ureq::Error::Other(cause) if cause.to_string() == NOT_ALLOWED => {
            "leads to an address that is not public"
        }
        ureq::Error::HostNotFound => "cannot be found",
        ureq::Error::Timeout(_) => "does not answer in time",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => NO_CERTIFICATE,
        // As what rustls says of a certificate arrives here.
        ureq::Error::Io(cause) if cause.kind() == ErrorKind::InvalidData => NO_CERTIFICATE,
        _ => "cannot be reached",
    };
    Validity::Unreachable { host, why }
}

/// Finds the address for a host.
#[derive(Debug)]
enum Way {
    Public(PublicOnly),
    Loopback(SocketAddr),
}

impl Resolver for Way {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match self {
            Self::Public(resolver) => resolver.resolve(uri, config, timeout),
            Self::Loopback(address) => {
                let mut found = self.empty();
                found.push(*address);
                Ok(found)
            }
        }
    }
}

#[cfg(test)]
mod tls;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::{Client, Limits, Loopback, Route};
    use crate::clock::Clock;
    use crate::definition::{Definition, GET};
    use crate::validity::Validity;

    pub(super) struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn today(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        fn wait(&self, _: Duration) {}
    }

    #[test]
    fn providers_are_asked_by_https_alone() {
        let client = Client::new(Route::Providers, Limits::default(), &Stopped);
        let config = client.agent.config();
        assert!(config.https_only() && config.proxy().is_none());
        assert_eq!((client.scheme, config.max_redirects()), ("https", 0));
        assert!(!config.tls_config().disable_verification());
    }

    #[test]
    fn a_host_that_is_not_listed_is_not_asked() {
        let mut client = Client::new(Route::Providers, Limits::default(), &Stopped);
        let refused = client.ask(&Definition { ..GET }, "evil.example", "made-up", "");
        assert_eq!(refused.unwrap_err(), Validity::NotSupported);
        assert_eq!(client.requests, 0);
    }

    #[test]
    fn loopback_is_this_machine() {
        assert!(Loopback::new("127.0.0.1:80".parse().unwrap()).is_some());
        assert!(Loopback::new("[::1]:80".parse().unwrap()).is_some());
        assert!(Loopback::new("10.0.0.1:80".parse().unwrap()).is_none());
        assert!(Loopback::new("[2606:50c0:8000::153]:80".parse().unwrap()).is_none());
    }
}
