//! Why the credential service gave nothing. Never a byte of what it said.

use domain::ports::PortError;

/// A failure of the credential service; the cause inside [`PortError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum AuthServiceError {
    /// The address in `AUTH_SERVICE_URL` is none.
    #[error("the credential service's address must begin with https:// (or http://)")]
    Address,
    /// No answer, or half of one.
    #[error("the credential service was not reached: {why}")]
    NotReached {
        /// What went wrong, in general terms.
        why: &'static str,
    },
    /// An answer that says neither yes nor no.
    #[error("the credential service answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// An answer that is no credential.
    #[error("the credential service's answer is not a credential")]
    Malformed,
    /// The question was broken off on this side.
    #[error("the credential service was not asked to the end")]
    Interrupted,
}

impl AuthServiceError {
    /// Sorts the client's errors; their own texts may quote what was received.
    pub(crate) fn not_reached(error: &ureq::Error) -> Self {
        let why = match error {
            ureq::Error::Timeout(_) => "no answer in time",
            ureq::Error::HostNotFound => "no such host",
            ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "no connection",
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "no trusted connection",
            ureq::Error::BodyExceedsLimit(_) => "the answer is too long",
            _ => "the exchange failed",
        };
        Self::NotReached { why }
    }
}

impl From<AuthServiceError> for PortError {
    fn from(error: AuthServiceError) -> Self {
        Self::unavailable(error)
    }
}
