//! Puts a clean history in a repository's place, so that the repository is whole at every moment.
//!
//! Everything that needs space on the disk is written first, beside what it replaces. Then come the new objects, the refs, the index and the
//! checked-out files, and only then the old objects go: into a folder inside the repository that is itself a bare repository
//! with all that was there before. What fails on the way is undone.

mod checkout;
mod files;
mod kept;
mod lock;
mod undo;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use git::{GitError, Repository};
use jiff::Timestamp;
use rewrite::PAPERS;

use crate::CliError;
pub(crate) use checkout::Checkout;
use kept::Kept;
use lock::Lock;
pub(crate) use undo::undo;

/// How the folder of what was replaced is called, with the time behind it.
const BACKUP: &str = "deployguard-backup-";

/// Where in it the checked-out files are.
const CHECKOUT: &str = "checkout";

/// What is copied into it beside the refs.
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

/// Refuses what cannot be replaced safely.
pub(crate) fn check(repo: &Repository) -> Result<(), CliError> {
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
    work_tree(repo).map(drop)
}

/// Replaces the history of `repo` by that of the bare repository `clean`, which lies inside it. Says
/// where what was replaced is kept.
pub(crate) fn replace(
    repo: &Repository,
    clean: &Path,
    checkout: &Checkout,
    now: Timestamp,
) -> Result<PathBuf, CliError> {
    let git_dir = repo.git_dir();
    let mut refs = Lock::take(git_dir, "packed-refs")?;
    let mut index = Lock::take(git_dir, "index")?;
    let today = Repository::open(git_dir)?;
    if today.refs() != repo.refs() || today.head() != repo.head() {
        return Err(CliError::Conflict(
            "the repository got new commits while it was being cleaned; nothing was changed, run the command again"
                .to_owned(),
        ));
    }
    let backup = git_dir.join(format!("{BACKUP}{}", now.strftime("%Y%m%dT%H%M%SZ")));
    fs::create_dir(&backup).map_err(CliError::output(&backup))?;
    let mut switch = Switch {
        git_dir,
        clean,
        checkout,
        backup: &backup,
        kept: Kept::default(),
    };
    if let Err(error) = switch.prepare(repo, &mut refs, &mut index) {
        let _ = fs::remove_dir_all(&backup);
        return Err(error);
    }
    if let Err(error) = switch.carry_out(repo, refs, index) {
        undo::restore(git_dir, &backup, &switch.kept, checkout.root.as_deref())?;
        return Err(error);
    }
    Ok(backup)
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

fn is_index(file: &Path) -> bool {
    file.extension() == Some(OsStr::new("idx"))
}

/// The replacement of one history.
struct Switch<'a> {
    git_dir: &'a Path,
    clean: &'a Path,
    checkout: &'a Checkout,
    backup: &'a Path,
    kept: Kept,
}

