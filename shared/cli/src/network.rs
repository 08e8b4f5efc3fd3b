//! Speaking to hosts: with a person's credential, and never so long that Ctrl-C is not heard.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use domain::{GitCredential, RemoteUrl};
use git::remote::{Remote, RemoteError, RemotePolicy};

use crate::args::CredentialArgs;
use crate::commands::Session;
use crate::progress::Progress;
use crate::{CliError, credentials, interrupt};

/// How often Ctrl-C is looked for while a host is waited for.
const LOOK_UP: Duration = Duration::from_millis(50);
/// How long work may take to stop by itself before it is left behind.
const GRACE: Duration = Duration::from_secs(2);

/// Runs `work` with the host's credential: that of the environment, or the one that a person is asked
/// for when the host wants one.
pub(crate) fn with_host<T: Send + 'static>(
    url: &RemoteUrl,
    args: &CredentialArgs,
    session: &Session,
    work: impl Fn(&Remote, &Progress) -> Result<T, RemoteError> + Clone + Send + 'static,
) -> Result<T, CliError> {
    let credential = credentials::from_environment(args)?;
    let is_given = credential.is_some();
    match attempt(url, credential, session, work.clone())? {
        Err(error @ RemoteError::AuthenticationRequired { .. }) if !is_given => {
            session.progress.clear();
            let Some(credential) = credentials::ask(url) else {
                return Err(error.into());
            };
            Ok(attempt(url, Some(credential), session, work)??)
        }
        outcome => Ok(outcome?),
    }
}

fn attempt<T: Send + 'static>(
    url: &RemoteUrl,
    credential: Option<GitCredential>,
    session: &Session,
    work: impl Fn(&Remote, &Progress) -> Result<T, RemoteError> + Send + 'static,
) -> Result<Result<T, RemoteError>, CliError> {
    if credential.is_some() && !url.is_https() && !is_loopback(url) {
        return Ok(Err(RemoteError::PlainCredential));
    }
    let remote = Remote {
        url: url.clone(),
        credential,
        policy: RemotePolicy::own_machine(),
    };
    let progress = Arc::clone(&session.progress);
    abandonable(move || work(&remote, &progress))
}

/// Whether what is sent stays on this machine.
fn is_loopback(url: &RemoteUrl) -> bool {
    let host = url.host().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Runs `work` beside; after Ctrl-C it is left behind if it does not stop, as it cannot while a host is silent.
pub(crate) fn abandonable<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CliError> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    loop {
        match receiver.recv_timeout(LOOK_UP) {
            Ok(outcome) => return Ok(outcome),
            Err(RecvTimeoutError::Timeout) if interrupt::requested() => {
                return receiver
                    .recv_timeout(GRACE)
                    .map_err(|_| CliError::Interrupted);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // The thread's panic has been reported already.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(CliError::Internal("the transfer broke down".to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::RemoteUrl;

    use super::is_loopback;

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |url: &str| is_loopback(&RemoteUrl::parse(url).unwrap());
        assert!(loopback("http://127.0.0.1:1/a") && loopback("http://[::1]/a"));
        assert!(loopback("http://localhost/a"));
        assert!(!loopback("http://10.0.0.1/a") && !loopback("http://localhost.example/a"));
    }
}
