//! One pack and its index, mapped into memory.

mod bases;
pub(crate) mod copies;
pub(crate) mod decode;
pub mod delta;
pub mod difference;
pub(crate) mod entry;
pub(crate) mod forest;
mod grove;
pub(crate) mod index;
pub(crate) mod indexer;
mod order;
pub(crate) mod stream;
pub(crate) mod writer;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::OnceLock;

use crate::map::MappedFile;
use crate::{GitError, HashKind, Inflater, Kind, ObjectId};
pub(crate) use bases::Bases;
use entry::Base;
use forest::{Entries, Entry, Forest, NONE};
pub(crate) use grove::Grove;
use index::PackIndex;
pub(crate) use order::Order;

/// One of so many entries is few: reading the headers of these and their bases alone costs less than reading all.
const FEW: usize = 32;

/// An entry's place in the order of its pack.
pub type Rank = u32;

/// A pack. Entries are named by [`Rank`].
pub struct Pack {
    path: PathBuf,
    map: MappedFile,
    index: PackIndex,
    hash: HashKind,
    order: Order,
    /// Where the last entry ends.
    end: u64,
    /// Read when it is first needed: whoever wants a few objects of many does without.
    forest: OnceLock<Forest>,
    /// Position in the index → rank.
    rank: Vec<Rank>,
}

impl Pack {
    /// Opens the pack at `path` (`….pack`, with its `.idx` beside it). The headers of its entries are read when they are needed.
    pub fn open(path: &Path, hash: HashKind) -> Result<Self, GitError> {
        let index = PackIndex::open(&path.with_extension("idx"), hash)?;
        Self::with_index(path, MappedFile::open(path)?, index, hash)
    }

    /// The pack that lies at `path`, with its index.
    pub(crate) fn with_index(
        path: &Path,
        map: MappedFile,
        index: PackIndex,
        hash: HashKind,
    ) -> Result<Self, GitError> {
        let end = check(&map, path, hash, index.len(), index.pack_checksum())?;
        let corrupt = |reason| GitError::corrupt(path.display().to_string(), reason);
        let within = |offset: &u64| *offset < end;
        let offset = |position| index.offset(position).filter(within).unwrap_or(0);
        let offsets = (0..index.len()).map(offset);
        let order = Order::of(offsets).map_err(corrupt)?;
        let is_outside = |at: usize| !(12..end).contains(&order.offset(at));
        if order.len() > 0 && (is_outside(0) || is_outside(order.len() - 1)) {
            return Err(corrupt("its index points outside it"));
        }
        Ok(Self {
            path: path.to_owned(),
            map,
            index,
            hash,
            rank: order.ranks(),
            order,
            end,
            forest: OnceLock::new(),
        })
    }

    /// Asks the index's own checksum.
    pub(crate) fn check_index(&self) -> Result<(), GitError> {
        if self.index.is_intact() {
            return Ok(());
        }
        Err(GitError::corrupt(
            self.path.with_extension("idx").display().to_string(),
            "its checksum does not match; run `git index-pack` on its pack",
        ))
    }

