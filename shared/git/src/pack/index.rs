//! The index beside a pack: its objects' ids in order, and where each begins (gitformat-pack, version 2).

use std::path::Path;

use crate::map::MappedFile;
use crate::{GitError, HashKind, Hasher, ObjectId};

const FANOUT: usize = 8;
const IDS: usize = FANOUT + 256 * 4;

/// A mapped index.
pub(crate) struct PackIndex {
    map: MappedFile,
    hash: HashKind,
    count: usize,
}

impl PackIndex {
    /// Opens the index at `path`.
    pub(crate) fn open(path: &Path, hash: HashKind) -> Result<Self, GitError> {
        Self::read(MappedFile::open(path)?, path, hash)
    }

    /// The index that lies at `path`: in order, but its checksum is not asked.
    pub(crate) fn read(map: MappedFile, path: &Path, hash: HashKind) -> Result<Self, GitError> {
        let corrupt = |reason| GitError::corrupt(path.display().to_string(), reason);
        if map.get(..8) != Some(b"\xfftOc\0\0\0\x02") {
            return Err(corrupt(
                "it is not a version 2 pack index; run `git index-pack` on its pack",
            ));
        }
        let count = be32(&map, FANOUT + 255 * 4).ok_or_else(|| corrupt("it is cut off"))? as usize;
        let index = Self { map, hash, count };
        if index.map.len() < index.large_offsets() + 2 * hash.len() {
            return Err(corrupt("it is cut off"));
        }
        let sorted = (1..count).all(|i| index.raw_id(i - 1) < index.raw_id(i));
        if sorted {
            Ok(index)
        } else {
            Err(corrupt("its ids are not in order"))
        }
    }

    /// Whether it is what was written: its checksum says so.
    pub(crate) fn is_intact(&self) -> bool {
        let (body, checksum) = self.map.split_at(self.map.len() - self.hash.len());
        let mut hasher = Hasher::new(self.hash);
        hasher.update(body);
        hasher.finish().as_bytes() == checksum
    }

    /// Objects in the pack.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The bytes of the id at `position`, in order of id.
    pub(crate) fn raw_id(&self, position: usize) -> &[u8] {
        let at = IDS + position * self.hash.len();
        &self.map[at..at + self.hash.len()]
    }

    /// The bytes of all ids, in order.
    pub(crate) fn raw_ids(&self) -> &[u8] {
        &self.map[IDS..IDS + self.count * self.hash.len()]
    }

    /// Where the object at `position` begins in the pack; none if the index is wrong about it.
    pub(crate) fn offset(&self, position: usize) -> Option<u64> {
        let short = be32(&self.map, self.offsets() + position * 4)?;
        if short & 0x8000_0000 == 0 {
            return Some(u64::from(short));
        }
        let at = self.large_offsets() + (short & 0x7fff_ffff) as usize * 8;
        let bytes = self.map.get(at..at + 8)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The position of an id; else that of the first one behind it.
    pub(crate) fn search(&self, id: &ObjectId) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.raw_id(middle).cmp(id.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }

    /// The CRC-32 of the entry of the object at `position`.
    pub(crate) fn crc(&self, position: usize) -> u32 {
        let at = IDS + self.count * self.hash.len() + position * 4;
        be32(&self.map, at).unwrap_or_default()
    }

    /// The checksum of the pack that the index was made for.
    pub(crate) fn pack_checksum(&self) -> &[u8] {
        let end = self.map.len() - self.hash.len();
        &self.map[end - self.hash.len()..end]
    }

    fn offsets(&self) -> usize {
        IDS + self.count * (self.hash.len() + 4)
    }

    fn large_offsets(&self) -> usize {
        self.offsets() + self.count * 4
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Writes an index: `objects` are (id, CRC-32 of the entry, offset), in any order.
pub(crate) fn encode(
    objects: &mut [(ObjectId, u32, u64)],
    pack_checksum: ObjectId,
    hash: HashKind,
) -> Vec<u8> {
    objects.sort_unstable();
    let mut out = b"\xfftOc\0\0\0\x02".to_vec();
    let mut so_far = 0;
    for first in 0..=255_u8 {
        so_far += objects[so_far..]
            .iter()
            .take_while(|o| o.0.as_bytes()[0] == first)
            .count();
        out.extend_from_slice(&u32::try_from(so_far).unwrap_or(u32::MAX).to_be_bytes());
    }
    objects
        .iter()
        .for_each(|o| out.extend_from_slice(o.0.as_bytes()));
    objects
        .iter()
        .for_each(|o| out.extend_from_slice(&o.1.to_be_bytes()));
    let mut large = Vec::new();
    for (_, _, offset) in objects.iter() {
        let short = u32::try_from(*offset)
            .ok()
            .filter(|short| *short < 0x8000_0000);
        let value = short.unwrap_or_else(|| {
            large.extend_from_slice(&offset.to_be_bytes());
            0x8000_0000 | u32::try_from(large.len() / 8 - 1).unwrap_or(u32::MAX)
        });
        out.extend_from_slice(&value.to_be_bytes());
    }
    out.extend_from_slice(&large);
    out.extend_from_slice(pack_checksum.as_bytes());
    let mut hasher = crate::Hasher::new(hash);
    hasher.update(&out);
    out.extend_from_slice(hasher.finish().as_bytes());
    out
}
