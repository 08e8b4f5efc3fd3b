//! Finds many ids. The table is many times larger than the nearest caches, but most of what the trees of a history name was named a few
//! trees before (of 2.8 million ids that are looked up in git's, three of five): what was found lately is kept near, and for the rest
//! memory is waited for once, not for each.

use std::ops::Range;

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
    found: Vec<Option<ObjectNo>>,
}

impl<'t> ObjectFinder<'t> {
    pub(super) fn new(table: &'t ObjectTable) -> Self {
        Self {
            table,
            slots: vec![0; SLOTS * (table.hash.len() + NUMBER)],
            found: Vec::new(),
        }
    }

    /// The numbers of ids (raw bytes, as trees hold them), one for each, as [`ObjectTable::find_raw`] gives them.
    pub fn find_all<'i>(
        &mut self,
        ids: impl Iterator<Item = &'i [u8]> + Clone,
    ) -> &[Option<ObjectNo>] {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        found.extend(ids.clone().map(|id| self.recall(id)));
        // Nothing waits for what is read here, so that all of it is fetched at once, and is there when it is asked for.
        let new = found.iter().zip(ids.clone());
        let new = new.filter(|(known, _)| known.is_none());
        std::hint::black_box(new.fold(0, |all, (_, id)| all ^ self.table.touch(id)));
        for (known, id) in found.iter_mut().zip(ids) {
            if known.is_none() {
                *known = self.table.find_raw(id);
                known.iter().for_each(|number| self.keep(id, *number));
            }
        }
        self.found = found;
        &self.found
    }

    /// The number of an id, if it is kept.
    fn recall(&self, id: &[u8]) -> Option<ObjectNo> {
        let (kept, number) = self.slots.get(self.slot(id)?)?.split_at(id.len());
        let number = number.first_chunk().copied().map(u32::from_le_bytes);
        number?.checked_sub(1).filter(|_| same(kept, id))
    }

    fn keep(&mut self, id: &[u8], number: ObjectNo) {
        let slot = self.slot(id).and_then(|slot| self.slots.get_mut(slot));
        if let Some((kept, place)) = slot.map(|slot| slot.split_at_mut(id.len())) {
            kept.copy_from_slice(id);
            // There are fewer objects than numbers for them.
            place.copy_from_slice(&(number + 1).to_le_bytes());
        }
    }

    /// Where an id is, if it is kept; none if it is too long or too short.
    fn slot(&self, id: &[u8]) -> Option<Range<usize>> {
        let width = self.slots.len() / SLOTS;
        let bits = id
            .first_chunk()
            .copied()
            .filter(|_| id.len() + NUMBER == width)?;
        let at = u32::from_le_bytes(bits) as usize % SLOTS * width;
        Some(at..at + width)
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
            asked in prop::collection::vec(prop::collection::vec((0..3_u8, 0..6_u8), 0..6), 1..30),
            hash in prop::sample::select(vec![HashKind::Sha1, HashKind::Sha256]),
        ) {
            let known: Vec<_> = known.into_iter().filter_map(|one| ObjectId::from_bytes(&id(one, hash))).collect();
            let table = ObjectTable::new(Arc::from([]), &known, hash).unwrap();
            let mut finder = table.finder();
            for some in asked {
                let mut ids: Vec<_> = some.into_iter().map(|one| id(one, hash)).collect();
                ids.extend(ids.first().map(|id| id[1..].to_vec()));
                let found = finder.find_all(ids.iter().map(Vec::as_slice));
                let each: Vec<_> = ids.iter().map(|id| table.find_raw(id)).collect();
                prop_assert_eq!(found, each);
            }
        }
    }
}
