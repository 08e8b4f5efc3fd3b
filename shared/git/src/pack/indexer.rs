//! Makes the index of a pack that came from elsewhere, and checks every byte of it on the way.

use std::fs;
use std::path::Path;

use domain::Watch;
use flate2::{Decompress, FlushDecompress, Status};

use crate::map::MappedFile;
use crate::pack::decode::{Decode, Decoded, EntryVisitor};
use crate::pack::forest::{Entries, Entry, Forest, NONE};
use crate::pack::{Order, entry, index};
use crate::walk::Gauge;
use crate::{GitError, HashKind, Hasher, ObjectId};

/// What a pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackSummary {
    /// Objects in it.
    pub objects: u32,
    /// Its trailer.
    pub checksum: ObjectId,
}

/// Reads the pack at `pack`, checks its trailer, decodes and names every object on `threads` threads, and
/// writes `….idx` beside it. Objects larger than `limit` bytes are an error, as is any that is damaged.
pub fn index_pack(
    pack: &Path,
    hash: HashKind,
    threads: usize,
    limit: u64,
    watch: &dyn Watch,
) -> Result<PackSummary, GitError> {
    let map = MappedFile::open(pack)?;
    let name = pack.file_name().unwrap_or_default().to_string_lossy();
    let (index, summary) = index_bytes(&map, &name, hash, threads, limit, watch)?;
    let path = pack.with_extension("idx");
    fs::write(&path, index).map_err(GitError::io(&path))?;
    Ok(summary)
}

/// The index of the pack that is called `name`.
pub(crate) fn index_bytes(
    map: &[u8],
    name: &str,
    hash: HashKind,
    threads: usize,
    limit: u64,
    watch: &dyn Watch,
) -> Result<(Vec<u8>, PackSummary), GitError> {
    let outline = Outline::read(map, hash, name, watch)?;
    let ids = name_objects(map, &outline, hash, threads, limit, watch, name)?;
    let mut objects: Vec<_> = ids
        .into_iter()
        .zip(&outline.crcs)
        .zip(&outline.offsets)
        .map(|((id, crc), offset)| (id, *crc, *offset))
        .collect();
    let encoded = index::encode(&mut objects, outline.checksum, hash);
    if objects.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(GitError::corrupt(name, "it holds the same object twice"));
    }
    let summary = PackSummary {
        objects: u32::try_from(objects.len()).unwrap_or(u32::MAX),
        checksum: outline.checksum,
    };
    Ok((encoded, summary))
}

/// Where the entries of a pack begin.
struct Outline {
    offsets: Vec<u64>,
    crcs: Vec<u32>,
    end: u64,
    checksum: ObjectId,
}

impl Outline {
    /// Walks the pack from front to back. Only inflating an entry tells where it ends.
    fn read(map: &[u8], hash: HashKind, name: &str, watch: &dyn Watch) -> Result<Self, GitError> {
        let corrupt = |reason| GitError::corrupt(name, reason);
        let end = map
            .len()
            .checked_sub(hash.len())
            .filter(|end| *end >= 12)
            .ok_or_else(|| corrupt("it is cut off"))?;
        if &map[..4] != b"PACK" || !matches!(map[4..8], [0, 0, 0, 2 | 3]) {
            return Err(corrupt("it is not a pack of version 2 or 3"));
        }
        let mut hasher = Hasher::new(hash);
        hasher.update(&map[..end]);
        let checksum = hasher.finish();
        if checksum.as_bytes() != &map[end..] {
            return Err(corrupt("its checksum does not match (it may be cut off)"));
        }
        let count = u32::from_be_bytes([map[8], map[9], map[10], map[11]]);
        let mut outline = Self {
            offsets: Vec::new(),
            crcs: Vec::new(),
            end: end as u64,
            checksum,
        };
        let (mut at, mut scratch, mut zlib) = (12, vec![0; 64 << 10], Decompress::new(true));
        for done in 0..count {
            if done % 4096 == 0 {
                watch.progress("reading the pack", u64::from(done), u64::from(count));
                if let Some(stop) = watch.stop() {
                    return Err(stop.into());
                }
            }
            let header = entry::parse(&map[at..end], hash)
                .ok_or_else(|| corrupt("it has an entry without a valid header"))?;
            let from = at + header.length;
            let length = stream_length(&map[from..end], header.size, &mut zlib, &mut scratch)
                .map_err(corrupt)?;
            outline.offsets.push(at as u64);
            outline.crcs.push(crc32fast::hash(&map[at..from + length]));
            at = from + length;
        }
        if at == end {
            Ok(outline)
        } else {
            Err(corrupt("it has bytes after its last entry"))
        }
    }
}

