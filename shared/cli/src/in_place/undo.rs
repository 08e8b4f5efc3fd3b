//! Brings back what was replaced: refs, HEAD, objects, index and files, as they were. Every step may be done twice: if the program is
//! killed here, the next run begins anew and comes to the same end.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Watch;
use git::{GitError, Repository, bundle};
use rewrite::PAPERS;

use super::kept::{self, Kept};
use super::lock::{self, Claim, Lock};
use super::{BACKUP, BUNDLE, CHECKOUT, KEPT, LEFTOVERS, files, is_index};
use crate::CliError;

/// Undoes the last replacement. Says which one it was.
pub(crate) fn undo(repo: &Repository, watch: &dyn Watch) -> Result<PathBuf, CliError> {
    let git_dir = repo.git_dir();
    let claim = Claim::take(git_dir)?;
    // One that was interrupted is the last one.
    if let Some(backup) = heal(&claim, repo, watch)? {
        return Ok(backup);
    }
    let backup = backups(git_dir)?.pop().ok_or_else(|| {
        CliError::usage(format!(
            "there is nothing to undo: {} has no folder {BACKUP}…",
            git_dir.display()
        ))
    })?;
    let mut kept = Kept::read(&backup)?.unwrap_or_default();
    let _locks = Lock::take_all(git_dir, &backup)?;
    let is_as_left = kept.state == Some(kept::state(repo)?);
    if !is_as_left {
        return Err(lost("refs, or what is staged,"));
    }
    let root = super::work_tree(repo)?;
    refuse_edited(repo, &backup, &kept, root.as_deref())?;
    kept.state = None;
    kept.write(&backup)?;
    restore(repo, &backup, &kept, root.as_deref(), watch)?;
    Ok(backup)
}

/// Brings back what a run that was killed was replacing, and clears up after it. Says what was brought back, if anything was.
pub(crate) fn heal(
    claim: &Claim,
    repo: &Repository,
    watch: &dyn Watch,
) -> Result<Option<PathBuf>, CliError> {
    let git_dir = repo.git_dir();
    lock::release(claim, git_dir);
    let mut healed = None;
    for backup in backups(git_dir)? {
        match Kept::read(&backup)? {
            Some(kept) if kept.state.is_some() => continue,
            Some(kept) => {
                let _locks = Lock::take_all(git_dir, &backup)?;
                let root = super::work_tree(repo)?;
                refuse_later(repo, &backup, &kept)?;
                refuse_edited(repo, &backup, &kept, root.as_deref())?;
                restore(repo, &backup, &kept, root.as_deref(), watch)?;
            }
            // Nothing was changed yet.
            None => files::drop_folder(git_dir, &backup)?,
        }
        healed = Some(backup);
    }
    files::sweep(git_dir)?;
    Ok(healed)
}

/// Every folder of what was replaced, the last one last.
fn backups(git_dir: &Path) -> Result<Vec<PathBuf>, CliError> {
    let entries = fs::read_dir(git_dir).map_err(GitError::io(git_dir))?;
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with(BACKUP)).collect();
    names.sort_unstable();
    Ok(names.iter().map(|name| git_dir.join(name)).collect())
}

fn lost(what: &str) -> CliError {
    CliError::Conflict(format!(
        "{what} changed since the history was replaced, and would be lost; nothing was undone"
    ))
}

/// After an interruption, every ref says what it said, or what it was to say, and so does what is staged.
fn refuse_later(repo: &Repository, backup: &Path, kept: &Kept) -> Result<(), CliError> {
    let old = Repository::open(backup)?;
    let before = kept::refs(&old);
    let is_known = |(name, target): (&String, &String)| {
        before.get(name) == Some(target) || kept.new_refs.get(name) == Some(target)
    };
    let staged = kept::staged(repo)?;
    if kept::refs(repo).iter().all(is_known)
        && (staged == kept.new_staged || staged == kept::staged(&old)?)
    {
        return Ok(());
    }
    Err(lost("refs, or what is staged,"))
}

