//! Why a command failed, in words for the person who typed it.

use std::path::PathBuf;

use domain::Stop;
use git::GitError;
use git::remote::RemoteError;
use rewrite::{CertificateError, RewriteError};
use scan::{RuleError, ScanError};

/// An error of the program. What exit code it means stands in `exit.rs` alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Something was asked for that cannot be.
    #[error("{0}")]
    Usage(String),
    /// An address that no repository can be fetched from or pushed to.
    #[error("{option} {}", advice(*.reason))]
    Address {
        /// The option that it was given with.
        option: &'static str,
        /// What is wrong with it.
        reason: domain::RemoteError,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The scan gave no report.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The program's own rules cannot be used.
    #[error("the rules of this program are damaged: {0}")]
    Rules(#[from] RuleError),
    /// The host.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The rewrite.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// A certificate, or the key for it.
    #[error("{what}: {error}")]
    Certificate {
        /// Which.
        what: String,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// There is no such branch.
    #[error("there is no branch `{name}` in the repository{}", similar(.nearest.as_deref()))]
    NoBranch {
        /// The name as it was given.
        name: String,
        /// The most similar branch.
        nearest: Option<String>,
    },
    /// There is no such finding.
    #[error("there is no finding `{id}` in this repository{}; ids are those of `deployguard scan` with the same --workspace and DEPLOYGUARD_KEY", similar(.nearest.as_deref()))]
    NoFinding {
        /// The id as it was given.
        id: String,
        /// The most similar id.
        nearest: Option<String>,
    },
    /// Not everything could be looked at, so nothing can be promised.
    #[error("{0}")]
    Incomplete(String),
    /// Somebody else changed what this command was about to change.
    #[error("{0}")]
    Conflict(String),
    /// The result cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Output {
        /// Where to.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// A defect of this program.
    #[error("internal error: {0}")]
    Internal(String),
}

impl CliError {
    /// Something was asked for that cannot be; `text` says what and what to do.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// There is no such revision.
    pub(crate) fn no_revision(name: &str) -> Self {
        Self::Usage(format!(
            "there is no revision `{name}`; give a branch, a tag or the id of a commit, with ~N or ^N behind it if need be"
        ))
    }

    /// For `map_err` on what is written to `path`.
    pub(crate) fn output(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Output {
            path: path.into(),
            source,
        }
    }
}

impl From<Stop> for CliError {
    fn from(_: Stop) -> Self {
        Self::Interrupted
    }
}

fn similar(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (is `{name}` meant?)"))
}

/// The domain's reason, with what to do about it on a command line.
fn advice(reason: domain::RemoteError) -> String {
    match reason {
        domain::RemoteError::Credentials => format!(
            "must not contain a user name or password; put the token into the environment variable {} \
             (and the user name into {}) and leave both out of the address",
            crate::credentials::TOKEN,
            crate::credentials::USERNAME
        ),
        domain::RemoteError::NotAUrl | domain::RemoteError::Scheme | domain::RemoteError::Extra => {
            reason.to_string()
        }
    }
}
