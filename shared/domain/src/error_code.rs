//! Why a job failed, as a stable word that programs can act on.

use serde::{Deserialize, Serialize};

/// The reason of a failed job. The name in the API is the variant in upper case with underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The host cannot be reached, or the address is not allowed.
    RepositoryUnreachable,
    /// The address answers, but not as a Git repository.
    NotARepository,
    /// The host refused the credential, or wants one.
    InvalidCredentials,
    /// The branch that was asked for does not exist.
    BranchNotFound,
    /// The repository has no commits.
    RepositoryEmpty,
    /// The repository, or the pack that the host sent, is damaged.
    RepositoryCorrupt,
    /// The repository is over the size limit.
    RepositoryTooLarge,
    /// The credential service did not answer or does not know the id.
    CredentialsUnavailable,
    /// The scan failed.
    ScanError,
    /// The rewrite failed, or its proof found a selected value left.
    CleaningError,
    /// The target refused the push.
    PushRejected,
    /// The target has refs that the push would overwrite, and force was not asked for.
    PushConflict,
    /// A stage ran out of its time.
    TimedOut,
    /// What the job needs is no longer stored.
    StorageError,
    /// A message was given up after too many tries.
    StageDead,
    /// Nobody acted before the job's time was over.
    Expired,
}
