//! What can go wrong when a repository is read or written. Never holds a byte of its content.

use std::path::{Path, PathBuf};

use domain::Stop;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no repository at this path.
    #[error("{} is not a Git repository; give the path of a clone or of a bare repository", path.display())]
    NotARepository {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The repository uses a feature that the engine cannot read.
    #[error("the repository uses {feature}; {remedy}")]
    Unsupported {
        /// The feature.
        feature: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A file or an object is damaged.
    #[error("{what} is damaged: {reason}")]
    Corrupt {
        /// The file's name or the object's id.
        what: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An object is larger than the limit.
    #[error("object {id} has {bytes} bytes, over the limit of {limit}")]
    TooLarge {
        /// The object's id.
        id: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The file system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The work was stopped from outside.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl GitError {
    /// For `map_err` on file operations.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// `what` is damaged, and how.
    pub fn corrupt(what: impl Into<String>, reason: &'static str) -> Self {
        Self::Corrupt {
            what: what.into(),
            reason,
        }
    }
}
