//! What is staged for the next commit: the file `index` of a work tree (gitformat-index, versions 2 to 4).

use std::path::Path;

use crate::{GitError, HashKind, Hasher, ObjectId, Repository};

/// One staged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFile {
    /// Its path in the work tree.
    pub path: Vec<u8>,
    /// Its content, a blob.
    pub id: ObjectId,
    /// Whether it is a symbolic link.
    pub is_link: bool,
    /// Whether it is a submodule: the id is that of a commit of another repository.
    pub is_submodule: bool,
}

/// What becomes of a staged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// It stays as it is.
    Same,
    /// Its content becomes this blob.
    Becomes(ObjectId),
    /// It is not staged any more.
    Gone,
}

/// What an index entry's mode says it is, in its upper bits.
const SUBMODULE: u32 = 0o16;
const FOLDER: u32 = 0o04;
const LINK: u32 = 0o12;

/// Bits of an entry's flags.
const EXTENDED: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
/// In the flags' first part: which side of a conflict it is.
const STAGE: u16 = 0x3000;

/// The staged files of a repository, in order of path; none if nothing was ever staged. In a conflict every side counts.
pub fn files(repo: &Repository) -> Result<Vec<StagedFile>, GitError> {
    let is_file = |entry: &Entry| !entry.file.is_submodule && entry.extended & INTENT_TO_ADD == 0;
    let files = entries(repo)?.into_iter().filter(is_file);
    Ok(files.map(|entry| entry.file).collect())
}

/// The same with submodules, and with what is only meant to be staged.
pub fn all(repo: &Repository) -> Result<Vec<StagedFile>, GitError> {
    let all = entries(repo)?.into_iter();
    Ok(all.map(|entry| entry.file).collect())
}

fn entries(repo: &Repository) -> Result<Vec<Entry>, GitError> {
    match read(repo)? {
        Some(data) => parse(&data, repo.hash_kind(), &repo.git_dir().join("index")),
        None => Ok(Vec::new()),
    }
}

/// The index after each file became what `fate` says; none if nothing changes, or nothing was ever staged.
/// Git compares a changed entry with the work tree when it needs to. What only makes Git faster is left out, since it names old objects.
pub fn remapped(
    repo: &Repository,
    fate: &dyn Fn(&StagedFile) -> Staged,
) -> Result<Option<Vec<u8>>, GitError> {
    let Some(data) = read(repo)? else {
        return Ok(None);
    };
    let hash = repo.hash_kind();
    let entries = parse(&data, hash, &repo.git_dir().join("index"))?;
    if entries.iter().any(|entry| entry.flags & STAGE != 0) {
        return Err(unsupported(
            "an unfinished merge",
            "finish it, or abort it with `git merge --abort`",
        ));
    }
    let (mut out, mut count, mut is_changed) = (data[..12].to_vec(), 0_u32, false);
    let mut before: Option<&Entry> = None;
    for (at, entry) in entries.iter().enumerate() {
        let fate = fate(&entry.file);
        is_changed |= fate != Staged::Same;
        if fate == Staged::Gone {
            continue;
        }
        let start = out.len();
        out.extend_from_slice(&data[entry.start..entry.end]);
        let was_before = at.checked_sub(1).map(|at| entries[at].start);
        if data[7] == 4 && before.map(|before| before.start) != was_before {
            // The path was written as a difference from one that is gone.
            out.truncate(start + entry.path_at);
            out.extend(number(before.map_or(0, |before| before.file.path.len())));
            out.extend_from_slice(&entry.file.path);
            out.push(0);
        }
        if let Staged::Becomes(new) = fate {
            // Times, owner and size are forgotten; the mode stays.
            out[start..start + 24].fill(0);
            out[start + 28..start + 40].fill(0);
            out[start + 40..start + 40 + hash.len()].copy_from_slice(new.as_bytes());
        }
        (before, count) = (Some(entry), count + 1);
    }
    out[8..12].copy_from_slice(&count.to_be_bytes());
    let mut hasher = Hasher::new(hash);
    hasher.update(&out);
    out.extend_from_slice(hasher.finish().as_bytes());
    Ok(is_changed.then_some(out))
}

