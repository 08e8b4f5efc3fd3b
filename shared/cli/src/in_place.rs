//! Puts a clean history in a bare repository's place, so that the repository is whole at every moment.
//!
//! First the new objects come in, then the refs change, and only then the old objects go: into a
//! folder inside the repository that is itself a bare repository with all that was there before.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use git::{GitError, Repository};
use jiff::Timestamp;

use crate::CliError;

/// What else in a repository can name old objects.
const LEFTOVERS: &[&str] = &[
    "logs",
    "ORIG_HEAD",
    "FETCH_HEAD",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "gc.log",
];

/// Refuses what cannot be cleaned in place safely.
pub(crate) fn check(repo: &Repository) -> Result<(), CliError> {
    let git_dir = repo.git_dir();
    if !is_bare(git_dir)? {
        return Err(CliError::usage(
            "--in-place works on bare repositories only: here the checked-out files, the index and the reflogs would still \
             hold the secrets. Clean into a new folder instead (--output-dir), or make a bare clone with `git clone --mirror`",
        ));
    }
    let linked = git_dir.join("worktrees");
    if linked
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
    {
        return Err(CliError::usage(
            "--in-place: the repository has linked work trees, which would still hold the secrets; remove them with `git worktree remove`",
        ));
    }
    if git_dir.join("objects/info/alternates").exists() {
        return Err(CliError::usage(
            "--in-place: the repository takes objects from other folders (objects/info/alternates); make it whole with `git repack -a -d` first",
        ));
    }
    Ok(())
}

/// Replaces the history of `repo` by that of the bare repository `clean`, which lies inside it. Says
/// where what was replaced is kept.
pub(crate) fn replace(
    repo: &Repository,
    clean: &Path,
    now: Timestamp,
) -> Result<PathBuf, CliError> {
    let git_dir = repo.git_dir();
    let lock = Lock::take(git_dir)?;
    if Repository::open(git_dir)?.refs() != repo.refs() {
        return Err(CliError::Conflict(
            "the repository got new commits while it was being cleaned; nothing was changed, run the command again"
                .to_owned(),
        ));
    }
    let backup = git_dir.join(format!(
        "deployguard-backup-{}",
        now.strftime("%Y%m%dT%H%M%SZ")
    ));
    keep_refs(git_dir, &backup)?;
    let (source, target) = (clean.join("objects"), git_dir.join("objects"));
    let new = bring_objects(&source, &target)?;
    replace_refs(git_dir, clean, lock)?;
    put_away(&target, &backup.join("objects"), &new)?;
    for name in LEFTOVERS {
        let path = git_dir.join(name);
        if path.exists() {
            rename(&path, &backup.join(name))?;
        }
    }
    Ok(backup)
}

fn is_bare(git_dir: &Path) -> Result<bool, CliError> {
    let file = git_dir.join("config");
    let text = fs::read(&file).map_err(GitError::io(&file))?;
    let text = String::from_utf8_lossy(&text).to_lowercase();
    let setting = |line: &str| line.split_whitespace().collect::<String>();
    Ok(text.lines().any(|line| setting(line) == "bare=true"))
}

/// Git's own lock on the file of packed refs: no other program changes refs in bulk meanwhile.
struct Lock {
    path: PathBuf,
    file: fs::File,
    target: PathBuf,
}

impl Lock {
    fn take(git_dir: &Path) -> Result<Self, CliError> {
        let path = git_dir.join("packed-refs.lock");
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
            target: git_dir.join("packed-refs"),
        })
    }

    /// Makes `text` the packed refs, in one step.
    fn commit(mut self, text: &[u8]) -> Result<(), CliError> {
        let io = |lock: &Self| CliError::output(lock.path.clone());
        self.file.write_all(text).map_err(io(&self))?;
        self.file.sync_all().map_err(io(&self))?;
        rename(&self.path, &self.target)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Gone already when it was committed.
        let _ = fs::remove_file(&self.path);
    }
}

/// Copies everything that says what the refs are.
fn keep_refs(git_dir: &Path, backup: &Path) -> Result<(), CliError> {
    fs::create_dir(backup).map_err(CliError::output(backup))?;
    for name in ["HEAD", "config", "packed-refs"] {
        let (from, to) = (git_dir.join(name), backup.join(name));
        if from.is_file() {
            fs::copy(&from, &to).map_err(CliError::output(&to))?;
        }
    }
    for file in files_below(&git_dir.join("refs"))? {
        copy_into(git_dir, backup, &file)?;
    }
    create_folder(&backup.join("refs"))
}

fn copy_into(from: &Path, to: &Path, file: &Path) -> Result<(), CliError> {
    let target = to.join(file.strip_prefix(from).unwrap_or(file));
    if let Some(folder) = target.parent() {
        create_folder(folder)?;
    }
    fs::copy(file, &target).map_err(CliError::output(&target))?;
    Ok(())
}

/// Moves the clean history's objects in. Says which files they are.
fn bring_objects(source: &Path, target: &Path) -> Result<BTreeSet<PathBuf>, CliError> {
    let mut files = files_below(source)?;
    // A pack's index comes last: with it, Git sees the pack.
    files.sort_by_key(|file| file.extension() == Some(OsStr::new("idx")));
    let mut new = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(source).unwrap_or(&file).to_owned();
        let to = target.join(&name);
        if let Some(folder) = to.parent() {
            create_folder(folder)?;
        }
        // One of the same name has the same content.
        if !to.exists() {
            rename(&file, &to)?;
        }
        new.insert(name);
    }
    Ok(new)
}

/// Makes the refs those of `clean`. Loose refs win over packed ones, so the old ones go.
fn replace_refs(git_dir: &Path, clean: &Path, lock: Lock) -> Result<(), CliError> {
    let packed = clean.join("packed-refs");
    let text = if packed.is_file() {
        fs::read(&packed).map_err(GitError::io(&packed))?
    } else {
        Vec::new()
    };
    lock.commit(&text)?;
    let new = clean.join("refs");
    for file in files_below(&git_dir.join("refs"))? {
        let name = file.strip_prefix(git_dir).unwrap_or(&file);
        if !clean.join(name).is_file() {
            fs::remove_file(&file).map_err(CliError::output(&file))?;
        }
    }
    for file in files_below(&new)? {
        let target = git_dir.join(file.strip_prefix(clean).unwrap_or(&file));
        if let Some(folder) = target.parent() {
            create_folder(folder)?;
        }
        rename(&file, &target)?;
    }
    rename(&clean.join("HEAD"), &git_dir.join("HEAD"))
}

/// Moves every file below `objects` that is not one of `new` to `backup`.
fn put_away(objects: &Path, backup: &Path, new: &BTreeSet<PathBuf>) -> Result<(), CliError> {
    create_folder(&backup.join("pack"))?;
    let mut files = files_below(objects)?;
    // The other way round: the index goes first.
    files.sort_by_key(|file| file.extension() != Some(OsStr::new("idx")));
    for file in files {
        let name = file.strip_prefix(objects).unwrap_or(&file);
        if new.contains(name) {
            continue;
        }
        let target = backup.join(name);
        if let Some(folder) = target.parent() {
            create_folder(folder)?;
        }
        rename(&file, &target)?;
    }
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(GitError::io(&folder))? {
            let path = entry.map_err(GitError::io(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn create_folder(folder: &Path) -> Result<(), CliError> {
    fs::create_dir_all(folder).map_err(CliError::output(folder))
}

fn rename(from: &Path, to: &Path) -> Result<(), CliError> {
    fs::rename(from, to).map_err(CliError::output(to))
}
