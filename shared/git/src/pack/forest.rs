//! The delta trees of one pack: which entry is built on which, as compact arrays.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::inflate::Stream;
use crate::pack::decode::DAMAGED;
use crate::pack::entry::{self, Base};
use crate::pack::{Order, PackIndex, place};
use crate::{HashKind, Kind, ObjectId};

/// No entry.
pub(crate) const NONE: u32 = u32::MAX;

/// One entry, in the order of the pack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Where it begins in the pack.
    pub(crate) offset: u64,
    /// Where the next one begins.
    pub(crate) end: u64,
    /// Bytes of the inflated payload.
    pub(crate) size: u64,
    /// The entry that it is built on, or [`NONE`].
    pub(crate) base: u32,
    /// Bytes of its header.
    pub(crate) header: u8,
    /// Whether its base is named by id.
    pub(crate) by_id: bool,
    /// What it is; none when that cannot be made out (the entry, or its base, is damaged or absent).
    pub(crate) kind: Option<Kind>,
    /// The CRC-32 of it as it is stored, where an index knows it. Read with the rest, in order: not one by one, each waited for.
    crc: Option<u32>,
}

impl Entry {
    /// Its compressed bytes in the pack. Its header has no checksum but the index's: a flipped bit there can name another kind, or
    /// another base.
    pub(crate) fn payload<'m>(&self, map: &'m [u8]) -> Result<Stream<'m>, &'static str> {
        // Checked when the header was read.
        let stored = map.get(place(self.offset)..place(self.end));
        let stored = stored.unwrap_or_default();
        if self.crc.is_some_and(|crc| crc != crc32fast::hash(stored)) {
            return Err(DAMAGED);
        }
        Ok(Stream {
            bytes: stored.get(usize::from(self.header)..).unwrap_or_default(),
            is_checked: self.crc.is_some(),
        })
    }
}

/// All entries of a pack and, for each, those built on it.
pub(crate) struct Forest {
    pub(crate) entries: Vec<Entry>,
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Entries with bases before what is built on them; none where the order of the pack is such an order, as it mostly is.
    order: Option<Vec<u32>>,
}

/// Where the entries of a pack are, and what it takes to read their headers.
pub(crate) struct Entries<'a, F> {
    /// The pack.
    pub(crate) map: &'a [u8],
    pub(crate) order: &'a Order,
    /// The pack's index, where it has one already.
    pub(crate) index: Option<&'a PackIndex>,
    /// Where the last one ends.
    pub(crate) end: u64,
    pub(crate) hash: HashKind,
    /// Finds the entry of an object in the same pack.
    pub(crate) rank_of: F,
}

impl Forest {
    /// All trees of the pack.
    pub(crate) fn of<F: Fn(&ObjectId) -> Option<u32>>(entries: &Entries<'_, F>) -> Self {
        Self::linked(
            (0..entries.order.len())
                .map(|rank| entries.read(rank))
                .collect(),
        )
    }

