//! Git's own locks: no other program changes what is locked meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::files;
use crate::CliError;

/// The lock of one file, which becomes the file's new content.
pub(super) struct Lock {
    path: PathBuf,
    file: File,
    target: PathBuf,
}

impl Lock {
    /// Locks the file `name`.
    pub(super) fn take(git_dir: &Path, name: &str) -> Result<Self, CliError> {
        let path = git_dir.join(format!("{name}.lock"));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.map_err(|_| {
            CliError::Conflict(format!(
                "another program is changing the repository ({} exists); try again when it is done",
                path.display()
            ))
        })?;
        Ok(Self {
            path,
            file,
            target: git_dir.join(name),
        })
    }

    /// Writes what the file is to become.
    pub(super) fn fill(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let written = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_all());
        written.map_err(CliError::output(&self.path))
    }

    /// Makes what was written the file, in one step.
    pub(super) fn commit(self) -> Result<(), CliError> {
        files::rename(&self.path, &self.target)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Gone already when it was committed.
        let _ = fs::remove_file(&self.path);
    }
}