fn read(repo: &Repository) -> Result<Option<Vec<u8>>, GitError> {
    let path = repo.git_dir().join("index");
    match std::fs::read(&path) {
        Ok(data) => Ok(Some(data)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(GitError::io(&path)(error)),
    }
}

/// One entry, and where it begins and ends.
pub(crate) struct Entry {
    mode: u32,
    flags: u16,
    extended: u16,
    pub(crate) file: StagedFile,
    /// Where its path begins, from its start.
    path_at: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The entries of the index at `path`.
pub(crate) fn parse(data: &[u8], hash: HashKind, path: &Path) -> Result<Vec<Entry>, GitError> {
    let corrupt = |reason| GitError::corrupt(path.display().to_string(), reason);
    let end = data.len().checked_sub(hash.len()).filter(|end| *end >= 12);
    let (body, checksum) = data.split_at(end.ok_or_else(|| corrupt("it is cut off"))?);
    let mut hasher = Hasher::new(hash);
    hasher.update(body);
    // Git leaves the checksum out where `index.skipHash` is set.
    let is_left_out = checksum.iter().all(|byte| *byte == 0);
    if !is_left_out && hasher.finish().as_bytes() != checksum {
        return Err(corrupt("its checksum does not match"));
    }
    let version = body[7];
    if body[..7] != *b"DIRC\0\0\0" || !(2..=4).contains(&version) {
        return Err(corrupt("it is not an index of version 2, 3 or 4"));
    }
    let count = u32::from_be_bytes([body[8], body[9], body[10], body[11]]);
    let mut reader = Reader {
        rest: &body[12..],
        version,
        hash,
        last: Vec::new(),
    };
    let mut entries = Vec::new();
    for _ in 0..count {
        let start = body.len() - reader.rest.len();
        let mut entry = reader.entry().ok_or_else(|| corrupt("it is cut off"))?;
        if entry.mode >> 12 == FOLDER {
            return Err(unsupported("a sparse index", "git sparse-checkout disable"));
        }
        (entry.start, entry.end) = (start, body.len() - reader.rest.len());
        entries.push(entry);
    }
    if reader.rest.starts_with(b"link") {
        return Err(unsupported(
            "a split index",
            "git update-index --no-split-index",
        ));
    }
    Ok(entries)
}

fn unsupported(feature: &str, remedy: &'static str) -> GitError {
    GitError::Unsupported {
        feature: feature.to_owned(),
        remedy,
    }
}

/// Reads entry after entry.
struct Reader<'a> {
    rest: &'a [u8],
    version: u8,
    hash: HashKind,
    /// The path before, on which paths of version 4 build.
    last: Vec<u8>,
}

impl Reader<'_> {
    /// The next entry; where it stands is for the caller to say.
    fn entry(&mut self) -> Option<Entry> {
        let all = self.rest;
        let mode = u32::from_be_bytes(all.get(24..28)?.try_into().ok()?);
        let id_end = 40 + self.hash.len();
        let id = ObjectId::from_bytes(all.get(40..id_end)?)?;
        let flags = u16::from_be_bytes(all.get(id_end..id_end + 2)?.try_into().ok()?);
        let mut at = id_end + 2;
        let mut extended = 0;
        if flags & EXTENDED != 0 {
            extended = u16::from_be_bytes(all.get(at..at + 2)?.try_into().ok()?);
            at += 2;
        }
        let path_at = at;
        let mut path = Vec::new();
        if self.version == 4 {
            let (strip, length) = distance(all.get(at..)?)?;
            at += length;
            path.extend_from_slice(self.last.get(..self.last.len().checked_sub(strip)?)?);
        }
        let name = all.get(at..)?;
        let length = memchr::memchr(0, name)?;
        path.extend_from_slice(&name[..length]);
        at += length;
        // Up to version 3, one to eight NULs make the entry's length a multiple of eight.
        at = if self.version == 4 {
            at + 1
        } else {
            (at + 8) & !7
        };
        self.rest = all.get(at..)?;
        self.last.clone_from(&path);
        Some(Entry {
            mode,
            flags,
            extended,
            file: StagedFile {
                path,
                id,
                is_link: mode >> 12 == LINK,
                is_submodule: mode >> 12 == SUBMODULE,
            },
            path_at,
            start: 0,
            end: 0,
        })
    }
}

/// A number as in the header of a difference by offset, and its length.
fn distance(data: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(data.first()? & 0x7f);
    let mut length = 1;
    while data[length - 1] & 0x80 != 0 {
        let byte = *data.get(length)?;
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
        length += 1;
    }
    Some((value, length))
}

/// The same, written.
fn number(value: usize) -> Vec<u8> {
    let low = |value: usize| u8::try_from(value & 0x7f).unwrap_or_default();
    let (mut bytes, mut rest) = (vec![low(value)], value >> 7);
    while rest > 0 {
        rest -= 1;
        bytes.push(low(rest) | 0x80);
        rest >>= 7;
    }
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::{distance, number, parse};
    use crate::HashKind;

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(value in 0..usize::MAX >> 8) {
            let bytes = number(value);
            prop_assert_eq!(distance(&bytes), Some((value, bytes.len())));
        }

        #[test]
        fn nothing_panics(version in 1..6u8, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut data = [b"DIRC\0\0\0", &[version][..], &[0, 0, 0, 3], &bytes].concat();
            data.extend_from_slice(&[0; 20]);
            let _ = parse(&data, HashKind::Sha1, Path::new("index"));
        }
    }
}
