//! What a rewrite changes beside objects and refs: the index, the files that are checked out, and the list of stashes.
//!
//! A file that is as it was committed becomes what its blob became. In one that was edited since, the values are replaced as they are in
//! blobs, and the edits stay.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git::staging::{self, Staged, StagedFile};
use git::{ObjectId, Repository};
use rewrite::{Certificate, FileRemover, Request, TextCleaner};

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
    /// Files that go, by the path below the root.
    pub(super) gone: Vec<String>,
}

impl Checkout {
    /// What becomes of `repo` when its objects become what the certificate says; `clean` has the new ones.
    pub(crate) fn new(
        repo: &Repository,
        clean: &Repository,
        request: &Request,
        certificate: &Certificate,
    ) -> Result<Self, CliError> {
        let Some(root) = super::work_tree(repo)? else {
            return Ok(Self::default());
        };
        let text = TextCleaner::new(request)?;
        let new_id = |id: &ObjectId| certificate.map.get(id).copied();
        let fates = fates(repo, request, certificate)?;
        let fate = |file: &StagedFile| fates.get(&file.path).copied().unwrap_or(Staged::Same);
        let mut checkout = Self {
            index: staging::remapped(repo, &fate)?,
            stashes: stashes(repo, &text, &new_id)?,
            ..Self::default()
        };
        for staged in staging::files(repo)? {
            if fate(&staged) == Staged::Gone {
                checkout.gone.extend(gone(repo, &root, staged)?);
                continue;
            }
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

    /// How many files change or go.
    pub(crate) fn file_count(&self) -> u64 {
        (self.files.len() + self.gone.len()) as u64
    }
}

/// What becomes of each staged file, by path, that does not stay as it is.
fn fates(
    repo: &Repository,
    request: &Request,
    certificate: &Certificate,
) -> Result<BTreeMap<Vec<u8>, Staged>, CliError> {
    let remover = FileRemover::new(&request.removal);
    let fate = |staged: &StagedFile| {
        if remover.takes_path(&staged.path) {
            return Ok(Staged::Gone);
        }
        if staged.is_submodule {
            return Ok(Staged::Same);
        }
        if !certificate.removed.contains(&staged.id) {
            let new = certificate.map.get(&staged.id);
            return Ok(new.map_or(Staged::Same, |new| Staged::Becomes(*new)));
        }
        if remover.takes_blob(repo, &staged.id)? {
            return Ok(Staged::Gone);
        }
        Err(refuse(
            &staged.path,
            "what is staged there is removed elsewhere; take it out of the index first",
        ))
    };
    let mut fates = BTreeMap::new();
    for staged in staging::all(repo)? {
        let fate = fate(&staged)?;
        if fate != Staged::Same {
            fates.insert(staged.path, fate);
        }
    }
    Ok(fates)
}

/// The path of a file that goes, if it is checked out: as it was staged, so that no edits are lost.
fn gone(repo: &Repository, root: &Path, staged: StagedFile) -> Result<Option<String>, CliError> {
    let here = |path: &str| root.join(path).symlink_metadata().is_ok();
    let path = String::from_utf8(staged.path)
        .map_err(|error| refuse(error.as_bytes(), "its name is not UTF-8; delete it first"))?;
    match read(root, &path)? {
        Some(bytes) if kept::blob(repo, &bytes) == staged.id => Ok(Some(path)),
        Some(_) => Err(refuse(
            path.as_bytes(),
            "it is to be removed and was edited since it was staged; put it aside first",
        )),
        None if here(&path) => Err(refuse(
            path.as_bytes(),
            "it is to be removed and is no plain file here; delete it first",
        )),
        None => Ok(None),
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
