//! The replacement of one history, step by step.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Watch;
use git::{GitError, Repository, bundle};
use rewrite::PAPERS;

use super::kept::{self, Kept};
use super::lock::Lock;
use super::{BUNDLE, CHECKOUT, Checkout, KEPT, LEFTOVERS, checkout, files, is_index};
use crate::CliError;

/// The replacement of one history.
pub(super) struct Switch<'a> {
    pub(super) git_dir: &'a Path,
    pub(super) clean: &'a Path,
    pub(super) checkout: &'a Checkout,
    pub(super) backup: &'a Path,
    pub(super) kept: Kept,
}

impl Switch<'_> {
    /// Writes everything that is new, and what brings the old back. Changes nothing that Git sees but its locks.
    pub(super) fn prepare(
        &mut self,
        repo: &Repository,
        watch: &dyn Watch,
    ) -> Result<[Lock; 2], CliError> {
        let locks = Lock::take_all(self.git_dir, self.backup)?;
        let today = Repository::open(self.git_dir)?;
        if today.refs() != repo.refs() || today.head() != repo.head() {
            return Err(CliError::Conflict(
                "the repository got new commits while it was being cleaned; nothing was changed, run the command again"
                    .to_owned(),
            ));
        }
        for name in KEPT.iter().chain(&["config"]).map(Path::new) {
            if self.git_dir.join(name).is_file() {
                files::copy(self.git_dir, self.backup, name)?;
            }
        }
        for file in files::below(&self.git_dir.join("refs"))? {
            let name = file.strip_prefix(self.git_dir).unwrap_or(&file);
            files::copy(self.git_dir, self.backup, name)?;
        }
        for folder in ["refs", "objects/pack"] {
            let folder = self.backup.join(folder);
            fs::create_dir_all(&folder).map_err(CliError::output(&folder))?;
        }
        let is_one_pack = bundle::write(&today, &self.backup.join(BUNDLE), watch)?;
        self.list_objects(&today, is_one_pack)?;
        self.stage_checkout(repo)?;
        let clean = Repository::open(self.clean)?;
        self.kept.new_refs = kept::refs(&clean);
        self.kept.new_staged = match self.checkout.index {
            Some(_) => kept::staged(&clean)?,
            None => kept::staged(&today)?,
        };
        let is_here = |name: &&str| self.git_dir.join(name).exists();
        let papers = PAPERS.iter().copied().filter(is_here);
        self.kept.papers = papers.map(str::to_owned).collect();
        // From here on there is something to undo.
        self.kept.write(self.backup)?;
        Ok(locks)
    }

    /// Which files of objects there are, and which ones will come.
    fn list_objects(&mut self, today: &Repository, is_one_pack: bool) -> Result<(), CliError> {
        let here = names(&self.git_dir.join("objects"))?;
        if let [pack] = today.packs()
            && is_one_pack
        {
            let name = pack.path().file_name().unwrap_or_default();
            self.kept.pack = Some(format!("pack/{}", name.to_string_lossy()));
        }
        let new = names(&self.clean.join("objects"))?;
        self.kept.new_objects = new.difference(&here).cloned().collect();
        self.kept.old_objects = here.into_iter().filter(|name| is_stored(name)).collect();
        Ok(())
    }

    /// Copies the checked-out files that change, and writes what they become.
    fn stage_checkout(&mut self, repo: &Repository) -> Result<(), CliError> {
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
        if let Some(index) = &self.checkout.index {
            files::write(&self.clean.join("index"), index)?;
        }
        match &self.checkout.stashes {
            Some(text) => files::write(&self.staged("stashes"), text),
            None => Ok(()),
        }
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

    /// Puts the new in the place of the old.
    pub(super) fn carry_out(
        &mut self,
        repo: &Repository,
        [refs, index]: [Lock; 2],
    ) -> Result<(), CliError> {
        let wanted = names(&self.clean.join("objects"))?;
        self.bring_objects()?;
        refs.commit(&self.clean.join("packed-refs"))?;
        self.replace_loose_refs(repo)?;
        if self.checkout.index.is_some() {
            index.commit(&self.clean.join("index"))?;
        }
        if let Some(root) = &self.checkout.root {
            for (path, _) in &self.checkout.files {
                files::rename(&self.staged(CHECKOUT).join(path), &root.join(path))?;
            }
            for path in &self.checkout.gone {
                files::remove_with_folders(root, Path::new(path))?;
            }
        }
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
        self.drop_objects(&wanted)?;
        self.kept.state = Some(kept::state(&Repository::open(self.git_dir)?)?);
        self.kept.write(self.backup)
    }

    /// Moves the clean history's objects in.
    fn bring_objects(&self) -> Result<(), CliError> {
        let mut new: Vec<&String> = self.kept.new_objects.iter().collect();
        new.sort_by_key(|name| !is_index(Path::new(name)));
        let (source, target) = (self.clean.join("objects"), self.git_dir.join("objects"));
        new.into_iter()
            .try_for_each(|name| files::rename(&source.join(name), &target.join(name)))
    }

    /// Loose refs win over packed ones, so the old ones go; those that name other refs stay.
    fn replace_loose_refs(&self, repo: &Repository) -> Result<(), CliError> {
        let symbolic = |name: &Path| {
            let found = name.to_str().and_then(|name| repo.ref_store().find(name));
            let target = found.and_then(|found| found.symbolic.as_ref());
            target.is_some_and(|target| self.kept.new_refs.contains_key(target))
        };
        for file in files::below(&self.git_dir.join("refs"))? {
            let name = file.strip_prefix(self.git_dir).unwrap_or(&file);
            if !symbolic(name) {
                files::remove(&file)?;
            }
        }
        files::rename(&self.clean.join("HEAD"), &self.git_dir.join("HEAD"))
    }

    /// Deletes the old objects, which the bundle has. What lies beside them is kept if it will fit again.
    fn drop_objects(&self, wanted: &BTreeSet<String>) -> Result<(), CliError> {
        let objects = self.git_dir.join("objects");
        let old = names(&objects)?;
        let mut old: Vec<&String> = old.difference(wanted).collect();
        old.sort_by_key(|name| is_index(Path::new(name)));
        for name in old {
            let fits = self.kept.pack.is_some() || !name.starts_with("pack/");
            if fits && !is_stored(name) {
                let aside = self.backup.join("objects").join(name);
                files::rename(&objects.join(name), &aside)?;
            } else {
                files::remove(&objects.join(name))?;
            }
        }
        Ok(())
    }
}

/// Every file below a folder of objects, by its name there.
fn names(folder: &Path) -> Result<BTreeSet<String>, CliError> {
    let all = files::below(folder)?;
    let name = |file: &PathBuf| {
        let name = file.strip_prefix(folder).ok()?;
        Some(name.to_string_lossy().into_owned())
    };
    Ok(all.iter().filter_map(name).collect())
}

/// Whether a file below `objects` holds objects: a pack, or a loose one.
fn is_stored(name: &str) -> bool {
    let is_pack = Path::new(name)
        .extension()
        .is_some_and(|kind| kind == "pack");
    match name.split_once('/') {
        Some(("pack", _)) => is_pack,
        Some((folder, _)) => folder != "info",
        None => false,
    }
}
