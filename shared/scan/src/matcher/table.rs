//! The table of grams that are looked for: the one thing that every byte of all data goes through.

use super::keywords::{Gram, fold};

/// Bits of the table: 32 KiB, so that it stays in the nearest cache.
pub(super) const TABLE_BITS: u32 = 18;
const TABLE_BYTES: usize = 1 << (TABLE_BITS - 3);
/// Bytes that are read at once.
const WORD: usize = 8;
/// Places that are looked at in one step.
const BLOCK: usize = 8;

/// Spreads grams over the table (multiplicative hashing). Of six million odd numbers it is the one for which the built-in rules' grams
/// share bits with the fewest of the common ones: what is taken for a gram costs a look at its keywords.
const MULTIPLIER: u32 = 0x4839_4b3f;

/// A bit for each gram: its hash says at which byte a word begins, and its own lowest bits say which bit of the word it is. Words
/// overlap, so that all bits are used; and only the byte must be worked out, since the processor takes a bit's number from the lowest
/// bits of anything.
pub(super) struct Table {
    bytes: Box<[u8; TABLE_BYTES + WORD]>,
}

impl Table {
    #[expect(
        clippy::large_stack_arrays,
        reason = "32 KiB, once, before anything is deep"
    )]
    pub(super) fn new() -> Self {
        Self {
            bytes: Box::new([0; TABLE_BYTES + WORD]),
        }
    }

    /// Enters a gram.
    pub(super) fn enter(&mut self, gram: Gram) {
        let bit = gram as usize % u64::BITS as usize;
        self.bytes[place(gram) + bit / 8] |= 1 << (bit % 8);
    }

    /// Whether the table knows a gram: always, if it was entered.
    #[inline]
    pub(super) fn knows(&self, gram: Gram) -> bool {
        let word = self.bytes[place(gram)..].first_chunk();
        let word = word.copied().map_or(0, u64::from_le_bytes);
        word >> (gram % u64::BITS) & 1 == 1
    }

    /// Where the first four bytes that the table knows start. A loop of its own, without calls: it sees every byte.
    pub(super) fn first(&self, data: &[u8]) -> Option<usize> {
        let mut blocks = data;
        while let Some(block) = blocks.first_chunk::<{ BLOCK + 3 }>() {
            for offset in 0..BLOCK {
                let bytes = block[offset..].first_chunk().copied().unwrap_or_default();
                if self.knows(fold(bytes)) {
                    return Some(data.len() - blocks.len() + offset);
                }
            }
            blocks = &blocks[BLOCK..];
        }
        let known = |bytes: &[u8]| {
            bytes
                .first_chunk()
                .is_some_and(|bytes| self.knows(fold(*bytes)))
        };
        let ahead = blocks.windows(4).position(known)?;
        Some(data.len() - blocks.len() + ahead)
    }
}

/// So many bits of a gram's hash.
pub(super) fn hash(gram: Gram, bits: u32) -> usize {
    (gram.wrapping_mul(MULTIPLIER) >> (32 - bits)) as usize
}

/// Where a gram's word begins.
fn place(gram: Gram) -> usize {
    hash(gram, TABLE_BYTES.ilog2())
}
