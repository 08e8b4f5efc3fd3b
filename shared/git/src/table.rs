//! Every distinct object of a repository, numbered in order of id, wherever it is stored.
//!
//! A repository of one pack, as servers send it, has this order already: numbers are positions in the pack's index, whose
//! ids are read where they are mapped. A few loose objects beside it are counted in. Several packs are merged.

mod beside;
mod finder;
mod firsts;
mod merged;

use std::sync::Arc;

use crate::{HashKind, ObjectId, Pack, Rank};
use beside::{Beside, Where};
pub use finder::ObjectFinder;
use firsts::Firsts;
use merged::Merged;

/// An object's place in the order of all ids of its repository.
pub type ObjectNo = u32;

/// Ids, where the objects lie, and how an id is found.
pub struct ObjectTable {
    hash: HashKind,
    packs: Arc<[Pack]>,
    order: Order,
    /// Of the only pack, or of all.
    firsts: Firsts,
}

/// Where the order of all ids comes from.
enum Order {
    /// The index of the only pack.
    OfPack(Beside),
    Merged(Merged),
}

impl ObjectTable {
    /// Numbers the objects of `packs` and `loose`. Of several copies, the one in the first pack is the home.
    /// None if there are more than four thousand million.
    pub(crate) fn new(packs: Arc<[Pack]>, loose: &[ObjectId], hash: HashKind) -> Option<Self> {
        let beside = match &packs[..] {
            [only] => Beside::new(only, loose, hash.len()),
            _ => None,
        };
        let order = match beside {
            Some(beside) => Order::OfPack(beside),
            None => Order::Merged(Merged::new(&packs, loose, hash)?),
        };
        let firsts = Firsts::of(order.ids(&packs), hash);
        Some(Self {
            hash,
            packs,
            order,
            firsts,
        })
    }

    fn raw(&self, no: ObjectNo) -> &[u8] {
        let ids = self.order.ids(&self.packs);
        match &self.order {
            Order::Merged(_) => raw(ids, self.hash.len(), no as usize),
            Order::OfPack(beside) => match beside.locate(no) {
                Where::Packed(position) => raw(ids, self.hash.len(), position as usize),
                Where::Loose(at) => beside.id(at),
            },
        }
    }

    /// How many objects there are.
    pub fn len(&self) -> u32 {
        let more = match &self.order {
            Order::OfPack(beside) => beside.len(),
            Order::Merged(_) => 0,
        };
        let listed = self.order.ids(&self.packs).len() / self.hash.len();
        u32::try_from(listed + more).unwrap_or(u32::MAX)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        let found = self.firsts.find(self.order.ids(&self.packs), id);
        match &self.order {
            Order::Merged(_) => found,
            Order::OfPack(beside) => match found {
                Some(position) => Some(beside.number(position)),
                None => beside.find(id),
            },
        }
    }

    /// Reads a byte of where an id would stand, and nothing else.
    fn touch(&self, id: &[u8]) -> u8 {
        let ids = self.order.ids(&self.packs);
        let place = self.firsts.first(id) as usize * self.hash.len();
        ids.get(place).copied().unwrap_or(0)
    }

    /// For one thread that looks many ids up.
    pub fn finder(&self) -> ObjectFinder<'_> {
        ObjectFinder::new(self)
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
        match &self.order {
            Order::Merged(merged) => merged.home(no),
            Order::OfPack(beside) => match beside.locate(no) {
                Where::Packed(position) => Some((0, self.packs[0].rank_at(position as usize))),
                Where::Loose(_) => None,
            },
        }
    }

    /// The place of a loose object in the list that the table was made of.
    pub(crate) fn loose_place(&self, no: ObjectNo) -> Option<usize> {
        match &self.order {
            Order::Merged(merged) => merged.loose_place(no),
            Order::OfPack(beside) => match beside.locate(no) {
                Where::Packed(_) => None,
                Where::Loose(at) => Some(beside.place(at)),
            },
        }
    }

    pub(crate) fn is_home(&self, no: ObjectNo, pack: usize, rank: Rank) -> bool {
        match &self.order {
            Order::Merged(merged) => merged.is_home(no, pack, rank),
            Order::OfPack(_) => true,
        }
    }

    /// The number of an entry's object.
    pub fn number(&self, pack: usize, rank: Rank) -> ObjectNo {
        match &self.order {
            Order::Merged(merged) => merged.number(pack, rank),
            Order::OfPack(beside) => beside.number(self.packs[pack].position_of(rank)),
        }
    }

    /// The loose objects that are in no pack.
    pub(crate) fn loose(&self) -> Vec<ObjectNo> {
        match &self.order {
            Order::Merged(merged) => merged.loose().collect(),
            Order::OfPack(beside) => beside.numbers().collect(),
        }
    }
}

impl Order {
    /// The ids that it is an order of, but for loose ones beside a pack: in order, without gaps.
    fn ids<'t>(&'t self, packs: &'t [Pack]) -> &'t [u8] {
        match self {
            Self::OfPack(_) => packs[0].raw_ids(),
            Self::Merged(merged) => &merged.ids,
        }
    }
}

/// The id of this number, among ids of so many bytes.
fn raw(ids: &[u8], width: usize, number: usize) -> &[u8] {
    &ids[number * width..(number + 1) * width]
}

/// Whether two ids of one kind are the same. Compares those of SHA-1 without a call.
fn same(a: &[u8], b: &[u8]) -> bool {
    match (a.as_array::<20>(), b.as_array::<20>()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
