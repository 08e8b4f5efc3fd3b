//! Writes a pack and its index: new entries and entries copied as they are.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::pack::{entry, index};
use crate::{Base, GitError, HashKind, Hasher, ObjectId};

/// Writes one pack, entry by entry. Nothing is visible under its final name before [`PackWriter::finish`].
pub struct PackWriter {
    folder: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    hash: HashKind,
    hasher: Hasher,
    position: u64,
    announced: u32,
    objects: Vec<(ObjectId, u32, u64)>,
    header: Vec<u8>,
}

/// A written pack.
#[derive(Clone, Debug)]
pub struct FinishedPack {
    /// The `.pack` file; its `.idx` lies beside it.
    pub path: PathBuf,
    /// The pack's trailer.
    pub checksum: ObjectId,
    /// Objects in it.
    pub objects: u32,
    /// Bytes of the `.pack` file.
    pub bytes: u64,
}

impl PackWriter {
    /// Begins a pack of exactly `count` entries in `folder` (an `objects/pack` folder, which must exist).
    pub fn create(folder: &Path, hash: HashKind, count: u32) -> Result<Self, GitError> {
        let temporary = folder.join(format!("tmp_pack_{}", std::process::id()));
        let file = File::create(&temporary).map_err(GitError::io(&temporary))?;
        let mut writer = Self {
            folder: folder.to_owned(),
            temporary,
            file: BufWriter::with_capacity(1 << 20, file),
            hash,
            hasher: Hasher::new(hash),
            position: 0,
            announced: count,
            objects: Vec::with_capacity(count as usize),
            header: Vec::new(),
        };
        writer.write(b"PACK\0\0\0\x02")?;
        writer.write(&count.to_be_bytes())?;
        Ok(writer)
    }

    /// Where the next entry will begin.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Appends an entry: `payload` is the compressed object or delta, `size` its inflated size. Says
    /// where the entry begins.
    pub fn add(
        &mut self,
        id: ObjectId,
        base: Base,
        size: u64,
        payload: &[u8],
    ) -> Result<u64, GitError> {
        let offset = self.position;
        let mut header = std::mem::take(&mut self.header);
        header.clear();
        entry::write(base, size, &mut header);
        let mut crc = crc32fast::Hasher::new();
        crc.update(&header);
        crc.update(payload);
        self.write(&header)?;
        self.write(payload)?;
        self.header = header;
        self.objects.push((id, crc.finalize(), offset));
        Ok(offset)
    }

    /// Writes the trailer and the index, and gives both their final names.
    pub fn finish(mut self) -> Result<FinishedPack, GitError> {
        if self.objects.len() != self.announced as usize {
            return Err(GitError::corrupt(
                "the new pack",
                "it has another number of entries than announced",
            ));
        }
        let checksum = self.hasher.clone().finish();
        self.write(checksum.as_bytes())?;
        self.file.flush().map_err(GitError::io(&self.temporary))?;
        self.file
            .get_ref()
            .sync_all()
            .map_err(GitError::io(&self.temporary))?;
        let path = self.folder.join(format!("pack-{checksum}.pack"));
        let index = index::encode(&mut self.objects, checksum, self.hash);
        // The index first: Git looks for packs by their index, ours by the pack; neither must find one without the other for long.
        fs::write(path.with_extension("idx"), index).map_err(GitError::io(&path))?;
        fs::rename(&self.temporary, &path).map_err(GitError::io(&path))?;
        Ok(FinishedPack {
            path,
            checksum,
            objects: self.announced,
            bytes: self.position,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), GitError> {
        self.hasher.update(bytes);
        self.position += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(GitError::io(&self.temporary))
    }
}

impl Drop for PackWriter {
    fn drop(&mut self) {
        // Gone already when the pack was finished; left over otherwise.
        let _ = fs::remove_file(&self.temporary);
    }
}
