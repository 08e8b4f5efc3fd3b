//! Where a result grows until it is whole: beside its final place, so that giving it its name is one step. What a run that was
//! killed left there, the next one to the same place takes away.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use git::GitError;

use crate::RewriteError;

/// Locked by the run that writes here. The system takes the lock back when a run ends, however it ends.
const LOCK: &str = "deployguard-lock";

pub(crate) struct Staging {
    folder: PathBuf,
    target: PathBuf,
    _lock: File,
}

impl Staging {
    pub(crate) fn new(target: &Path) -> Result<Self, RewriteError> {
        let taken = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some())
            || target.is_file();
        if taken {
            return Err(RewriteError::Exists {
                path: target.to_owned(),
            });
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        remove_dead(target, &name);
        let folder = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(GitError::io(&folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(GitError::io(&path))?;
        lock.lock().map_err(GitError::io(&path))?;
        let packs = folder.join("objects/pack");
        fs::create_dir_all(&packs).map_err(GitError::io(&packs))?;
        Ok(Self {
            folder,
            target: target.to_owned(),
            _lock: lock,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Gives the result its name; says where its pack is now.
    pub(crate) fn publish(self, pack: &Path) -> Result<PathBuf, RewriteError> {
        let inside = pack.strip_prefix(&self.folder).unwrap_or(pack).to_owned();
        let _ = fs::remove_dir(&self.target); // an empty folder may stand there
        fs::rename(&self.folder, &self.target).map_err(GitError::io(&self.target))?;
        // Only now: without its lock, what a run killed in between left would be nobody's. In the result it hurts nobody.
        let _ = fs::remove_file(self.target.join(LOCK));
        Ok(self.target.join(inside))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Gone already when it was published.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes the folders of dead runs to `target`. One that cannot be removed is no reason to stop.
fn remove_dead(target: &Path, name: &str) {
    let beside = target.parent().filter(|path| !path.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(beside.unwrap_or(Path::new("."))) else {
        return;
    };
    for entry in entries.flatten() {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        let pid = other.strip_prefix(&format!(".{name}."));
        let pid = pid.and_then(|rest| rest.strip_suffix(".tmp"));
        if pid.is_some_and(|pid| pid.parse::<u32>().is_ok()) {
            remove_if_dead(&entry.path());
        }
    }
}

fn remove_if_dead(folder: &Path) {
    match File::open(folder.join(LOCK)) {
        Ok(lock) if lock.try_lock().is_ok() => drop(fs::remove_dir_all(folder)),
        Ok(_) => {}
        // Killed before it had a lock; then there is nothing in it.
        Err(_) => drop(fs::remove_dir(folder)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LOCK, Staging};

    #[test]
    fn what_dead_runs_left_goes_and_what_others_have_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".out.1.tmp", ".out.2.tmp", ".out.x.tmp", ".other.1.tmp"] {
            fs::create_dir_all(path(name).join("objects")).unwrap();
            fs::write(path(name).join(LOCK), "").unwrap();
        }
        fs::create_dir(path(".out.3.tmp")).unwrap();
        let alive = fs::File::open(path(".out.2.tmp").join(LOCK)).unwrap();
        alive.lock().unwrap();
        let staging = Staging::new(&path("out")).unwrap();
        assert!(staging.path().is_dir());
        drop(staging);
        let left = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".other.1.tmp", ".out.2.tmp", ".out.x.tmp"]);
    }
}
