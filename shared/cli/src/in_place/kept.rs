//! What is known of a repository that was replaced: enough to see whether somebody worked on it since.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git::{GitError, Hasher, Head, Kind, Repository, staging};
use serde::{Deserialize, Serialize};

use super::files;
use crate::CliError;

/// The file's name in the folder of what was replaced.
const FILE: &str = "deployguard-undo.json";

/// Written before anything is changed, and completed afterwards.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Kept {
    /// Files that came into `objects`.
    pub(super) new_objects: Vec<String>,
    /// Files of the work tree that were rewritten, and the blobs that they became.
    pub(super) written: BTreeMap<String, String>,
    /// Files of the work tree that were deleted.
    #[serde(default)]
    pub(super) deleted: Vec<String>,
    /// Refs, HEAD and what is staged, as the replacement left them; none until it was done.
    pub(super) state: Option<String>,
}

impl Kept {
    pub(super) fn read(backup: &Path) -> Result<Self, CliError> {
        let file = backup.join(FILE);
        let bytes = fs::read(&file).map_err(GitError::io(&file))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| CliError::usage(format!("{} is damaged: {error}", file.display())))
    }

    pub(super) fn write(&self, backup: &Path) -> Result<(), CliError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| CliError::Internal(error.to_string()))?;
        files::write(&backup.join(FILE), &text)
    }
}

/// Refs, HEAD and what is staged, as one hash.
pub(super) fn state(repo: &Repository) -> Result<String, CliError> {
    let mut hasher = Hasher::new(git::HashKind::Sha256);
    for reference in repo.refs() {
        hasher.update(format!("{} {}\n", reference.target, reference.name).as_bytes());
    }
    let head = match repo.head() {
        Head::Branch(name) => format!("ref: {name}\n"),
        Head::Detached(id) => format!("{id}\n"),
    };
    hasher.update(head.as_bytes());
    for file in staging::files(repo)? {
        hasher.update(format!("{} ", file.id).as_bytes());
        hasher.update(&file.path);
        hasher.update(b"\0");
    }
    Ok(hasher.finish().to_string())
}

/// The blob that a file would be.
pub(super) fn blob(repo: &Repository, bytes: &[u8]) -> git::ObjectId {
    repo.hash_kind().object_id(Kind::Blob, bytes)
}
