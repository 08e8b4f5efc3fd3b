//! What each outcome means to the script that called: the one table of exit codes.

use domain::{FullyScanned, Stop, Verdict};
use git::GitError;
use git::remote::RemoteError;
use rewrite::{CertificateError, RewriteError};
use scan::ScanError;

use crate::CliError;

/// How the program ends. The numbers are a contract; the help lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was looked at and nothing was found: a scan ends so only with the token that says it.
    Clean(FullyScanned),
    /// A command that judges nothing did its work.
    Done,
    /// At least one secret was found.
    Findings,
    /// A wrong option or setting.
    Usage,
    /// Something could not be looked at, or the result could not be proven.
    Incomplete,
    /// The host refused the credential, or wants one.
    Authentication,
    /// The repository or the host.
    Git,
    /// The target has what the push would overwrite.
    Conflict,
    /// A defect of this program.
    Internal,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean(_) | Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Authentication => 4,
            Self::Git => 5,
            Self::Conflict => 6,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// What a scan's verdict means.
    pub(crate) fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Clean(token) => Self::Clean(token),
            Verdict::Findings => Self::Findings,
            Verdict::Incomplete => Self::Incomplete,
        }
    }

    /// What an error means.
    pub(crate) fn of_error(error: &CliError) -> Self {
        match error {
            CliError::Usage(_)
            | CliError::Address { .. }
            | CliError::NoFinding { .. }
            | CliError::Output { .. } => Self::Usage,
            CliError::Incomplete(_) => Self::Incomplete,
            CliError::Conflict(_) => Self::Conflict,
            CliError::NoBranch { .. } => Self::Git,
            CliError::Git(error) | CliError::Scan(ScanError::Git(error)) => Self::of_git(error),
            CliError::Remote(error) => Self::of_remote(error),
            CliError::Rewrite(error) => Self::of_rewrite(error),
            CliError::Certificate { error, .. } => Self::of_certificate(error),
            CliError::Scan(ScanError::Stopped(stop)) => Self::of_stop(*stop),
            CliError::Rules(_) | CliError::Internal(_) => Self::Internal,
            CliError::Interrupted => Self::Interrupted,
        }
    }

    fn of_git(error: &GitError) -> Self {
        match error {
            GitError::NotARepository { .. }
            | GitError::Unsupported { .. }
            | GitError::Corrupt { .. }
            | GitError::TooLarge { .. }
            | GitError::Io { .. } => Self::Git,
            GitError::Stopped(stop) => Self::of_stop(*stop),
        }
    }

    fn of_remote(error: &RemoteError) -> Self {
        match error {
            RemoteError::PlainCredential => Self::Usage,
            RemoteError::AuthenticationRequired { .. }
            | RemoteError::AuthenticationFailed { .. } => Self::Authentication,
            RemoteError::Conflict { .. } => Self::Conflict,
            RemoteError::Unreachable { .. }
            | RemoteError::AddressNotAllowed { .. }
            | RemoteError::NotARepository { .. }
            | RemoteError::Empty
            | RemoteError::BranchNotFound { .. }
            | RemoteError::TooLarge { .. }
            | RemoteError::Corrupt { .. }
            | RemoteError::Protocol { .. }
            | RemoteError::Rejected { .. } => Self::Git,
            RemoteError::Stopped(stop) => Self::of_stop(*stop),
            RemoteError::Git(error) => Self::of_git(error),
        }
    }

    fn of_rewrite(error: &RewriteError) -> Self {
        match error {
            RewriteError::TooShort { .. }
            | RewriteError::ReplacementHoldsValue { .. }
            | RewriteError::SpansFolders { .. }
            | RewriteError::NotAFile { .. }
            | RewriteError::FileOnTag { .. }
            | RewriteError::Exists { .. } => Self::Usage,
            RewriteError::Gaps { .. }
            | RewriteError::Unreadable { .. }
            | RewriteError::NotProven { .. } => Self::Incomplete,
            RewriteError::Overlaid => Self::Git,
            RewriteError::Git(error) => Self::of_git(error),
            RewriteError::Stopped(stop) => Self::of_stop(*stop),
        }
    }

    /// A certificate that cannot be read is a wrong argument; one that is not believed proves nothing.
    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::Malformed(_)
            | CertificateError::Schema { .. }
            | CertificateError::Key => Self::Usage,
            CertificateError::Unsigned
            | CertificateError::BadSignature
            | CertificateError::OtherKey { .. } => Self::Incomplete,
        }
    }

    /// The program sets no deadline, so that every stop is Ctrl-C.
    fn of_stop(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled | Stop::Deadline => Self::Interrupted,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
