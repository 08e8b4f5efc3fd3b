//! A set of ids that is asked very often and mostly says no: it may say yes for one that is not in it, never no for one that is.

use git::{ObjectNo, Repository};

/// A table of bits, a bit for each beginning of an id.
pub(crate) struct Likely {
    bits: Vec<u64>,
}

impl Likely {
    /// Of the objects of a repository that `is_in` says are in it.
    pub(crate) fn new(repo: &Repository, is_in: impl Fn(ObjectNo) -> bool) -> Self {
        let members: Vec<ObjectNo> = (0..repo.object_count()).filter(|no| is_in(*no)).collect();
        // Sixteen bits and more for each, so that most of what is not in it meets none of theirs.
        let words = (members.len() / 4 + 1).next_power_of_two();
        let mut set = Self {
            bits: vec![0; words],
        };
        for object in members {
            let (word, bit) = set.place(repo.id(object).as_bytes());
            set.bits[word] |= bit;
        }
        set
    }

    /// Whether the object with this id (its bytes) may be in it.
    pub(crate) fn may_have(&self, id: &[u8]) -> bool {
        let (word, bit) = self.place(id);
        self.bits[word] & bit != 0
    }

    fn place(&self, id: &[u8]) -> (usize, u64) {
        let beginning = id.first_chunk().copied().unwrap_or_default();
        let number = u32::from_be_bytes(beginning) as usize;
        ((number >> 6) & (self.bits.len() - 1), 1 << (number & 63))
    }
}
