//! Files mapped into memory: the only `unsafe` of the workspace.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

use crate::GitError;

/// A file's bytes, read by the operating system when they are first used.
#[derive(Debug)]
pub(crate) struct MappedFile {
    map: Option<Mmap>,
    is_file: bool,
}

impl MappedFile {
    /// Maps a file. An empty file gives no bytes.
    pub(crate) fn open(path: &Path) -> Result<Self, GitError> {
        let file = File::open(path).map_err(GitError::io(path))?;
        let length = file.metadata().map_err(GitError::io(path))?.len();
        if length == 0 {
            return Ok(Self {
                map: None,
                is_file: true,
            });
        }
        // SAFETY: Git never changes a pack or an index in place: it writes a new file and renames it, so
        // the mapped bytes stay as they are while the map lives. (Whoever truncates a pack under a
        // running program ends the program, here as in Git.)
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(GitError::io(path))?;
        Ok(Self {
            map: Some(map),
            is_file: true,
        })
    }

    /// Gives back the memory that its bytes take; whoever uses them again reads them anew. No more than a hint.
    pub(crate) fn release(&self) {
        #[cfg(unix)]
        if let Some(map) = self.map.as_ref().filter(|_| self.is_file) {
            // SAFETY: the map is of a file and nobody can write to it, so that the bytes come back as they were.
            #[allow(unsafe_code)]
            let released = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
            // Where the system will not, the memory stays in use.
            drop(released);
        }
    }

    /// These bytes, where no file is needed.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut map = memmap2::MmapMut::map_anon(bytes.len().max(1)).expect("there is memory");
        map[..bytes.len()].copy_from_slice(bytes);
        let map = map.make_read_only().expect("what was written can be read");
        Self {
            map: Some(map).filter(|_| !bytes.is_empty()),
            is_file: false,
        }
    }
}

impl Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }
}
