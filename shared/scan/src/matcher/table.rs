//! The table of grams that are looked for: the one thing that every byte of all data goes through.

use super::keywords::{Gram, fold};

/// Bits of the table: 32 KiB, so that it stays in the nearest cache.
pub(super) const TABLE_BITS: u32 = 18;
const TABLE_WORDS: usize = 1 << (TABLE_BITS - 6);
/// Places that are looked at in one step.
const BLOCK: usize = 8;

/// Spreads grams over the table (multiplicative hashing). Of three million odd numbers it is the one for which the built-in rules' grams
/// share bits with the fewest of the common ones: what is taken for a gram costs a look at its keywords.
const MULTIPLIER: u32 = 0x5142_eb7b;

/// A bit for each hash of a gram.
pub(super) struct Table {
    words: Box<[u64; TABLE_WORDS]>,
}

impl Table {
    #[expect(
        clippy::large_stack_arrays,
        reason = "32 KiB, once, before anything is deep"
    )]
    pub(super) fn new() -> Self {
        Self {
            words: Box::new([0; TABLE_WORDS]),
        }
    }

    /// Enters a gram.
    pub(super) fn enter(&mut self, gram: Gram) {
        let bit = bit(gram);
        self.words[bit >> 6] |= 1 << (bit & 63);
    }

    /// Whether the table knows a gram: always, if it was entered.
    #[inline]
    pub(super) fn knows(&self, gram: Gram) -> bool {
        let bit = bit(gram);
        // the remainder is the word itself, and tells the compiler that it is one of the table's
        self.words[(bit >> 6) % TABLE_WORDS] >> (bit & 63) & 1 == 1
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

fn bit(gram: Gram) -> usize {
    hash(gram, TABLE_BITS)
}
