//! Files moved and copied, each with an error that names it.

use std::fs;
use std::path::{Path, PathBuf};

use git::GitError;

use crate::CliError;

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