/// Files that were edited after they were rewritten.
fn refuse_edited(
    repo: &Repository,
    backup: &Path,
    kept: &Kept,
    root: Option<&Path>,
) -> Result<(), CliError> {
    let Some(root) = root else { return Ok(()) };
    let file = |path: &str| fs::read(root.join(path)).ok();
    let is_as_written = |path: &str, id: &str| {
        file(path).is_some_and(|bytes| kept::blob(repo, &bytes).to_string() == id)
    };
    let is_gone = |path: &str| root.join(path).symlink_metadata().is_err();
    // As long as the replacement is not done, a file may be as it was.
    let is_as_it_was = |path: &str| {
        let old = fs::read(backup.join(CHECKOUT).join(path)).ok();
        kept.state.is_none() && old.is_some() && old == file(path)
    };
    let written = kept.written.iter();
    let rewritten = written.filter(|(path, id)| !is_as_written(path, id));
    let back = kept.deleted.iter().filter(|path| !is_gone(path));
    let mut others = rewritten.map(|(path, _)| path).chain(back);
    match others.find(|path| !is_as_it_was(path)) {
        Some(path) => {
            let name = crate::output::text::printable(path);
            Err(lost(&format!("the file {name}")))
        }
        None => Ok(()),
    }
}

/// Brings everything back, however far the replacement came, and drops the folder.
pub(super) fn restore(
    repo: &Repository,
    backup: &Path,
    kept: &Kept,
    root: Option<&Path>,
    watch: &dyn Watch,
) -> Result<(), CliError> {
    let git_dir = repo.git_dir();
    let objects = git_dir.join("objects");
    let unpacked = restore_objects(repo, backup, kept, watch)?;
    restore_refs(git_dir, backup)?;
    if let Some(root) = root {
        let from = backup.join(CHECKOUT);
        for file in files::below(&from)? {
            let name = file.strip_prefix(&from).unwrap_or(&file);
            files::put(&file, &root.join(name), backup)?;
        }
    }
    let new = kept.new_objects.iter().map(|name| objects.join(name));
    let mut new: Vec<PathBuf> = new
        .filter(|file| {
            unpacked
                .as_ref()
                .is_none_or(|pack| file.with_extension("") != pack.with_extension(""))
        })
        .collect();
    new.sort_by_key(|file| is_index(file));
    for file in new.iter().filter(|file| file.exists()) {
        files::remove(file)?;
    }
    for name in PAPERS
        .iter()
        .filter(|name| !kept.papers.contains(&(**name).to_owned()))
    {
        let _ = fs::remove_file(git_dir.join(name));
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
    files::drop_folder(git_dir, backup)
}

/// Takes the old objects out of the bundle, if one of their files is gone. Says which pack they are in then.
fn restore_objects(
    repo: &Repository,
    backup: &Path,
    kept: &Kept,
    watch: &dyn Watch,
) -> Result<Option<PathBuf>, CliError> {
    let (objects, aside) = (repo.git_dir().join("objects"), backup.join("objects"));
    let mut unpacked = None;
    if !kept
        .old_objects
        .iter()
        .all(|name| objects.join(name).exists())
    {
        let from = backup.join("objects.pack");
        let _ = fs::remove_file(&from);
        bundle::extract(&backup.join(BUNDLE), &from, watch)?;
        let target = if let Some(name) = &kept.pack {
            objects.join(name)
        } else {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let made = git::index_pack(&from, repo.hash_kind(), threads, u64::MAX, watch)?;
            let target = objects.join(format!("pack/pack-{}.pack", made.checksum));
            files::rename(&from.with_extension("idx"), &target.with_extension("idx"))?;
            target
        };
        unpacked = Some((from, target));
    }
    let mut others = files::below(&aside)?;
    others.sort_by_key(|file| !is_index(file));
    for file in others {
        let name = file.strip_prefix(&aside).unwrap_or(&file);
        files::rename(&file, &objects.join(name))?;
    }
    // With its index there already, the pack is seen when it is whole.
    let Some((from, target)) = unpacked else {
        return Ok(None);
    };
    files::rename(&from, &target)?;
    Ok(Some(target))
}

fn restore_refs(git_dir: &Path, backup: &Path) -> Result<(), CliError> {
    let names: BTreeSet<PathBuf> = files::below(&backup.join("refs"))?
        .into_iter()
        .filter_map(|file| Some(file.strip_prefix(backup).ok()?.to_owned()))
        .collect();
    let single = KEPT
        .iter()
        .map(Path::new)
        .filter(|name| backup.join(name).is_file());
    for name in names.iter().map(PathBuf::as_path).chain(single) {
        files::put(&backup.join(name), &git_dir.join(name), backup)?;
    }
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
    Ok(())
}