/// Bytes of the zlib stream at the start of `input`, which must inflate to `size` bytes.
fn stream_length(
    input: &[u8],
    size: u64,
    zlib: &mut Decompress,
    scratch: &mut [u8],
) -> Result<usize, &'static str> {
    zlib.reset(true);
    loop {
        let at = usize::try_from(zlib.total_in()).map_err(|_| "it is too large")?;
        let before = (zlib.total_in(), zlib.total_out());
        let rest = input.get(at..).unwrap_or_default();
        let status = zlib
            .decompress(rest, scratch, FlushDecompress::None)
            .map_err(|_| "it has an entry whose compressed data is not valid")?;
        if zlib.total_out() > size {
            return Err("it has an entry that is longer than it claims");
        }
        if status == Status::StreamEnd {
            let whole = zlib.total_out() == size;
            let length = usize::try_from(zlib.total_in()).map_err(|_| "it is too large")?;
            return if whole {
                Ok(length)
            } else {
                Err("it has an entry that is shorter than it claims")
            };
        }
        if before == (zlib.total_in(), zlib.total_out()) {
            return Err("it is cut off inside an entry");
        }
    }
}

/// The ids of all entries, in the order of the pack. Differences from a base that is named by id can
/// be placed only when that id is known, so there may be several rounds.
fn name_objects(
    map: &[u8],
    outline: &Outline,
    hash: HashKind,
    threads: usize,
    limit: u64,
    watch: &dyn Watch,
    name: &str,
) -> Result<Vec<ObjectId>, GitError> {
    let count = outline.offsets.len();
    let order = Order::of(outline.offsets.iter().copied());
    let order = order.map_err(|reason| GitError::corrupt(name, reason))?;
    let mut ids: Vec<Option<ObjectId>> = vec![None; count];
    loop {
        let mut known: Vec<(ObjectId, u32)> = (0..)
            .zip(&ids)
            .filter_map(|(rank, id)| Some(((*id)?, rank)))
            .collect();
        known.sort_unstable();
        let rank_of = |id: &ObjectId| {
            known
                .binary_search_by_key(id, |k| k.0)
                .ok()
                .map(|at| known[at].1)
        };
        let entries = Entries {
            map,
            order: &order,
            index: None,
            end: outline.end,
            hash,
            rank_of,
        };
        let forest = Forest::of(&entries);
        let is_new =
            |(id, entry): (&Option<ObjectId>, &Entry)| id.is_none() && entry.kind.is_some();
        let wanted: Vec<bool> = ids.iter().zip(&forest.entries).map(is_new).collect();
        let gauge = Gauge::new(watch, "naming objects", count as u64);
        let mut visitors: Vec<Names> = (0..threads.max(1))
            .map(|_| Names {
                hash,
                ids: Vec::new(),
                failure: None,
            })
            .collect();
        let decode = Decode {
            map,
            forest: &forest,
            wanted: &wanted,
            limit,
            gauge: &gauge,
        };
        decode.run(&mut visitors)?;
        let before = known.len();
        for names in visitors {
            if let Some(reason) = names.failure {
                return Err(GitError::corrupt(name, reason));
            }
            names
                .ids
                .into_iter()
                .for_each(|(rank, id)| ids[rank as usize] = Some(id));
        }
        if let Some(all) = ids.iter().copied().collect::<Option<Vec<_>>>() {
            return Ok(all);
        }
        let placed = ids.iter().flatten().count();
        let waiting = forest
            .entries
            .iter()
            .any(|entry| entry.by_id && entry.base == NONE);
        if placed == before || !waiting {
            return Err(GitError::corrupt(
                name,
                "it has differences from objects that it does not hold",
            ));
        }
    }
}

struct Names {
    hash: HashKind,
    ids: Vec<(u32, ObjectId)>,
    failure: Option<&'static str>,
}

impl EntryVisitor for Names {
    type Kept = ();

    fn entry(&mut self, decoded: Decoded<'_>, _base: Option<&()>) {
        let id = self.hash.object_id(decoded.kind, decoded.data);
        self.ids.push((decoded.rank, id));
    }

    fn failed(&mut self, _rank: u32, reason: &'static str) {
        self.failure = Some(reason);
    }
}
