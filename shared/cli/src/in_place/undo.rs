//! Brings back what was replaced: refs, HEAD, objects, index and files, as they were.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git::{GitError, Repository};
use rewrite::PAPERS;

use super::kept::{self, Kept};
use super::lock::Lock;
use super::{BACKUP, CHECKOUT, KEPT, LEFTOVERS, files};
use crate::CliError;

/// Undoes the last replacement. Says which one it was.
pub(crate) fn undo(repo: &Repository) -> Result<PathBuf, CliError> {
    let git_dir = repo.git_dir();
    let backup = newest(git_dir)?;
    let kept = Kept::read(&backup)?;
    let _locks = [
        Lock::take(git_dir, "packed-refs")?,
        Lock::take(git_dir, "index")?,
    ];
    let root = super::work_tree(repo)?;
    refuse_lost_work(repo, &kept, root.as_deref())?;
    restore(git_dir, &backup, &kept, root.as_deref())?;
    Ok(backup)
}

/// The last backup.
fn newest(git_dir: &Path) -> Result<PathBuf, CliError> {
    let entries = fs::read_dir(git_dir).map_err(GitError::io(git_dir))?;
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let newest = names.filter(|name| name.starts_with(BACKUP)).max();
    newest.map(|name| git_dir.join(name)).ok_or_else(|| {
        CliError::usage(format!(
            "there is nothing to undo: {} has no folder {BACKUP}…",
            git_dir.display()
        ))
    })
}

/// What came after the replacement would be lost.
fn refuse_lost_work(repo: &Repository, kept: &Kept, root: Option<&Path>) -> Result<(), CliError> {
    let lost = |what: &str| {
        CliError::Conflict(format!(
            "{what} changed since the history was replaced, and would be lost; nothing was undone"
        ))
    };
    if kept
        .state
        .as_deref()
        .is_some_and(|state| kept::state(repo).ok().as_deref() != Some(state))
    {
        return Err(lost("refs, or what is staged,"));
    }
    let Some(root) = root else { return Ok(()) };
    let is_back = |path: &&String| root.join(path).symlink_metadata().is_ok();
    if let Some(path) = kept.deleted.iter().find(is_back) {
        let path = crate::output::text::printable(path);
        return Err(lost(&format!("the file {path}")));
    }
    for (path, id) in &kept.written {
        let is_as_written = fs::read(root.join(path))
            .is_ok_and(|bytes| kept::blob(repo, &bytes).to_string() == *id);
        if !is_as_written {
            return Err(lost(&format!(
                "the file {}",
                crate::output::text::printable(path)
            )));
        }
    }
    Ok(())
}

/// Brings everything back, however far the replacement came.
pub(super) fn restore(
    git_dir: &Path,
    backup: &Path,
    kept: &Kept,
    root: Option<&Path>,
) -> Result<(), CliError> {
    let objects = git_dir.join("objects");
    let old = backup.join("objects");
    let mut moved = files::below(&old)?;
    // A pack's index comes last: with it, Git sees the pack.
    moved.sort_by_key(|file| super::is_index(file));
    for file in moved {
        files::rename(
            &file,
            &objects.join(file.strip_prefix(&old).unwrap_or(&file)),
        )?;
    }
    restore_refs(git_dir, backup)?;
    if let Some(root) = root {
        let from = backup.join(CHECKOUT);
        for file in files::below(&from)? {
            files::rename(&file, &root.join(file.strip_prefix(&from).unwrap_or(&file)))?;
        }
    }
    let mut new: Vec<PathBuf> = kept
        .new_objects
        .iter()
        .map(|name| objects.join(name))
        .collect();
    new.sort_by_key(|file| !super::is_index(file));
    for file in new.iter().filter(|file| file.exists()) {
        files::remove(file)?;
    }
    if kept.state.is_some() {
        for name in PAPERS {
            let _ = fs::remove_file(git_dir.join(name));
        }
    }
    for name in LEFTOVERS
        .iter()
        .chain(&PAPERS)
        .filter(|name| backup.join(name).exists())
    {
        let target = git_dir.join(name);
        if target.is_dir() {
            fs::remove_dir_all(&target).map_err(CliError::output(&target))?;
        }
        files::rename(&backup.join(name), &target)?;
    }
    fs::remove_dir_all(backup).map_err(CliError::output(backup))
}

fn restore_refs(git_dir: &Path, backup: &Path) -> Result<(), CliError> {
    let names: BTreeSet<PathBuf> = files::below(&backup.join("refs"))?
        .into_iter()
        .filter_map(|file| Some(file.strip_prefix(backup).ok()?.to_owned()))
        .collect();
    for file in files::below(&git_dir.join("refs"))? {
        let name = file.strip_prefix(git_dir).unwrap_or(&file);
        if !names.contains(name) {
            files::remove(&file)?;
        }
    }
    // There were none before.
    if !backup.join("packed-refs").is_file() {
        let _ = fs::remove_file(git_dir.join("packed-refs"));
    }
    let single = KEPT
        .iter()
        .map(Path::new)
        .filter(|name| backup.join(name).is_file());
    for name in names.iter().map(PathBuf::as_path).chain(single) {
        files::rename(&backup.join(name), &git_dir.join(name))?;
    }
    Ok(())
}
