//! The one place where an error of an engine or a port becomes the fate of a message: it goes back, the job fails with a
//! reason, or nothing is left to do. No match here has a catch-all, so that a new error must be judged.

use domain::ports::PortError;
use domain::{ErrorCode, PolicyFault, Stage, Stop, WorkError};
use git::GitError;
use git::remote::RemoteError;
use rewrite::RewriteError;
use scan::{RuleError, ScanError};

/// What can go wrong in a stage.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StageError {
    /// The history could not be fetched.
    #[error(transparent)]
    Fetch(RemoteError),
    /// The clean history could not be pushed.
    #[error(transparent)]
    Push(RemoteError),
    /// The scan gave no report.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The rules that the program brings along are wrong.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The job's policy cannot be used: the built-in rules have changed since it was accepted.
    #[error("the job's policy cannot be used")]
    Policy(Vec<PolicyFault>),
    /// The rewrite gave no result that it could prove.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// A repository that was stored cannot be read.
    #[error(transparent)]
    Stored(GitError),
    /// Selected values are left where the rewrite does not reach.
    #[error(
        "selected values are left in names of files or refs, or packed in archives, which are not rewritten, at {places} places; rename or remove these, or deselect the values"
    )]
    Residue {
        /// How many.
        places: usize,
    },
    /// There are findings, and none is to be cleaned.
    #[error("no finding is selected for cleaning")]
    NothingSelected,
    /// The job was never told where to push.
    #[error("the job has no target to push to")]
    NoTarget,
    /// The credential cannot be had.
    #[error("the credential cannot be had")]
    Credential(#[source] PortError),
    /// Something that an earlier stage stored is gone.
    #[error("{what} is no longer stored")]
    Missing {
        /// What, for a person.
        what: &'static str,
    },
    /// A port.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The machine's disk.
    #[error("the disk of this machine")]
    Disk(#[from] std::io::Error),
    /// The work was stopped.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The job is gone.
    #[error("the job is gone")]
    Gone,
    /// Somebody else moved the job on meanwhile.
    #[error("the job has moved on")]
    Overtaken,
    /// An engine panicked.
    #[error("the engine of stage {} broke down", .0.as_str())]
    BrokeDown(Stage),
}

impl StageError {
    /// Something that an earlier stage stored was not found; other failures of the store stay what they are.
    pub(crate) fn missing(what: &'static str) -> impl Fn(PortError) -> Self {
        move |error| match error {
            PortError::NotFound => Self::Missing { what },
            PortError::Conflict
            | PortError::Denied
            | PortError::InvalidCursor
            | PortError::Unavailable(_) => Self::Port(error),
        }
    }
}

impl From<StageError> for WorkError {
    fn from(error: StageError) -> Self {
        let text = error.to_string();
        match error {
            StageError::Fetch(error) | StageError::Push(error) => remote(error),
            StageError::Scan(ScanError::Git(error)) => stored(error, ErrorCode::ScanError),
            StageError::Scan(ScanError::Stopped(stop)) | StageError::Stopped(stop) => stopped(stop),
            StageError::Rules(_) => Self::fail(
                ErrorCode::ScanError,
                "The built-in rules cannot be used; this is a defect of the service",
            ),
            StageError::Policy(faults) => Self::fail(ErrorCode::ScanError, refusal(&faults)),
            StageError::Rewrite(error) => rewriting(error),
            StageError::Stored(error) => stored(error, ErrorCode::StorageError),
            StageError::Residue { .. } => Self::fail(ErrorCode::CleaningError, sentence(&text)),
            StageError::NothingSelected => Self::fail(
                ErrorCode::CleaningError,
                "No finding is selected for cleaning",
            ),
            StageError::NoTarget => {
                Self::fail(ErrorCode::PushRejected, "The job has no target to push to")
            }
            StageError::Credential(error) => credential(&error),
            StageError::Missing { what } => {
                let message = format!("{what} is no longer stored; start the job again");
                Self::fail(ErrorCode::StorageError, message)
            }
            StageError::Port(error) => Self::Retry(error),
            StageError::Disk(error) => Self::Retry(PortError::unavailable(error)),
            StageError::Gone => Self::Gone,
            StageError::Overtaken | StageError::BrokeDown(_) => {
                Self::Retry(PortError::unavailable(text))
            }
        }
    }
}

fn stopped(stop: Stop) -> WorkError {
    match stop {
        Stop::Cancelled => WorkError::Gone,
        Stop::Deadline => WorkError::fail(
            ErrorCode::TimedOut,
            "The work takes longer than a stage of the service may run; run the command line on a machine of your own for a repository of this size",
        ),
    }
}

/// The first fault, as a sentence.
fn refusal(faults: &[PolicyFault]) -> String {
    let told = faults.first().map_or_else(String::new, |fault| {
        format!(": {}: {}", fault.field, fault.message)
    });
    format!("The job's policy cannot be used{told}")
}

/// A server's fault is final: the job says what it is, and its owner decides.
fn remote(error: RemoteError) -> WorkError {
    let code = error.code();
    let text = sentence(&error.to_string());
    match error {
        RemoteError::Stopped(stop) => stopped(stop),
        RemoteError::Git(error) => stored(error, code),
        RemoteError::Unreachable { .. }
        | RemoteError::AddressNotAllowed { .. }
        | RemoteError::PlainCredential
        | RemoteError::NotARepository { .. }
        | RemoteError::AuthenticationRequired { .. }
        | RemoteError::AuthenticationFailed { .. }
        | RemoteError::Empty
        | RemoteError::BranchNotFound { .. }
        | RemoteError::TooLarge { .. }
        | RemoteError::Corrupt { .. }
        | RemoteError::Protocol { .. }
        | RemoteError::Conflict { .. }
        | RemoteError::Rejected { .. } => WorkError::fail(code, text),
    }
}

/// A repository on this machine's disk; its paths are nobody's business.
fn stored(error: GitError, code: ErrorCode) -> WorkError {
    let text = sentence(&error.to_string());
    match error {
        GitError::Stopped(stop) => stopped(stop),
        GitError::Io { source, .. } => WorkError::Retry(PortError::unavailable(source)),
        GitError::NotARepository { .. } => {
            WorkError::fail(code, "The stored repository cannot be read")
        }
        GitError::TooLarge { .. } => WorkError::fail(ErrorCode::RepositoryTooLarge, text),
        GitError::Corrupt { .. } | GitError::Unsupported { .. } => {
            WorkError::fail(ErrorCode::RepositoryCorrupt, text)
        }
    }
}

/// What a rewrite refuses says what to do; what it could not prove is not delivered.
fn rewriting(error: RewriteError) -> WorkError {
    let text = sentence(&error.to_string());
    match error {
        RewriteError::Stopped(stop) => stopped(stop),
        RewriteError::Git(error) => stored(error, ErrorCode::CleaningError),
        RewriteError::Exists { .. } => {
            WorkError::Retry(PortError::unavailable("the scratch folder is in use"))
        }
        RewriteError::TooShort { .. }
        | RewriteError::ReplacementHoldsValue { .. }
        | RewriteError::SpansFolders { .. }
        | RewriteError::NotAFile { .. }
        | RewriteError::FileOnTag { .. }
        | RewriteError::Gaps { .. }
        | RewriteError::Overlaid
        | RewriteError::Unreadable { .. }
        | RewriteError::NotProven { .. } => WorkError::fail(ErrorCode::CleaningError, text),
    }
}

fn credential(error: &PortError) -> WorkError {
    let message = match error {
        PortError::NotFound => "The credential service does not know this credential id",
        PortError::Denied => "The credential service does not give this credential to this user",
        PortError::Conflict | PortError::InvalidCursor | PortError::Unavailable(_) => {
            "The credential service does not answer; try again later"
        }
    };
    WorkError::fail(ErrorCode::CredentialsUnavailable, message)
}

/// An error's text as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
