//! Why a rewrite was refused or failed. Never holds a value.

use std::path::PathBuf;

use domain::{FindingId, Stop};
use git::GitError;

/// An error of the rewriter.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// A value that would be found everywhere.
    #[error(
        "the value of {id} is shorter than {shortest} bytes: it would be replaced in many places that are no secret"
    )]
    TooShort {
        /// Whose value.
        id: FindingId,
        /// The shortest that is taken.
        shortest: usize,
    },
    /// A replacement that brings a value back, by itself or with what stands around it.
    #[error(
        "the replacement gives back the value of {id} (by itself, or with what stands beside it in the history); choose another"
    )]
    ReplacementHoldsValue {
        /// Whose value comes back.
        id: FindingId,
    },
    /// A value that a path spells over several folders, none of whose names is the value.
    #[error(
        "the path of a file spells the value of {id} over several folders, which cannot be renamed one by one; take the file out in a \
         run before (`clean --remove-file`), or rename its folders"
    )]
    SpansFolders {
        /// Whose value.
        id: FindingId,
    },
    /// The history is not all here.
    #[error("the history cannot be rewritten, since it is not all here: {reason}")]
    Gaps {
        /// What is missing.
        reason: String,
    },
    /// The history is overlaid by replacements, which a rewrite would detach.
    #[error(
        "the repository has replace refs (refs/replace/…) or grafts; bake them in or delete them first"
    )]
    Overlaid,
    /// An object cannot be read, so nobody knows what it holds.
    #[error("object {id} cannot be read: {reason}")]
    Unreadable {
        /// Its id.
        id: String,
        /// Why.
        reason: &'static str,
    },
    /// An id that is to be removed is not that of a file.
    #[error("{id} is to be removed, but it is no file: give a path, or the id of a blob")]
    NotAFile {
        /// The id.
        id: String,
    },
    /// A file that is to be removed wherever it stands is what a tag or ref names.
    #[error("file {id} is to be removed, but a tag or another ref names it; delete that first")]
    FileOnTag {
        /// Its id.
        id: String,
    },
    /// There is something where the result should go.
    #[error("{} exists already; choose a folder that does not", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The result is not what it should be. This is a fault of the rewriter; the result has been deleted.
    #[error("the result did not pass its proof and was deleted: {}", reasons.join("; "))]
    NotProven {
        /// What the proof found.
        reasons: Vec<String>,
    },
    /// The repository.
    #[error(transparent)]
    Git(GitError),
    /// The work was stopped from outside.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl From<GitError> for RewriteError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Stopped(stop) => Self::Stopped(stop),
            other => Self::Git(other),
        }
    }
}
