//! What can go wrong with a server. Never holds a credential, nor what a server sent but for the reason that it gives for a ref.

use domain::{ErrorCode, Stop};

use crate::GitError;

/// An error of fetch or push.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// No connection, or it broke off.
    #[error("cannot reach {host}: {reason}")]
    Unreachable {
        /// The host's name, as the URL has it.
        host: String,
        /// What went wrong.
        reason: &'static str,
    },
    /// The host is at an address that must not be connected to.
    #[error("{host} is at a private or reserved address, to which this service does not connect")]
    AddressNotAllowed {
        /// The host's name.
        host: String,
    },
    /// A credential over a connection that everybody on the way can read.
    #[error("a credential is sent over https only; use an https:// address")]
    PlainCredential,
    /// The server answers, but not as a Git server.
    #[error(
        "{host} answers, but there is no Git repository at this address that speaks smart HTTP"
    )]
    NotARepository {
        /// The host's name.
        host: String,
    },
    /// The server wants a credential and got none.
    #[error("{host} wants a credential (or the repository does not exist)")]
    AuthenticationRequired {
        /// The host's name.
        host: String,
    },
    /// The server refused the credential.
    #[error("{host} refused the credential")]
    AuthenticationFailed {
        /// The host's name.
        host: String,
    },
    /// There is nothing in the repository.
    #[error("the repository is empty: it has no commits")]
    Empty,
    /// The repository has no branch of that name.
    #[error("the repository has no branch `{branch}`")]
    BranchNotFound {
        /// The branch.
        branch: String,
    },
    /// More bytes than allowed.
    #[error("the repository is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// What the server sent is not whole.
    #[error("the server sent a damaged repository: {reason}")]
    Corrupt {
        /// What is wrong.
        reason: String,
    },
    /// The server does not keep to the protocol, or reported an error of its own.
    #[error("the server {what}")]
    Protocol {
        /// What it did.
        what: &'static str,
    },
    /// The target has commits that a push would lose.
    #[error("the target has commits that this push would overwrite in {}; push with force to do that", refs.join(", "))]
    Conflict {
        /// The refs.
        refs: Vec<String>,
    },
    /// The target refused refs.
    #[error("the target refused {}", describe(refs))]
    Rejected {
        /// Ref and reason.
        refs: Vec<(String, String)>,
    },
    /// The work was stopped from outside.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The local repository.
    #[error(transparent)]
    Git(GitError),
}

fn describe(refs: &[(String, String)]) -> String {
    refs.iter()
        .map(|(name, reason)| format!("{name} ({reason})"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl From<GitError> for RemoteError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Stopped(stop) => Self::Stopped(stop),
            other => Self::Git(other),
        }
    }
}

impl RemoteError {
    /// The reason that a job fails with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unreachable { .. } | Self::AddressNotAllowed { .. } => {
                ErrorCode::RepositoryUnreachable
            }
            Self::NotARepository { .. } | Self::Protocol { .. } => ErrorCode::NotARepository,
            Self::PlainCredential
            | Self::AuthenticationRequired { .. }
            | Self::AuthenticationFailed { .. } => ErrorCode::InvalidCredentials,
            Self::Empty => ErrorCode::RepositoryEmpty,
            Self::BranchNotFound { .. } => ErrorCode::BranchNotFound,
            Self::TooLarge { .. } | Self::Git(GitError::TooLarge { .. }) => {
                ErrorCode::RepositoryTooLarge
            }
            Self::Corrupt { .. }
            | Self::Git(GitError::Corrupt { .. } | GitError::Unsupported { .. }) => {
                ErrorCode::RepositoryCorrupt
            }
            Self::Conflict { .. } => ErrorCode::PushConflict,
            Self::Rejected { .. } => ErrorCode::PushRejected,
            Self::Stopped(Stop::Deadline) => ErrorCode::TimedOut,
            Self::Stopped(Stop::Cancelled) | Self::Git(_) => ErrorCode::StorageError,
        }
    }
}
