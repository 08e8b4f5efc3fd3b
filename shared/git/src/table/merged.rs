//! The objects of several packs, or of a pack and files of their own, in one order.

use std::cmp::Ordering;

use super::ObjectNo;
use crate::{HashKind, ObjectId, Pack, Rank};

const LOOSE: u32 = u32::MAX;

/// All ids, and where each object lies.
pub(super) struct Merged {
    /// In order, without gaps.
    pub(super) ids: Vec<u8>,
    /// Number → pack and rank of the copy that is read; `LOOSE` and the place in the list of loose objects otherwise.
    home: Vec<(u32, u32)>,
    /// Pack → rank → number.
    numbers: Vec<Vec<ObjectNo>>,
    /// Whether every object is stored once.
    is_plain: bool,
}

impl Merged {
    /// Of several copies, the one in the first pack is the home. None if there are more than four thousand million.
    pub(super) fn new(packs: &[Pack], loose: &[ObjectId], hash: HashKind) -> Option<Self> {
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
        all.sort_by(|a, b| match raw(a).cmp(raw(b)) {
            Ordering::Equal => a.cmp(b),
            unequal => unequal,
        });
        let mut merged = Self {
            ids: Vec::with_capacity(all.len() * hash.len()),
            home: Vec::with_capacity(all.len()),
            numbers: packs.iter().map(|pack| vec![0; pack.len()]).collect(),
            is_plain: false,
        };
        for entry in &all {
            let id = raw(entry);
            let rank = if entry.0 == LOOSE {
                entry.1
            } else {
                packs[entry.0 as usize].rank_at(entry.1 as usize)
            };
            if !merged.ids.ends_with(id) || merged.home.is_empty() {
                merged.ids.extend_from_slice(id);
                merged.home.push((entry.0, rank));
            }
            if entry.0 != LOOSE {
                merged.numbers[entry.0 as usize][rank as usize] =
                    u32::try_from(merged.home.len() - 1).ok()?;
            }
        }
        merged.is_plain = merged.home.len() == all.len();
        Some(merged)
    }

    pub(super) fn home(&self, no: ObjectNo) -> Option<(usize, Rank)> {
        let (pack, rank) = self.home[no as usize];
        (pack != LOOSE).then_some((pack as usize, rank))
    }

    pub(super) fn loose_place(&self, no: ObjectNo) -> Option<usize> {
        let (pack, place) = self.home[no as usize];
        (pack == LOOSE).then_some(place as usize)
    }

    pub(super) fn is_home(&self, no: ObjectNo, pack: usize, rank: Rank) -> bool {
        self.is_plain || self.home(no) == Some((pack, rank))
    }

    pub(super) fn number(&self, pack: usize, rank: Rank) -> ObjectNo {
        self.numbers[pack][rank as usize]
    }

    pub(super) fn loose(&self) -> impl Iterator<Item = ObjectNo> + '_ {
        let numbered = (0..).zip(&self.home);
        numbered
            .filter(|(_, (pack, _))| *pack == LOOSE)
            .map(|(no, _)| no)
    }
}
