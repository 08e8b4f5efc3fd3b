//! Files moved and copied, each with an error that names it.

use std::fs;
use std::path::{Path, PathBuf};

use git::GitError;

use super::{HEALING, SCRATCH};
use crate::CliError;

/// Where a file waits, in the folder of what was replaced, until it gets its place in one step.
pub(super) const STAGED: &str = "staged";

/// Every file below a folder, in order; none if there is no such folder.
pub(super) fn below(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(GitError::io(&folder))? {
            let path = entry.map_err(GitError::io(&folder))?.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Copies `name` below `from`, with its permissions, to the same place below `to`.
pub(super) fn copy(from: &Path, to: &Path, name: &Path) -> Result<(), CliError> {
    let target = to.join(name);
    make_parent(&target)?;
    fs::copy(from.join(name), &target).map_err(CliError::output(&target))?;
    Ok(())
}

/// Copies the file `from` over `to`, by way of the folder `backup`: nobody ever sees half of it.
pub(super) fn put(from: &Path, to: &Path, backup: &Path) -> Result<(), CliError> {
    let staged = backup.join(STAGED);
    fs::copy(from, &staged).map_err(CliError::output(&staged))?;
    rename(&staged, to)
}

/// Deletes a folder. It is out of sight at once, under a name that [`sweep`] knows if the program ends meanwhile.
pub(super) fn drop_folder(git_dir: &Path, folder: &Path) -> Result<(), CliError> {
    let gone = git_dir.join(format!("{SCRATCH}{}-gone", std::process::id()));
    rename(folder, &gone)?;
    fs::remove_dir_all(&gone).map_err(CliError::output(&gone))
}

/// Deletes what runs that were killed left behind.
pub(super) fn sweep(git_dir: &Path) -> Result<(), CliError> {
    for entry in fs::read_dir(git_dir).map_err(GitError::io(git_dir))? {
        let path = entry.map_err(GitError::io(git_dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_prefix('.').unwrap_or(&name);
        if path.is_dir() && (name.starts_with(SCRATCH) || name.starts_with(HEALING)) {
            fs::remove_dir_all(&path).map_err(CliError::output(&path))?;
        }
    }
    Ok(())
}

/// Gives a file or folder another name.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), CliError> {
    make_parent(to)?;
    fs::rename(from, to).map_err(CliError::output(to))
}

/// Deletes a file.
pub(super) fn remove(file: &Path) -> Result<(), CliError> {
    fs::remove_file(file).map_err(CliError::output(file))
}

/// Deletes a file below `root`, and the folders above it that are empty then.
pub(super) fn remove_with_folders(root: &Path, name: &Path) -> Result<(), CliError> {
    remove(&root.join(name))?;
    let folders = name.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != Path::new("")) {
        // One that is not empty stays, and so do those above it.
        if fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Writes a new file.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    make_parent(file)?;
    fs::write(file, bytes).map_err(CliError::output(file))
}

fn make_parent(file: &Path) -> Result<(), CliError> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(CliError::output(folder))
}
