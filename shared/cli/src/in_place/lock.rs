//! Locks: one against another run of this program, and Git's own against every other program.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use git::GitError;

use super::files;
use crate::CliError;

/// The file that becomes a lock, in the folder of what is replaced.
const MARKER: &str = "deployguard-lock";

/// What is in a lock of ours, so that those of a run that was killed are known.
const TEXT: &[u8] = b"deployguard\n";

/// The right to change one repository in place. The system takes it back when the program ends, however it ends.
pub(crate) struct Claim(#[allow(dead_code)] File);

impl Claim {
    /// Takes it; a conflict if another run has it.
    pub(super) fn take(git_dir: &Path) -> Result<Self, CliError> {
        // Every repository has this file, and nothing here replaces it.
        let path = git_dir.join("config");
        let file = File::open(&path).map_err(GitError::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(CliError::Conflict(
                "another run of deployguard is changing the repository; try again when it is done"
                    .to_owned(),
            )),
            Err(TryLockError::Error(error)) => Err(GitError::io(&path)(error).into()),
        }
    }
}

/// Git's lock of one file: no other program changes it meanwhile.
pub(super) struct Lock {
    path: PathBuf,
    target: PathBuf,
}

impl Lock {
    /// Locks the file `name`, in the name of the folder `backup`.
    fn take(git_dir: &Path, name: &str, backup: &Path) -> Result<Self, CliError> {
        let marker = backup.join(MARKER);
        if !marker.exists() {
            files::write(&marker, TEXT)?;
        }
        let path = git_dir.join(format!("{name}.lock"));
        // The lock appears with its content, and only if there is none.
        fs::hard_link(marker, &path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => CliError::Conflict(format!(
                "another program is changing the repository ({} exists); try again when it is done",
                path.display()
            )),
            _ => CliError::output(&path)(error),
        })?;
        let target = git_dir.join(name);
        Ok(Self { path, target })
    }

    /// Locks all that no other program may change.
    pub(super) fn take_all(git_dir: &Path, backup: &Path) -> Result<[Self; 2], CliError> {
        let [refs, index] = super::LOCKED.map(|name| Self::take(git_dir, name, backup));
        Ok([refs?, index?])
    }

    /// Makes the file `new` what is locked, in one step.
    pub(super) fn commit(self, new: &Path) -> Result<(), CliError> {
        files::rename(new, &self.target)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Takes away the locks that a run which was killed left: whoever has the claim is the only run there is.
pub(super) fn release(_claim: &Claim, git_dir: &Path) {
    for name in super::LOCKED {
        let path = git_dir.join(format!("{name}.lock"));
        if fs::read(&path).is_ok_and(|found| found == TEXT) {
            let _ = fs::remove_file(&path);
        }
    }
}
