//! The address of a remote repository, with credentials refused rather than carried.

use serde::{Deserialize, Serialize};
use url::Url;

/// An `http` or `https` URL of a Git repository, without user name, password, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemoteUrl(Url);

/// Why a text is not a [`RemoteUrl`]. The text itself is never repeated: it may hold a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// Not a URL at all.
    #[error("is not a URL; write it as https://host/owner/repository.git")]
    NotAUrl,
    /// Another scheme than http or https.
    #[error("must begin with https:// (or http://); ssh and file addresses are not supported")]
    Scheme,
    /// A user name or password before the host.
    #[error("must not contain a user name or password; store the credential and give its id")]
    Credentials,
    /// A query or a fragment, which no Git address has.
    #[error("must not contain a query (?) or a fragment (#)")]
    Extra,
}

impl RemoteUrl {
    /// Parses and checks `text`.
    pub fn parse(text: &str) -> Result<Self, RemoteError> {
        let url = Url::parse(text.trim()).map_err(|_| RemoteError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(RemoteError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RemoteError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RemoteError::Extra);
        }
        Ok(Self(url))
    }

    /// The URL without a trailing slash, ready to have `/info/refs` appended.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The host, as the URL names it.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether the transport is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl std::fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for RemoteUrl {
    type Error = RemoteError;

    fn try_from(text: String) -> Result<Self, RemoteError> {
        Self::parse(&text)
    }
}

impl From<RemoteUrl> for String {
    fn from(url: RemoteUrl) -> Self {
        url.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{RemoteError, RemoteUrl};

    #[test]
    fn credentials_are_refused_and_never_repeated() {
        let error = RemoteUrl::parse("https://bob:hunter2@git.example/a.git").unwrap_err();
        assert_eq!(error, RemoteError::Credentials);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn only_plain_http_addresses_pass() {
        assert!(RemoteUrl::parse("https://git.example/a/b.git").is_ok());
        assert_eq!(
            RemoteUrl::parse("git@host:a.git"),
            Err(RemoteError::NotAUrl)
        );
        assert_eq!(RemoteUrl::parse("file:///etc"), Err(RemoteError::Scheme));
        assert_eq!(
            RemoteUrl::parse("https://h/a?token=x"),
            Err(RemoteError::Extra)
        );
    }
}
