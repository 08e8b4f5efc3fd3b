//! Loose objects beside one pack: few, so that the pack's own index says where everything else stands.
//!
//! A number is a position in that index and so many more as loose objects have smaller ids.

use std::cmp::Ordering;

use super::{ObjectNo, raw};
use crate::{ObjectId, Pack};

/// More loose objects than this are put in one order with those of the pack.
const FEW: usize = 1 << 12;

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// An object at this position in the pack's index.
    Packed(u32),
    /// The loose object of this number among those that the pack does not have.
    Loose(usize),
}

/// The loose objects that a pack does not have, in order of id.
#[derive(Default)]
pub(super) struct Beside {
    /// Without gaps.
    ids: Vec<u8>,
    /// Bytes of an id.
    width: usize,
    /// The place of each in the list of all loose objects.
    places: Vec<usize>,
    /// For each, how many objects of the pack have smaller ids.
    before: Vec<u32>,
}

impl Beside {
    /// None if there are many.
    pub(super) fn new(pack: &Pack, loose: &[ObjectId], width: usize) -> Option<Self> {
        if loose.len() > FEW || pack.len() + loose.len() >= u32::MAX as usize {
            return None;
        }
        let mut sorted: Vec<(&ObjectId, usize)> = loose.iter().zip(0..).collect();
        sorted.sort_unstable();
        sorted.dedup_by_key(|(id, _)| *id);
        let mut beside = Self {
            width,
            ..Self::default()
        };
        for (id, place) in sorted {
            if let Err(before) = pack.search(id) {
                beside.ids.extend_from_slice(id.as_bytes());
                beside.places.push(place);
                beside.before.push(u32::try_from(before).ok()?);
            }
        }
        Some(beside)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The id of one of them.
    pub(super) fn id(&self, at: usize) -> &[u8] {
        raw(&self.ids, self.width, at)
    }

    /// The place of one of them in the list of all loose objects.
    pub(super) fn place(&self, at: usize) -> usize {
        self.places[at]
    }

    /// The number of an object of the pack.
    pub(super) fn number(&self, position: u32) -> ObjectNo {
        position + small(self.before.partition_point(|before| *before <= position))
    }

    /// The numbers of the loose ones.
    pub(super) fn numbers(&self) -> impl Iterator<Item = ObjectNo> + '_ {
        (0..).zip(&self.before).map(|(more, before)| before + more)
    }

    /// The number of a loose one.
    pub(super) fn find(&self, id: &[u8]) -> Option<ObjectNo> {
        let mut left = 0..self.len();
        while !left.is_empty() {
            let middle = usize::midpoint(left.start, left.end);
            match self.id(middle).cmp(id) {
                Ordering::Less => left.start = middle + 1,
                Ordering::Greater => left.end = middle,
                Ordering::Equal => return Some(self.before[middle] + small(middle)),
            }
        }
        None
    }

    /// What a number stands for.
    pub(super) fn locate(&self, no: ObjectNo) -> Where {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match (self.before[middle] + small(middle)).cmp(&no) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Where::Loose(middle),
            }
        }
        Where::Packed(no - small(low))
    }
}

/// There are few.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