    /// Where the pack lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.rank.len()
    }

    /// Gives back the memory that the pack's bytes take. They are read from the file again when they are needed again.
    pub fn release(&self) {
        self.map.release();
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rank.is_empty()
    }

    /// Bytes of the pack file.
    pub fn bytes(&self) -> u64 {
        self.map.len() as u64
    }

    /// The id of the object at `rank`.
    pub fn id(&self, rank: Rank) -> ObjectId {
        let raw = self.index.raw_id(self.order.position(rank) as usize);
        ObjectId::from_bytes(raw).unwrap_or(ObjectId::zero(self.hash))
    }

    /// The entry of an object.
    pub fn find(&self, id: &ObjectId) -> Option<Rank> {
        Some(self.rank[self.index.search(id).ok()?])
    }

    /// What the entry is; none when that cannot be made out.
    pub fn kind(&self, rank: Rank) -> Option<Kind> {
        self.forest().entries[rank as usize].kind
    }

    /// The entry that `rank` is a difference from.
    pub fn base(&self, rank: Rank) -> Option<Rank> {
        Some(self.forest().entries[rank as usize].base).filter(|base| *base != NONE)
    }

    /// How the base is named, and the compressed payload as it is stored, with its inflated size.
    pub fn stored(&self, rank: Rank) -> (Base, u64, &[u8]) {
        let entry = &self.forest().entries[rank as usize];
        let base = match (entry.base, entry.kind) {
            (NONE, kind) => Base::None(kind.unwrap_or(Kind::Blob)),
            (base, _) if entry.by_id => Base::Id(self.id(base)),
            (base, _) => Base::Offset(entry.offset - self.forest().entries[base as usize].offset),
        };
        let (from, to) = (
            place(entry.offset) + usize::from(entry.header),
            place(entry.end),
        );
        (base, entry.size, self.map.get(from..to).unwrap_or_default())
    }

    /// Decodes one object by following its chain of deltas.
    pub fn read(&self, rank: Rank, limit: u64) -> Result<(Kind, Vec<u8>), GitError> {
        let (mut bases, mut inflater) = (Bases::nothing(), Inflater::new());
        let (kind, data) = self.read_from(rank, limit, &mut bases, &mut inflater)?;
        Ok((kind, Rc::unwrap_or_clone(data)))
    }

    /// The same, from the nearest of its bases that is at hand; those on the way are kept there.
    pub(crate) fn read_from(
        &self,
        rank: Rank,
        limit: u64,
        bases: &mut Bases,
        inflater: &mut Inflater,
    ) -> Result<(Kind, Rc<Vec<u8>>), GitError> {
        let damaged = |reason| GitError::corrupt(format!("object {}", self.id(rank)), reason);
        let chain = self.chain(rank);
        let kind = chain.last().and_then(|(_, entry)| entry.kind);
        let kind = kind.ok_or_else(|| damaged("its entry cannot be read"))?;
        let mut at_hand = chain.iter().zip(0..);
        let nearest = at_hand.find_map(|((rank, _), at)| Some((at, bases.get(*rank)?)));
        let (left, mut data) = nearest.map_or((chain.len(), None), |(at, data)| (at, Some(data)));
        let mut delta = Vec::new();
        for (rank, entry) in chain[..left].iter().rev() {
            let payload = entry.payload(&self.map).map_err(damaged)?;
            let mut next = Vec::new();
            if let Some(base) = data {
                inflater
                    .inflate(payload, entry.size, &mut delta)
                    .map_err(damaged)?;
                delta::Delta::parse(&delta)
                    .and_then(|delta| delta.apply(&base, limit, &mut next))
                    .map_err(damaged)?;
            } else if entry.size > limit {
                return Err(GitError::TooLarge {
                    id: self.id(*rank).to_string(),
                    bytes: entry.size,
                    limit,
                });
            } else {
                inflater
                    .inflate(payload, entry.size, &mut next)
                    .map_err(damaged)?;
            }
            let made = Rc::new(next);
            bases.keep(*rank, &made);
            data = Some(made);
        }
        Ok((kind, data.unwrap_or_default()))
    }

    /// An entry and those that it is built on, down to the first. One that is built on itself ends nowhere: its last has no kind.
    fn chain(&self, rank: Rank) -> Vec<(Rank, Entry)> {
        let entries = self.entries();
        let read = |rank: Rank| match self.forest.get() {
            Some(forest) => forest.entries[rank as usize],
            None => entries.read(rank as usize),
        };
        let mut chain = vec![(rank, read(rank))];
        while let Some((_, last)) = chain.last()
            && last.base != NONE
            && chain.len() <= self.len()
        {
            chain.push((last.base, read(last.base)));
        }
        chain
    }

    fn entries(&self) -> Entries<'_, impl Fn(&ObjectId) -> Option<Rank>> {
        Entries {
            map: &self.map,
            order: &self.order,
            index: Some(&self.index),
            end: self.end,
            hash: self.hash,
            rank_of: |id: &ObjectId| self.find(id),
        }
    }

    /// What it takes to decode these entries (ascending): all delta trees where they are known or many are asked for, otherwise
    /// those parts of them alone, without a look at the rest of the pack.
    pub(crate) fn grove(&self, wanted: &[Rank]) -> Grove<'_> {
        if self.forest.get().is_none() && wanted.len() < self.len() / FEW {
            return self.part(wanted);
        }
        let is_most = wanted.len() > self.len() / 2;
        Grove::All(if is_most {
            self.forest_in_memory()
        } else {
            self.forest()
        })
    }

    /// What these entries are built on, and nothing else.
    pub(crate) fn part(&self, wanted: &[Rank]) -> Grove<'_> {
        let (forest, ranks) = Forest::below(&self.entries(), wanted.iter().copied());
        Grove::Part { forest, ranks }
    }

    /// All delta trees. For the headers every page was touched, for a few bytes of it: they are given back.
    pub(crate) fn forest(&self) -> &Forest {
        let is_known = self.forest.get().is_some();
        let forest = self.forest_in_memory();
        if !is_known {
            self.release();
        }
        forest
    }

    /// The same, for who reads most entries next: the pages stay.
    fn forest_in_memory(&self) -> &Forest {
        self.forest.get_or_init(|| Forest::of(&self.entries()))
    }

    pub(crate) fn map(&self) -> &[u8] {
        &self.map
    }

    pub(crate) fn raw_id_at(&self, position: usize) -> &[u8] {
        self.index.raw_id(position)
    }

    /// All ids, in order, without gaps.
    pub(crate) fn raw_ids(&self) -> &[u8] {
        self.index.raw_ids()
    }

    /// The position of an entry in the order of ids.
    pub(crate) fn position_of(&self, rank: Rank) -> u32 {
        self.order.position(rank)
    }

    /// The position of an id in their order; else where it would stand.
    pub(crate) fn search(&self, id: &ObjectId) -> Result<usize, usize> {
        self.index.search(id)
    }

    pub(crate) fn rank_at(&self, position: usize) -> Rank {
        self.rank[position]
    }
}

/// A place in a mapped file; one that no memory could hold is one that no slice has.
pub(crate) fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// Checks the head and the trailer of a pack; says where its entries end.
fn check(
    map: &[u8],
    path: &Path,
    hash: HashKind,
    count: usize,
    checksum: &[u8],
) -> Result<u64, GitError> {
    let corrupt = |reason| GitError::corrupt(path.display().to_string(), reason);
    let end = map
        .len()
        .checked_sub(hash.len())
        .filter(|end| *end >= 12)
        .ok_or_else(|| corrupt("it is cut off"))?;
    let version = &map[4..8];
    if &map[..4] != b"PACK" || !matches!(version, [0, 0, 0, 2 | 3]) {
        return Err(corrupt("it is not a pack of version 2 or 3"));
    }
    if map[8..12] != u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes() {
        return Err(corrupt("its index lists another number of objects"));
    }
    if &map[end..] != checksum {
        return Err(corrupt(
            "its checksum is not the one in its index (it may be cut off)",
        ));
    }
    Ok(end as u64)
}
