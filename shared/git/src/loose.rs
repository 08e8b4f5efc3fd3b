//! Loose objects: one compressed file each, `objects/ab/cdef…`.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use crate::{GitError, HashKind, Inflater, Kind, ObjectId};

/// Lists the loose objects below an `objects` folder. Files that are no objects (Git leaves `tmp_obj_…`
/// behind when it is interrupted) are passed over, as Git does.
pub(crate) fn list(objects: &Path, hash: HashKind) -> Result<Vec<ObjectId>, GitError> {
    let mut ids = Vec::new();
    let mut firsts = names(objects)?;
    firsts.retain(|name| {
        matches!(
            name.as_bytes(),
            [b'0'..=b'9' | b'a'..=b'f', b'0'..=b'9' | b'a'..=b'f']
        )
    });
    firsts.sort();
    for first in firsts {
        for name in names(&objects.join(&first))? {
            let digits = format!("{first}{name}");
            if digits.len() == hash.len() * 2 {
                ids.extend(ObjectId::from_hex(digits.as_bytes()));
            }
        }
    }
    Ok(ids)
}

/// The names in a folder; none if it is not there.
fn names(folder: &Path) -> Result<Vec<String>, GitError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(GitError::io(folder)(error)),
    };
    let name = |entry: io::Result<DirEntry>| {
        let entry = entry.map_err(GitError::io(folder))?;
        Ok(entry.file_name().to_string_lossy().into_owned())
    };
    entries.map(name).collect()
}

/// Where the object lies below an `objects` folder.
pub(crate) fn path(objects: &Path, id: &ObjectId) -> PathBuf {
    let digits = id.to_string();
    objects.join(&digits[..2]).join(&digits[2..])
}

/// Reads and checks a loose object.
pub(crate) fn read(
    file: &Path,
    limit: u64,
    inflater: &mut Inflater,
) -> Result<(Kind, Vec<u8>), &'static str> {
    let packed = fs::read(file).map_err(|_| "its file cannot be read")?;
    decode(&packed, limit, inflater)
}

/// Takes the content of a loose object's file apart.
pub(crate) fn decode(
    packed: &[u8],
    limit: u64,
    inflater: &mut Inflater,
) -> Result<(Kind, Vec<u8>), &'static str> {
    let mut data = Vec::new();
    inflater.inflate_unknown(packed, limit.saturating_add(64), &mut data)?;
    let end = memchr::memchr(0, data.get(..64.min(data.len())).unwrap_or_default())
        .ok_or("it has no header")?;
    let (kind, size) = parse_header(&data[..end]).ok_or("its header is not valid")?;
    data.drain(..=end);
    if data.len() as u64 == size {
        Ok((kind, data))
    } else {
        Err("its size is not the one in its header")
    }
}

fn parse_header(header: &[u8]) -> Option<(Kind, u64)> {
    let space = memchr::memchr(b' ', header)?;
    let text = std::str::from_utf8(&header[space + 1..]).ok()?;
    let size: u64 = text.parse().ok()?;
    // A sign, or zeros in front, are no part of what Git hashes.
    let is_as_git_writes_it = size.to_string() == text;
    let kind = Kind::from_name(&header[..space])?;
    is_as_git_writes_it.then_some((kind, size))
}
