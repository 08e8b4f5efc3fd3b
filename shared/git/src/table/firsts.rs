//! Finds an id among many in order: their first bits say almost where it stands, for ids are spread evenly.

use std::ops::Range;

use super::{ObjectNo, raw, same};
use crate::HashKind;

/// So many ids that begin alike are compared one by one; of more (somebody may have made them so) half are left out at each step.
const FEW: usize = 8;

/// For every beginning of an id the number of the first that begins so, or with more. There are about as many
/// beginnings as ids.
pub(super) struct Firsts {
    bits: u32,
    numbers: Vec<ObjectNo>,
}

impl Firsts {
    /// Of ids in order, without gaps.
    pub(super) fn of(ids: &[u8], hash: HashKind) -> Self {
        let count = ids.len() / hash.len();
        let bits = count.max(1).ilog2().min(31);
        let beginnings = 1 << bits;
        let mut firsts = Self {
            bits,
            numbers: Vec::with_capacity(beginnings + 1),
        };
        for (number, id) in (0..).zip(ids.chunks_exact(hash.len())) {
            let next = firsts.beginning(id) + 1;
            if firsts.numbers.len() < next {
                firsts.numbers.resize(next, number);
            }
        }
        // There are fewer objects than numbers for them.
        let end = u32::try_from(count).unwrap_or(u32::MAX);
        firsts.numbers.resize(beginnings + 1, end);
        firsts
    }

    /// The number of an id, among those that this was made of.
    pub(super) fn find(&self, ids: &[u8], id: &[u8]) -> Option<ObjectNo> {
        let at = self.beginning(id);
        let mut alike = self.numbers[at]..self.numbers[at + 1];
        if alike.len() > FEW {
            alike = narrow(alike, ids, id);
        }
        alike
            .into_iter()
            .find(|no| same(raw(ids, id.len(), *no as usize), id))
    }

    /// The number of the first id that begins like this one, or with more.
    pub(super) fn first(&self, id: &[u8]) -> ObjectNo {
        self.numbers[self.beginning(id)]
    }

    /// The first bits of an id.
    fn beginning(&self, id: &[u8]) -> usize {
        let first = id.first_chunk().copied().unwrap_or_default();
        let bits = u32::from_be_bytes(first).checked_shr(32 - self.bits);
        bits.unwrap_or(0) as usize
    }
}

/// Where an id is, if it is there, down to a few.
fn narrow(mut alike: Range<ObjectNo>, ids: &[u8], id: &[u8]) -> Range<ObjectNo> {
    while alike.len() > FEW {
        let middle = u32::midpoint(alike.start, alike.end);
        if raw(ids, id.len(), middle as usize) <= id {
            alike.start = middle;
        } else {
            alike.end = middle;
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Firsts;
    use crate::HashKind;

    proptest! {
        #[test]
        fn each_id_is_found_and_no_other(
            heads in prop::collection::vec((0..4_u8, any::<u8>(), any::<u8>()), 0..300),
            others in prop::collection::vec((0..4_u8, any::<u8>(), any::<u8>()), 0..30),
        ) {
            // many begin alike
            let id = |(first, last, more): &(u8, u8, u8)| {
                let mut id = vec![0; HashKind::Sha1.len()];
                (id[0], id[3], id[19]) = (first << 6, more & 1, *last);
                id
            };
            let all: BTreeSet<Vec<u8>> = heads.iter().map(id).collect();
            let ids: Vec<u8> = all.iter().flatten().copied().collect();
            let firsts = Firsts::of(&ids, HashKind::Sha1);
            for other in all.iter().cloned().chain(others.iter().map(id)) {
                let expected = all.iter().position(|known| *known == other);
                let found = firsts.find(&ids, &other).map(|no| no as usize);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
