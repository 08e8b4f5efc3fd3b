//! Finds ids, those that were found lately without going through the table: that is many times larger than the nearest caches, and of
//! what the trees of a history name, most was named a few trees before.

use super::{ObjectNo, ObjectTable, same};

/// How many ids are kept near: 96 KiB.
const SLOTS: usize = 1 << 12;
/// Bytes of a number.
const NUMBER: usize = 4;

/// Finds objects by id. One per thread.
pub struct ObjectFinder<'t> {
    table: &'t ObjectTable,
    /// In each slot an id and, from 1, its number; zeros where none is.
    slots: Vec<u8>,
}

impl<'t> ObjectFinder<'t> {
    pub(super) fn new(table: &'t ObjectTable) -> Self {
        let slots = vec![0; SLOTS * (table.hash.len() + NUMBER)];
        Self { table, slots }
    }

    /// The number of an id (raw bytes, as trees hold them), as [`ObjectTable::find_raw`] gives it.
    pub fn find_raw(&mut self, id: &[u8]) -> Option<ObjectNo> {
        let width = self.slots.len() / SLOTS;
        let bits = id.first_chunk().filter(|_| id.len() + NUMBER == width)?;
        let at = u32::from_le_bytes(*bits) as usize % SLOTS * width;
        let (kept, number) = self.slots[at..at + width].split_at_mut(id.len());
        let known = number.first_chunk().copied().map_or(0, u32::from_le_bytes);
        if known > 0 && same(kept, id) {
            return Some(known - 1);
        }
        let found = self.table.find_raw(id)?;
        kept.copy_from_slice(id);
        // There are fewer objects than numbers for them.
        number.copy_from_slice(&(found + 1).to_le_bytes());
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::ObjectTable;
    use crate::{HashKind, ObjectId};

    /// Ids of which many share a slot.
    fn id((slot, rest): (u8, u8), hash: HashKind) -> Vec<u8> {
        let mut id = vec![0; hash.len()];
        (id[0], id[2], id[hash.len() - 1]) = (slot, rest, rest);
        id
    }

    proptest! {
        #[test]
        fn what_was_asked_before_changes_nothing(
            known in prop::collection::btree_set((0..3_u8, 0..6_u8), 0..12),
            asked in prop::collection::vec((0..3_u8, 0..6_u8), 1..60),
            hash in prop::sample::select(vec![HashKind::Sha1, HashKind::Sha256]),
        ) {
            let known: Vec<_> = known.into_iter().filter_map(|one| ObjectId::from_bytes(&id(one, hash))).collect();
            let table = ObjectTable::new(Arc::from([]), &known, hash).unwrap();
            let mut finder = table.finder();
            for one in asked {
                let id = id(one, hash);
                prop_assert_eq!(finder.find_raw(&id), table.find_raw(&id));
                prop_assert_eq!(finder.find_raw(&id[1..]), None);
            }
        }
    }
}
