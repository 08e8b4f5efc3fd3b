//! The place where a fetched repository comes to be: all of it appears at once, or nothing does.

use std::fmt::Write as _;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::advertisement::Advertisement;
use crate::{GitError, HashKind};

/// A folder beside the one that was asked for. Goes away with its content unless it is given the final name.
pub(super) struct Landing {
    into: PathBuf,
    work: PathBuf,
}

impl Landing {
    /// Prepares to make `into`, which must not exist or be an empty folder.
    pub(super) fn new(into: &Path) -> Result<Self, GitError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let refuse = |kind, text| GitError::io(into)(Error::new(kind, text));
        let name = into
            .file_name()
            .ok_or_else(|| refuse(ErrorKind::InvalidInput, "is not a name for a new folder"))?;
        if has_content(into).map_err(GitError::io(into))? {
            return Err(refuse(ErrorKind::AlreadyExists, "exists and is not empty"));
        }
        let parent = into.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(parent).map_err(GitError::io(parent))?;
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!(".{}.{}-{count}", name.to_string_lossy(), std::process::id());
            let work = parent.join(name);
            match fs::create_dir(&work) {
                Ok(()) => {
                    return Ok(Self {
                        into: into.to_owned(),
                        work,
                    });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(GitError::io(&work)(error)),
            }
        }
    }

    /// The folder for the pack.
    pub(super) fn pack_folder(&self) -> Result<PathBuf, GitError> {
        let folder = self.work.join("objects/pack");
        fs::create_dir_all(&folder).map_err(GitError::io(&folder))?;
        Ok(folder)
    }

    /// Writes all but the objects, and gives the folder its final name.
    pub(super) fn finish(&self, server: &Advertisement) -> Result<(), GitError> {
        let refs = self.work.join("refs");
        fs::create_dir_all(&refs).map_err(GitError::io(&refs))?;
        self.write("config", &config(server.hash))?;
        self.write("packed-refs", &packed_refs(server))?;
        if !server.shallow.is_empty() {
            let lines = server.shallow.iter().map(|id| format!("{id}\n"));
            self.write("shallow", &lines.collect::<String>())?;
        }
        self.write("HEAD", &head(server))?;
        fs::rename(&self.work, &self.into).map_err(GitError::io(&self.into))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), GitError> {
        let file = self.work.join(name);
        fs::write(&file, text).map_err(GitError::io(&file))
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        // Gone already if it has its final name; best effort otherwise.
        let _ = fs::remove_dir_all(&self.work);
    }
}

fn has_content(folder: &Path) -> std::io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn config(hash: HashKind) -> String {
    let (version, extension) = match hash {
        HashKind::Sha1 => (0, ""),
        HashKind::Sha256 => (1, "[extensions]\n\tobjectformat = sha256\n"),
    };
    format!(
        "[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = true\n{extension}"
    )
}

/// Names were checked when they came; what a tag leads to is for the tag to say, not for the server.
fn packed_refs(server: &Advertisement) -> String {
    let mut text = "# pack-refs with: sorted \n".to_owned();
    for (name, id) in &server.refs {
        let _ = writeln!(text, "{id} {name}");
    }
    text
}

fn head(server: &Advertisement) -> String {
    match (&server.head_branch, &server.head) {
        (Some(branch), _) => format!("ref: {branch}\n"),
        (None, Some(id)) => format!("{id}\n"),
        (None, None) => "ref: refs/heads/main\n".to_owned(),
    }
}
