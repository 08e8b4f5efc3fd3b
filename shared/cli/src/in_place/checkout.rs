//! What a rewrite changes beside objects and refs: the index, the files that are checked out, and the list of stashes.
//!
//! A file that is as it was committed becomes what its blob became. In one that was edited since, the values are replaced as they are in
//! blobs, and the edits stay.

use std::fs;
use std::path::{Path, PathBuf};

use git::{ObjectId, Repository, staging};
use rewrite::{Request, TextCleaner};

use super::kept;
use crate::CliError;

/// The list of stashes: the only log that is more than a memory.
pub(super) const STASHES: &str = "logs/refs/stash";

/// New contents.
#[derive(Debug, Default)]
pub(crate) struct Checkout {
    /// The folder with the files; none for a bare repository.
    pub(super) root: Option<PathBuf>,
    /// The index, if it changes.
    pub(super) index: Option<Vec<u8>>,
    /// The list of stashes, if there are any.
    pub(super) stashes: Option<Vec<u8>>,
    /// Files: the path below the root, and the content.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl Checkout {
    /// What becomes of `repo` when its objects become what `new_id` says; `clean` has the new ones.
    pub(crate) fn new(
        repo: &Repository,
        clean: &Repository,
        request: &Request,
        new_id: &dyn Fn(&ObjectId) -> Option<ObjectId>,
    ) -> Result<Self, CliError> {
        let Some(root) = super::work_tree(repo)? else {
            return Ok(Self::default());
        };
        let text = TextCleaner::new(request)?;
        let mut checkout = Self {
            index: staging::remapped(repo, new_id)?,
            stashes: stashes(repo, &text, new_id)?,
            ..Self::default()
        };
        for staged in staging::files(repo)? {
            if text.is_in(&staged.path) {
                return Err(refuse(
                    &staged.path,
                    "its name holds a value; rename it first",
                ));
            }
            let Some(new) = new_id(&staged.id) else {
                continue;
            };
            if staged.is_link {
                return Err(refuse(
                    &staged.path,
                    "it is a symbolic link whose target holds a value; delete it first",
                ));
            }
            let path = String::from_utf8(staged.path).map_err(|error| {
                refuse(error.as_bytes(), "its name is not UTF-8; rename it first")
            })?;
            let Some(bytes) = read(&root, &path)? else {
                continue;
            };
            let content = if kept::blob(repo, &bytes) == staged.id {
                clean.find(&new)?.map(|object| object.data)
            } else {
                text.clean(&bytes)?
            };
            if let Some(content) = content {
                // Line breaks that were changed on checkout can tear a value apart.
                if text.is_in(&without_returns(&content)) {
                    return Err(refuse(
                        path.as_bytes(),
                        "it holds a value in a form that is not in the history; take it out by hand first",
                    ));
                }
                checkout.files.push((path, content));
            }
        }
        checkout.root = Some(root);
        Ok(checkout)
    }

    /// How many files change.
    pub(crate) fn file_count(&self) -> u64 {
        self.files.len() as u64
    }
}

/// The file's content; none if there is no such file here. Links to other folders are not followed.
fn read(root: &Path, path: &str) -> Result<Option<Vec<u8>>, CliError> {
    let mut at = root.to_owned();
    for part in path.split('/') {
        at.push(part);
        match at.symlink_metadata() {
            Ok(found) if found.is_symlink() => return Ok(None),
            Ok(_) => {}
            Err(_) => return Ok(None),
        }
    }
    if !at.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&at).map_err(git::GitError::io(&at))?;
    Ok(Some(bytes))
}

/// Each line begins with two ids; the rest is text.
fn stashes(
    repo: &Repository,
    text: &TextCleaner,
    new_id: &dyn Fn(&ObjectId) -> Option<ObjectId>,
) -> Result<Option<Vec<u8>>, CliError> {
    let file = repo.git_dir().join(STASHES);
    if !file.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&file).map_err(git::GitError::io(&file))?;
    let digits = repo.hash_kind().len() * 2;
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let mut rest = line;
        for _ in 0..2 {
            let (id, after) = rest.split_at(rest.len().min(digits));
            match ObjectId::from_hex(id).and_then(|id| new_id(&id)) {
                Some(new) => out.extend_from_slice(new.to_string().as_bytes()),
                None => out.extend_from_slice(id),
            }
            let (blank, after) = after.split_at(after.len().min(1));
            out.extend_from_slice(blank);
            rest = after;
        }
        out.extend_from_slice(text.clean(rest)?.as_deref().unwrap_or(rest));
    }
    Ok(Some(out))
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .filter(|byte| *byte != b'\r')
        .collect()
}

fn refuse(path: &[u8], reason: &str) -> CliError {
    let path = crate::output::text::printable(&String::from_utf8_lossy(path));
    CliError::usage(format!(
        "the checked-out file {path} cannot be changed: {reason}. Nothing was changed"
    ))
}