    /// The wanted entries and those that they are built on, and nothing else; they are numbered anew: the list says which entry of
    /// the pack each is, ascending.
    pub(crate) fn below<F: Fn(&ObjectId) -> Option<u32>>(
        entries: &Entries<'_, F>,
        wanted: impl IntoIterator<Item = u32>,
    ) -> (Self, Vec<u32>) {
        let mut members = BTreeMap::new();
        for rank in wanted {
            let mut next = rank;
            // A circle ends where it began.
            while next != NONE && !members.contains_key(&next) {
                let entry = entries.read(next as usize);
                members.insert(next, entry);
                next = entry.base;
            }
        }
        let (ranks, mut part): (Vec<u32>, Vec<Entry>) = members.into_iter().unzip();
        for entry in &mut part {
            let base = ranks.binary_search(&entry.base).ok();
            entry.base = base.and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE);
        }
        (Self::linked(part), ranks)
    }

    fn linked(entries: Vec<Entry>) -> Self {
        let mut forest = Self {
            entries,
            first_child: Vec::new(),
            children: Vec::new(),
            order: None,
        };
        forest.link();
        forest
    }

    /// The entries built directly on `rank`.
    pub(crate) fn children(&self, rank: u32) -> &[u32] {
        let at = rank as usize;
        &self.children[self.first_child[at] as usize..self.first_child[at + 1] as usize]
    }

    /// Bytes of all its entries, inflated.
    pub(crate) fn bytes(&self) -> u64 {
        let sizes = self.entries.iter().map(|entry| entry.size);
        sizes.fold(0, u64::saturating_add)
    }

    /// Entries of which `wanted` holds, and every entry that one of them is built on: per entry, the
    /// bytes to be inflated below it (0: not needed).
    pub(crate) fn weights(&self, wanted: &[bool]) -> Vec<u64> {
        let mut weights = vec![0; self.entries.len()];
        self.bases_last(|rank| {
            let entry = &self.entries[rank as usize];
            let below: u64 = weights[rank as usize];
            if entry.kind.is_some() && (below > 0 || wanted[rank as usize]) {
                weights[rank as usize] = below + entry.size.max(64);
                if entry.base != NONE {
                    weights[entry.base as usize] += weights[rank as usize];
                }
            }
        });
        weights
    }

    /// Goes over the entries, what is built on a base before the base.
    fn bases_last(&self, visit: impl FnMut(u32)) {
        match &self.order {
            None => self.ranks().rev().for_each(visit),
            Some(order) => order.iter().rev().copied().for_each(visit),
        }
    }

    fn ranks(&self) -> Range<u32> {
        // A pack says in 32 bits how many entries it has.
        0..u32::try_from(self.entries.len()).unwrap_or(NONE)
    }

    /// Every entry that hangs together with a whole object, bases before what is built on them.
    fn bases_first(&self) -> Vec<u32> {
        let whole = |entry: &Entry| entry.base == NONE && entry.kind.is_some();
        let ranks = 0_u32..;
        let mut order: Vec<u32> = ranks
            .zip(&self.entries)
            .filter(|(_, e)| whole(e))
            .map(|(r, _)| r)
            .collect();
        let mut next = 0;
        while next < order.len() {
            order.extend_from_slice(self.children(order[next]));
            next += 1;
        }
        order
    }

    fn link(&mut self) {
        let count = self.entries.len();
        let mut first = vec![0_u32; count + 1];
        let based = |entry: &&Entry| entry.base != NONE;
        self.entries
            .iter()
            .filter(based)
            .for_each(|entry| first[entry.base as usize + 1] += 1);
        for rank in 0..count {
            first[rank + 1] += first[rank];
        }
        let mut fill = first.clone();
        self.children = vec![0; first[count] as usize];
        for (rank, entry) in (0_u32..).zip(&self.entries).filter(|(_, e)| e.base != NONE) {
            let slot = &mut fill[entry.base as usize];
            self.children[*slot as usize] = rank;
            *slot += 1;
        }
        self.first_child = first;
        let comes_later = |(rank, entry): (u32, &Entry)| entry.base == NONE || entry.base < rank;
        if !(0..).zip(&self.entries).all(comes_later) {
            self.order = Some(self.bases_first());
        }
        self.put_heaviest_last();
        self.hand_down_kinds();
    }

    /// A delta is of the kind of its base. What no whole object carries (a base that is absent, or a circle) keeps no kind.
    fn hand_down_kinds(&mut self) {
        let (all, order) = (self.ranks(), self.order.take());
        let mut take = |rank: u32| {
            let base = self.entries[rank as usize].base;
            if base != NONE {
                self.entries[rank as usize].kind = self.entries[base as usize].kind;
            }
        };
        match &order {
            None => all.for_each(take),
            Some(order) => order.iter().for_each(|rank| take(*rank)),
        }
        self.order = order;
    }

    /// Orders what is built on each entry so that the largest family comes last: a base that still has children to come is
    /// kept, and so no more than log2 of the family's size are kept at once, however its deltas branch.
    fn put_heaviest_last(&mut self) {
        let mut sizes = vec![1_u32; self.entries.len()];
        self.bases_last(|rank| {
            let base = self.entries[rank as usize].base;
            if base != NONE {
                sizes[base as usize] += sizes[rank as usize];
            }
        });
        for pair in self.first_child.windows(2) {
            if let Some(children) = self.children.get_mut(pair[0] as usize..pair[1] as usize) {
                children.sort_by_key(|child| sizes[*child as usize]);
            }
        }
    }
}

impl<F: Fn(&ObjectId) -> Option<u32>> Entries<'_, F> {
    /// Reads the header of one entry. A delta's kind is not known by it.
    pub(crate) fn read(&self, rank: usize) -> Entry {
        let offset = self.order.offset(rank);
        let is_last = rank + 1 == self.order.len();
        let end = if is_last {
            self.end
        } else {
            self.order.offset(rank + 1)
        };
        let mut entry = Entry {
            offset,
            end,
            size: 0,
            base: NONE,
            header: 0,
            by_id: false,
            kind: None,
            crc: self.crc(rank),
        };
        let bytes = self.map.get(place(offset)..place(end));
        let Some(header) = bytes.and_then(|bytes| entry::parse(bytes, self.hash)) else {
            return entry;
        };
        entry.size = header.size;
        entry.header = u8::try_from(header.length).unwrap_or(u8::MAX);
        match header.base {
            Base::None(kind) => entry.kind = Some(kind),
            Base::Offset(distance) => {
                let base = offset.checked_sub(distance);
                entry.base = base
                    .and_then(|base| self.order.find_before(rank, base))
                    .unwrap_or(NONE);
            }
            Base::Id(id) => {
                entry.by_id = true;
                entry.base = (self.rank_of)(&id).unwrap_or(NONE);
            }
        }
        entry
    }

    fn crc(&self, rank: usize) -> Option<u32> {
        let rank = u32::try_from(rank).ok()?;
        let position = self.order.position(rank) as usize;
        self.index.map(|index| index.crc(position))
    }
}
