//! What is known of a repository that is replaced: enough to bring it back from any point on the way, and to see whether somebody
//! worked on it since.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git::{GitError, Hasher, Head, Kind, Repository, staging};
use serde::{Deserialize, Serialize};

use super::files;
use crate::CliError;

/// The file's name in the folder of what was replaced.
const FILE: &str = "deployguard-undo.json";

/// Written when all is ready and before anything is changed, and completed afterwards.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Kept {
    /// Packs and loose objects that were there: files below `objects`. The bundle holds them all.
    pub(super) old_objects: Vec<String>,
    /// The one pack that the bundle holds byte for byte.
    pub(super) pack: Option<String>,
    /// Files that come into `objects`.
    pub(super) new_objects: Vec<String>,
    /// Of the papers beside a clean history, those that were there.
    pub(super) papers: Vec<String>,
    /// Files of the work tree that are rewritten, and the blobs that they become.
    pub(super) written: BTreeMap<String, String>,
    /// Files of the work tree that are deleted.
    pub(super) deleted: Vec<String>,
    /// What the refs and HEAD become.
    pub(super) new_refs: BTreeMap<String, String>,
    /// What is staged, as it becomes.
    pub(super) new_staged: String,
    /// Refs, HEAD and what is staged, as the replacement left them; none until it was done.
    pub(super) state: Option<String>,
}

impl Kept {
    /// None if the folder was left before it was ready: then nothing was changed.
    pub(super) fn read(backup: &Path) -> Result<Option<Self>, CliError> {
        let file = backup.join(FILE);
        if !file.is_file() {
            return Ok(None);
        }
        let bytes = fs::read(&file).map_err(GitError::io(&file))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Some)
            .map_err(|error| CliError::usage(format!("{} is damaged: {error}", file.display())))
    }

    pub(super) fn write(&self, backup: &Path) -> Result<(), CliError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| CliError::Internal(error.to_string()))?;
        files::write(&backup.join(files::STAGED), &text)?;
        files::rename(&backup.join(files::STAGED), &backup.join(FILE))
    }
}

/// Refs and HEAD by name, each with what it says.
pub(super) fn refs(repo: &Repository) -> BTreeMap<String, String> {
    let head = match repo.head() {
        Head::Branch(name) => format!("ref: {name}"),
        Head::Detached(id) => id.to_string(),
    };
    let refs = repo.refs().iter();
    refs.map(|one| (one.name.clone(), one.target.to_string()))
        .chain([("HEAD".to_owned(), head)])
        .collect()
}

/// What is staged, as one hash.
pub(super) fn staged(repo: &Repository) -> Result<String, CliError> {
    let mut hasher = Hasher::new(git::HashKind::Sha256);
    for file in staging::files(repo)? {
        hasher.update(format!("{} ", file.id).as_bytes());
        hasher.update(&file.path);
        hasher.update(b"\0");
    }
    Ok(hasher.finish().to_string())
}

/// Refs, HEAD and what is staged, as one hash.
pub(super) fn state(repo: &Repository) -> Result<String, CliError> {
    let mut hasher = Hasher::new(git::HashKind::Sha256);
    for (name, target) in refs(repo) {
        hasher.update(format!("{target} {name}\n").as_bytes());
    }
    hasher.update(staged(repo)?.as_bytes());
    Ok(hasher.finish().to_string())
}

/// The blob that a file would be.
pub(super) fn blob(repo: &Repository, bytes: &[u8]) -> git::ObjectId {
    repo.hash_kind().object_id(Kind::Blob, bytes)
}
