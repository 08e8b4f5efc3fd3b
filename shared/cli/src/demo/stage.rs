//! The folder that the demo plays in, and what lies where in it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::CliError;

/// Marks a folder that an earlier demo made, and that this one may empty.
const MARK: &str = ".deployguard-demo";
/// The repository with the secrets.
pub(crate) const SOURCE: &str = "shop.git";
/// The one without.
pub(crate) const CLEAN: &str = "shop-clean.git";
/// Where it is pushed to.
pub(crate) const TARGET: &str = "new-home.git";
/// What the scan found.
pub(crate) const REPORT: &str = "report.json";

/// The folder that the demo plays in.
pub(crate) enum Stage {
    /// Goes away with this value.
    Temporary(TempDir),
    /// Stays.
    Kept(PathBuf),
}

impl Stage {
    /// A temporary folder, or `folder`: new, or emptied of what an earlier demo left.
    pub(crate) fn prepare(folder: Option<&Path>) -> Result<Self, CliError> {
        let Some(folder) = folder else {
            let temporary = tempfile::Builder::new()
                .prefix("deployguard-demo-")
                .tempdir();
            return Ok(Self::Temporary(
                temporary.map_err(CliError::output(std::env::temp_dir()))?,
            ));
        };
        let mark = folder.join(MARK);
        if mark.is_file() {
            for name in [SOURCE, CLEAN, TARGET] {
                let path = folder.join(name);
                if path.is_dir() {
                    fs::remove_dir_all(&path).map_err(CliError::output(&path))?;
                }
            }
        } else if folder.symlink_metadata().is_ok() {
            return Err(CliError::usage(format!(
                "{} exists and was not made by an earlier demo; give another folder",
                folder.display()
            )));
        }
        fs::create_dir_all(folder).map_err(CliError::output(folder))?;
        fs::write(&mark, "").map_err(CliError::output(&mark))?;
        Ok(Self::Kept(folder.to_owned()))
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// What lies in it under `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// How to look at what is left, for a person.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Temporary(_) => {
                "To look at the repositories: deployguard demo --output-dir demo".to_owned()
            }
            Self::Kept(folder) => {
                let folder = folder.display();
                format!(
                    "Look at them:  git -C {folder}/{SOURCE} log --graph --all\n               git -C {folder}/{TARGET} log --graph --all -p"
                )
            }
        }
    }
}
