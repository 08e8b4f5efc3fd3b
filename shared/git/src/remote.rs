//! Histories over smart HTTP, without a git program: what a server has is fetched into a new bare
//! repository, a repository's pack is pushed as it is.
//!
//! The service speaks to addresses that users name, so every connection goes through a guard that looks at the address
//! that is really connected to. Credentials are sent in a header, to the host that they are for, and nowhere else.

mod advertisement;
mod error;
mod fetch;
mod guard;
mod http;
mod landing;
mod lookout;
mod ls_refs;
mod names;
mod packet;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod push;
mod sideband;

use std::time::Duration;

use domain::{GitCredential, RemoteUrl};

pub use error::RemoteError;
pub use fetch::{FetchLimits, FetchReport, fetch};
pub use guard::{NOT_ALLOWED, PublicOnly};
pub use push::{PushOptions, PushRefs, PushReport, PushedRef, SkippedRef, push};

/// A repository on a server.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Its address.
    pub url: RemoteUrl,
    /// What opens it; none for a public one.
    pub credential: Option<GitCredential>,
    /// Whom to speak to, and how long to wait.
    pub policy: RemotePolicy,
}

/// Whom to speak to, and how long to wait.
#[derive(Clone, Copy, Debug)]
pub struct RemotePolicy {
    /// Whether loopback, private and link-local addresses, and credentials over plain http, are allowed: yes on a
    /// user's own machine, no in a service.
    pub allow_private: bool,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long the server may take to begin its answer, and to go on with it; five times as long while it packs or
    /// unpacks a history.
    pub idle_timeout: Duration,
}

impl RemotePolicy {
    /// For a program that runs on the user's own machine.
    pub const fn own_machine() -> Self {
        Self {
            allow_private: true,
            ..Self::service()
        }
    }

    /// For a service that strangers give addresses to.
    pub const fn service() -> Self {
        Self {
            allow_private: false,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
        }
    }
}

impl Default for RemotePolicy {
    fn default() -> Self {
        Self::service()
    }
}
