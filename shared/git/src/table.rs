//! Every distinct object of a repository, numbered in order of id, wherever it is stored.

use std::cmp::Ordering;

use crate::{HashKind, ObjectId, Pack, Rank};

/// An object's place in the order of all ids of its repository.
pub type ObjectNo = u32;

const LOOSE: u32 = u32::MAX;

/// Ids, where the objects lie, and a hash table from id to number.
pub struct ObjectTable {
    hash: HashKind,
    /// All ids, in order, without gaps.
    ids: Vec<u8>,
    /// Number → pack and rank of the copy that is read; `LOOSE` and the place in the list of loose objects otherwise.
    home: Vec<(u32, u32)>,
    /// Pack → rank → number.
    numbers: Vec<Vec<ObjectNo>>,
    /// Whether every object is stored once.
    is_plain: bool,
    /// Open addressing: number + 1, 0 where empty.
    slots: Vec<u32>,
}

impl ObjectTable {
    /// Numbers the objects of `packs` and `loose`. Of several copies, the one in the first pack is the home.
    /// None if there are more than four thousand million.
    pub(crate) fn new(packs: &[Pack], loose: &[ObjectId], hash: HashKind) -> Option<Self> {
        let mut all: Vec<(u32, u32)> = Vec::new();
        for (number, pack) in (0_u32..).zip(packs) {
            all.extend((0..u32::try_from(pack.len()).ok()?).map(|position| (number, position)));
        }
        all.extend((0..u32::try_from(loose.len()).ok()?).map(|at| (LOOSE, at)));
        if all.len() >= LOOSE as usize {
            return None;
        }
        let raw = |entry: &(u32, u32)| match entry.0 {
            LOOSE => loose[entry.1 as usize].as_bytes(),
            pack => packs[pack as usize].raw_id_at(entry.1 as usize),
        };
        // Already in order for one pack without loose objects, which the sort finds out at once.
        all.sort_by(|a, b| match raw(a).cmp(raw(b)) {
            Ordering::Equal => a.cmp(b),
            unequal => unequal,
        });
        let mut table = Self {
            hash,
            ids: Vec::with_capacity(all.len() * hash.len()),
            home: Vec::with_capacity(all.len()),
            numbers: packs.iter().map(|pack| vec![0; pack.len()]).collect(),
            is_plain: false,
            slots: Vec::new(),
        };
        for entry in &all {
            let id = raw(entry);
            let rank = if entry.0 == LOOSE {
                entry.1
            } else {
                packs[entry.0 as usize].rank_at(entry.1 as usize)
            };
            if !table.ids.ends_with(id) || table.home.is_empty() {
                table.ids.extend_from_slice(id);
                table.home.push((entry.0, rank));
            }
            if entry.0 != LOOSE {
                table.numbers[entry.0 as usize][rank as usize] =
                    u32::try_from(table.home.len() - 1).ok()?;
            }
        }
        table.is_plain = table.home.len() == all.len();
        table.fill_slots();
        Some(table)
    }

    fn fill_slots(&mut self) {
        self.slots = vec![0; (self.home.len() * 2).next_power_of_two().max(2)];
        for no in 0..self.len() {
            let mut slot = self.slot(self.raw(no));
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = no + 1;
        }
    }

    fn slot(&self, id: &[u8]) -> usize {
        // Ids are hashes already: any bytes of them spread well.
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&id[4..12]);
        usize::try_from(u64::from_le_bytes(bytes) & (self.slots.len() as u64 - 1))
            .unwrap_or_default()
    }

    fn raw(&self, no: ObjectNo) -> &[u8] {
        let at = no as usize * self.hash.len();
        &self.ids[at..at + self.hash.len()]
    }

    /// How many objects there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.home.len()).unwrap_or(u32::MAX)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.home.is_empty()
    }

    /// The id of an object.
    pub fn id(&self, no: ObjectNo) -> ObjectId {
        ObjectId::from_bytes(self.raw(no)).unwrap_or(ObjectId::zero(self.hash))
    }

    /// The number of an id (raw bytes, as trees hold them).
    pub fn find_raw(&self, id: &[u8]) -> Option<ObjectNo> {
        if id.len() != self.hash.len() {
            return None;
        }
        let mut slot = self.slot(id);
        loop {
            match self.slots[slot] {
                0 => return None,
                no if same(self.raw(no - 1), id) => return Some(no - 1),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The number of an id.
    pub fn find(&self, id: &ObjectId) -> Option<ObjectNo> {
        self.find_raw(id.as_bytes())
    }

    /// The only object whose id begins with these hexadecimal digits; none if there is no such object, or several.
    pub fn find_prefix(&self, digits: &[u8]) -> Option<ObjectNo> {
        let mut padded = [b'0'; 64];
        let width = self.hash.len() * 2;
        padded
            .get_mut(..digits.len())
            .filter(|_| digits.len() <= width)?
            .copy_from_slice(digits);
        let lowest = ObjectId::from_hex(&padded[..width])?;
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = u32::midpoint(low, high);
            if self.raw(middle) < lowest.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let fits = |no: ObjectNo| {
            no < self.len() && self.id(no).to_string().as_bytes().starts_with(digits)
        };
        (fits(low) && !fits(low + 1)).then_some(low)
    }

    /// The pack and entry of the copy that is read; none for a loose object.
    pub fn home(&self, no: ObjectNo) -> Option<(usize, Rank)> {
        let (pack, rank) = self.home[no as usize];
        (pack != LOOSE).then_some((pack as usize, rank))
    }

    /// The place of a loose object in the list that the table was made of.
    pub(crate) fn loose_place(&self, no: ObjectNo) -> Option<usize> {
        let (pack, place) = self.home[no as usize];
        (pack == LOOSE).then_some(place as usize)
    }

    pub(crate) fn is_home(&self, no: ObjectNo, pack: usize, rank: Rank) -> bool {
        self.is_plain || self.home(no) == Some((pack, rank))
    }

    /// The number of an entry's object.
    pub fn number(&self, pack: usize, rank: Rank) -> ObjectNo {
        self.numbers[pack][rank as usize]
    }

    /// The number of each entry's object, in the order of a pack.
    pub(crate) fn numbers(&self, pack: usize) -> &[ObjectNo] {
        &self.numbers[pack]
    }

    /// The loose objects that are in no pack.
    pub(crate) fn loose(&self) -> impl Iterator<Item = ObjectNo> + '_ {
        (0..self.len()).filter(|no| self.home[*no as usize].0 == LOOSE)
    }
}

/// Whether two ids of one kind are the same. Compares those of SHA-1 without a call.
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.as_array::<20>(), b.as_array::<20>()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
