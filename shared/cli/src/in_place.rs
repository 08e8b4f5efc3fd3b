//! Puts a clean history in a repository's place, so that the repository is whole at every moment.
//!
//! Everything that needs space on the disk is written first, beside what it replaces: into a folder inside the repository, a bundle with
//! every old object and ref, and copies of what a bundle cannot hold. Then come the new objects, the refs, the index and the
//! checked-out files, and only then the old objects go. What fails on the way is undone; a run that is killed is undone by the next.

mod checkout;
mod files;
mod kept;
mod lock;
mod switch;
mod undo;

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use domain::{Unwatched, Watch};
use git::{GitError, Repository};
use jiff::Timestamp;

use crate::CliError;
pub(crate) use checkout::Checkout;
use kept::Kept;
pub(crate) use lock::Claim;
use switch::Switch;
pub(crate) use undo::{heal, undo};

/// How the folder of what was replaced is called, with the time behind it.
const BACKUP: &str = "deployguard-backup-";

/// The old history in it: every object and ref.
const BUNDLE: &str = "history.bundle";

/// How folders are called that hold what is not ready; what is left of them is deleted by the next run.
pub(crate) const SCRATCH: &str = "deployguard-clean-";
pub(crate) const HEALING: &str = "deployguard-heal-";

/// What no other program may change meanwhile.
const LOCKED: [&str; 2] = ["packed-refs", "index"];

/// Where in the folder the checked-out files are.
const CHECKOUT: &str = "checkout";

/// What is copied into the folder beside the refs.
const KEPT: &[&str] = &["HEAD", "packed-refs", "index"];

/// What else in a repository can name old objects, or holds what was removed.
const LEFTOVERS: &[&str] = &[
    "logs",
    "ORIG_HEAD",
    "FETCH_HEAD",
    "AUTO_MERGE",
    "COMMIT_EDITMSG",
    "MERGE_MSG",
    "SQUASH_MSG",
    "rr-cache",
    "gc.log",
];

/// Signs of work that is not finished, and how to finish it.
const UNFINISHED: &[(&str, &str)] = &[
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase or am"),
    ("BISECT_LOG", "bisect"),
];

/// Refuses what cannot be replaced safely. The claim keeps other runs away.
pub(crate) fn check(repo: &Repository) -> Result<Claim, CliError> {
    let git_dir = repo.git_dir();
    let linked = git_dir.join("worktrees");
    let has_linked = linked
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if has_linked || git_dir.join("commondir").exists() {
        return Err(CliError::usage(
            "the repository has linked work trees, which would still hold the secrets; remove them with `git worktree remove`",
        ));
    }
    if git_dir.join("objects/info/alternates").exists() {
        return Err(CliError::usage(
            "the repository takes objects from other folders (objects/info/alternates); make it whole with `git repack -a -d` first",
        ));
    }
    if let Some((_, what)) = UNFINISHED
        .iter()
        .find(|(name, _)| git_dir.join(name).exists())
    {
        return Err(CliError::usage(format!(
            "there is an unfinished {what} in the repository; finish or abort it first"
        )));
    }
    work_tree(repo)?;
    Claim::take(git_dir)
}

/// Replaces the history of `repo` by that of the bare repository `clean`, which lies inside it. Says
/// where what was replaced is kept.
pub(crate) fn replace(
    _claim: &Claim,
    repo: &Repository,
    clean: &Path,
    checkout: &Checkout,
    now: Timestamp,
    watch: &dyn Watch,
) -> Result<PathBuf, CliError> {
    let git_dir = repo.git_dir();
    let backup = new_backup(git_dir, now)?;
    let mut switch = Switch {
        git_dir,
        clean,
        checkout,
        backup: &backup,
        kept: Kept::default(),
    };
    match switch.prepare(repo, watch) {
        Ok(locks) => {
            if let Err(error) = switch.carry_out(repo, locks) {
                let root = checkout.root.as_deref();
                undo::restore(repo, &backup, &switch.kept, root, &Unwatched)?;
                return Err(error);
            }
            Ok(backup)
        }
        Err(error) => {
            files::drop_folder(git_dir, &backup)?;
            Err(error)
        }
    }
}

/// A new folder for what is replaced; the last one is the last in order of name.
fn new_backup(git_dir: &Path, now: Timestamp) -> Result<PathBuf, CliError> {
    let name = format!("{BACKUP}{}", now.strftime("%Y%m%dT%H%M%SZ"));
    for number in 0..=9 {
        let folder = match number {
            0 => git_dir.join(&name),
            _ => git_dir.join(format!("{name}-{number}")),
        };
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => {
                return made
                    .map(|()| folder.clone())
                    .map_err(CliError::output(&folder));
            }
        }
    }
    Err(CliError::Conflict(
        "the history was replaced ten times in this second; try again".to_owned(),
    ))
}

/// The folder with the checked-out files; none for a bare repository.
fn work_tree(repo: &Repository) -> Result<Option<PathBuf>, CliError> {
    let file = repo.git_dir().join("config");
    let text = fs::read(&file).map_err(GitError::io(&file))?;
    let text = String::from_utf8_lossy(&text).to_lowercase();
    let settings: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    if settings.iter().any(|line| line == "bare=true") {
        return Ok(None);
    }
    let inside = repo.git_dir().file_name() == Some(OsStr::new(".git"));
    let elsewhere = settings.iter().any(|line| line.starts_with("worktree="));
    match repo.git_dir().parent().filter(|_| inside && !elsewhere) {
        Some(root) if root == Path::new("") => Ok(Some(PathBuf::from("."))),
        Some(root) => Ok(Some(root.to_owned())),
        None => Err(CliError::usage(
            "the checked-out files are not beside the repository (a submodule, or core.worktree), and would still hold the secrets",
        )),
    }
}

/// Whether the file is a pack's index. A pack is seen, by Git and by us, only with its index, and never without a complaint if that is
/// missing: so the index comes first and goes last.
fn is_index(file: &Path) -> bool {
    file.extension() == Some(OsStr::new("idx"))
}
