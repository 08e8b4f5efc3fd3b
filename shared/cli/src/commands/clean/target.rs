//! Where the clean history goes: a new folder, or the source's place.

use std::path::{Path, PathBuf};

use git::Repository;

use crate::args::CleanArgs;
use crate::in_place::{Claim, SCRATCH};
use crate::{CliError, in_place};

/// Where the clean history goes.
pub(super) enum Target {
    /// To a new bare repository at this path.
    New(PathBuf),
    /// Into the source, by way of this folder inside it; no other run may do so meanwhile.
    InPlace(PathBuf, Claim),
}

impl Target {
    /// The place that was asked for; an error if it cannot be used, or is taken when it comes to it.
    pub(super) fn of(args: &CleanArgs, repo: &Repository) -> Result<Self, CliError> {
        if args.place.in_place {
            let claim = in_place::check(repo)?;
            let name = format!("{SCRATCH}{}", std::process::id());
            return Ok(Self::InPlace(repo.git_dir().join(name), claim));
        }
        let given = args.output_dir.clone();
        let path = given.unwrap_or_else(|| default_name(&args.repo_path));
        if args.execute && path.symlink_metadata().is_ok() {
            return Err(CliError::usage(format!(
                "{} exists already; give another folder with --output-dir",
                path.display()
            )));
        }
        Ok(Self::New(path))
    }

    /// The folder that is written.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::New(path) | Self::InPlace(path, _) => path,
        }
    }
}

/// `shop` and `shop.git` become `shop-clean.git`, in the current folder.
fn default_name(repo: &Path) -> PathBuf {
    let path = repo.canonicalize().unwrap_or_else(|_| repo.to_owned());
    let is_inner = path.file_name().is_some_and(|name| name == ".git");
    let path = if is_inner {
        path.parent().unwrap_or(&path)
    } else {
        &path
    };
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "repository".to_owned());
    PathBuf::from(format!("{}-clean.git", name.trim_end_matches(".git")))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::default_name;

    #[test]
    fn the_result_is_named_after_the_source() {
        for (source, name) in [
            ("/x/shop", "shop-clean.git"),
            ("/x/shop.git", "shop-clean.git"),
            ("/x/shop/.git", "shop-clean.git"),
        ] {
            assert_eq!(default_name(Path::new(source)), PathBuf::from(name));
        }
    }
}