impl Switch<'_> {
    /// Writes everything that is new, and copies of what will be overwritten. Changes nothing that Git sees.
    fn prepare(
        &mut self,
        repo: &Repository,
        refs: &mut Lock,
        index: &mut Lock,
    ) -> Result<(), CliError> {
        for name in KEPT.iter().chain(&["config"]).map(Path::new) {
            if self.git_dir.join(name).is_file() {
                files::copy(self.git_dir, self.backup, name)?;
            }
        }
        for file in files::below(&self.git_dir.join("refs"))? {
            files::copy(
                self.git_dir,
                self.backup,
                file.strip_prefix(self.git_dir).unwrap_or(&file),
            )?;
        }
        for folder in ["refs", "objects/pack"] {
            let folder = self.backup.join(folder);
            fs::create_dir_all(&folder).map_err(CliError::output(&folder))?;
        }
        if let Some(root) = &self.checkout.root {
            for (path, content) in &self.checkout.files {
                files::copy(root, &self.backup.join(CHECKOUT), Path::new(path))?;
                let id = kept::blob(repo, content).to_string();
                self.kept.written.insert(path.clone(), id);
                self.stage(root, path, content)?;
            }
            for path in &self.checkout.gone {
                files::copy(root, &self.backup.join(CHECKOUT), Path::new(path))?;
                self.kept.deleted.push(path.clone());
            }
        }
        if let Some(text) = &self.checkout.stashes {
            files::write(&self.staged("stashes"), text)?;
        }
        let source = self.clean.join("objects");
        let names = files::below(&source)?.into_iter().filter_map(|file| {
            Some(
                file.strip_prefix(&source)
                    .ok()?
                    .to_string_lossy()
                    .into_owned(),
            )
        });
        let is_new = |name: &String| !self.git_dir.join("objects").join(name).exists();
        self.kept.new_objects = names.filter(is_new).collect();
        self.kept.write(self.backup)?;
        refs.fill(&packed_refs(self.clean)?)?;
        index.fill(self.checkout.index.as_deref().unwrap_or_default())
    }

    /// Where the new content waits.
    fn staged(&self, name: &str) -> PathBuf {
        self.clean.join("staged").join(name)
    }

    /// The new content of a checked-out file, with the old one's permissions.
    fn stage(&self, root: &Path, path: &str, content: &[u8]) -> Result<(), CliError> {
        let (staged, old) = (self.staged(CHECKOUT).join(path), root.join(path));
        files::write(&staged, content)?;
        let permissions = old.metadata().map_err(GitError::io(&old))?.permissions();
        fs::set_permissions(&staged, permissions).map_err(CliError::output(&staged))
    }

    fn carry_out(&mut self, repo: &Repository, refs: Lock, index: Lock) -> Result<(), CliError> {
        self.bring_objects()?;
        refs.commit()?;
        self.replace_loose_refs(repo)?;
        if self.checkout.index.is_some() {
            index.commit()?;
        }
        if let Some(root) = &self.checkout.root {
            for (path, _) in &self.checkout.files {
                files::rename(&self.staged(CHECKOUT).join(path), &root.join(path))?;
            }
            for path in &self.checkout.gone {
                files::remove_with_folders(root, Path::new(path))?;
            }
        }
        self.put_away()?;
        for name in LEFTOVERS
            .iter()
            .chain(&PAPERS)
            .filter(|name| self.git_dir.join(name).exists())
        {
            files::rename(&self.git_dir.join(name), &self.backup.join(name))?;
        }
        if self.checkout.stashes.is_some() {
            files::rename(
                &self.staged("stashes"),
                &self.git_dir.join(checkout::STASHES),
            )?;
        }
        for name in PAPERS.iter().filter(|name| self.clean.join(name).is_file()) {
            files::rename(&self.clean.join(name), &self.git_dir.join(name))?;
        }
        self.kept.state = Some(kept::state(&Repository::open(self.git_dir)?)?);
        self.kept.write(self.backup)
    }

    /// Moves the clean history's objects in.
    fn bring_objects(&self) -> Result<(), CliError> {
        let mut new: Vec<&String> = self.kept.new_objects.iter().collect();
        // A pack's index comes last: with it, Git sees the pack.
        new.sort_by_key(|name| is_index(Path::new(name)));
        let (source, target) = (self.clean.join("objects"), self.git_dir.join("objects"));
        new.into_iter()
            .try_for_each(|name| files::rename(&source.join(name), &target.join(name)))
    }

    /// Loose refs win over packed ones, so the old ones go; those that name other refs stay.
    fn replace_loose_refs(&self, repo: &Repository) -> Result<(), CliError> {
        let packed = packed_refs(self.clean)?;
        let packed = String::from_utf8_lossy(&packed);
        let symbolic = |name: &Path| {
            let found = name.to_str().and_then(|name| repo.ref_store().find(name));
            let target = found.and_then(|found| found.symbolic.as_ref());
            target.is_some_and(|target| {
                packed
                    .lines()
                    .any(|line| line.ends_with(&format!(" {target}")))
            })
        };
        for file in files::below(&self.git_dir.join("refs"))? {
            let name = file.strip_prefix(self.git_dir).unwrap_or(&file);
            if !symbolic(name) {
                files::remove(&file)?;
            }
        }
        files::rename(&self.clean.join("HEAD"), &self.git_dir.join("HEAD"))
    }

    /// Moves every object file that is not new out of Git's sight; the indexes of packs first.
    fn put_away(&self) -> Result<(), CliError> {
        let objects = self.git_dir.join("objects");
        let mut all = files::below(&objects)?;
        all.sort_by_key(|file| !is_index(file));
        let wanted: std::collections::BTreeSet<PathBuf> = self.wanted()?;
        for file in all {
            let name = file.strip_prefix(&objects).unwrap_or(&file);
            if !wanted.contains(name) {
                files::rename(&file, &self.backup.join("objects").join(name))?;
            }
        }
        Ok(())
    }

    /// The clean history's object files: those that were brought in, and those that were there already.
    fn wanted(&self) -> Result<std::collections::BTreeSet<PathBuf>, CliError> {
        let source = self.clean.join("objects");
        let left = files::below(&source)?;
        let left = left
            .iter()
            .filter_map(|file| Some(file.strip_prefix(&source).ok()?.to_owned()));
        Ok(left
            .chain(self.kept.new_objects.iter().map(PathBuf::from))
            .collect())
    }
}

/// The refs of the clean repository, all of which are packed.
fn packed_refs(clean: &Path) -> Result<Vec<u8>, CliError> {
    let file = clean.join("packed-refs");
    Ok(fs::read(&file).map_err(GitError::io(&file))?)
}
