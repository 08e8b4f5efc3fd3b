//! Which four bytes of a keyword are looked for: seldom seen ones.

use std::collections::HashMap;

use super::keywords::{CORE, Gram, fold};
use super::table::TABLE_BITS;

/// Grams that ordinary text is full of, from the commonest on, as `tests/bench/common_grams.py` counted them over source trees of
/// several languages; `_` is `\x7f`, and `S` a space.
const COMMON_GRAMS: &str = include_str!("common_grams.txt");

/// Of a thousand million places of those trees, as many have the first gram of the list, were it as the others are: the one at place
/// n has this many divided by n, within a third of what was counted from the thousandth on.
const COMMONEST: u32 = 150_000_000;
/// And as many have one that is not in the list, at most.
const UNLISTED: u32 = 8_000;
/// As many are taken for a gram that they are not: one of the table's bits.
const MISTAKEN: u32 = 1_000_000_000 >> TABLE_BITS;

/// Tells which four bytes are seldom seen.
pub(super) struct Rarity {
    /// Gram → its place in the list of common ones, from 1.
    common: HashMap<Gram, u32, foldhash::fast::FixedState>,
}

impl Rarity {
    pub(super) fn new() -> Self {
        let bytes = COMMON_GRAMS.bytes().filter(|byte| *byte != b'\n');
        let bytes: Vec<u8> = bytes
            .map(|byte| if byte == b'S' { b' ' } else { byte })
            .collect();
        let grams = bytes.as_chunks().0.iter();
        let common = grams.zip(1..).map(|(gram, place)| (fold(*gram), place));
        Self {
            common: common.collect(),
        }
    }

    /// How often a gram stands in a thousand million places of ordinary text: nearly inverse to its place in the list.
    fn frequency(&self, gram: [u8; 4]) -> u32 {
        if gram == [gram[0]; 4] {
            return u32::MAX; // whole files are one byte over and over
        }
        let place = self.common.get(&fold(gram));
        place.map_or(UNLISTED, |place| COMMONEST / place)
    }

    /// The common grams, and how often they stand in a thousand million places.
    #[cfg(test)]
    pub(super) fn common(&self) -> impl Iterator<Item = (Gram, u32)> {
        let common = self.common.iter();
        common.map(|(gram, place)| (*gram, COMMONEST / place))
    }

    /// Where the best gram of a text starts. The table costs a look for each place where it stands, and for those that are taken for
    /// it, unless it is known already; then the core does: the less the more bytes it has, but if others have it (`is_shared`) it is
    /// common.
    pub(super) fn best(
        &self,
        text: &[u8],
        is_known: impl Fn(Gram) -> bool,
        is_shared: impl Fn(&[u8]) -> bool,
    ) -> usize {
        let gram = |(at, bytes): (usize, &[u8])| Some((at, *bytes.first_chunk()?));
        let grams = text.windows(4).enumerate().filter_map(gram);
        let best = grams.min_by_key(|(at, gram)| {
            let frequency = self.frequency(*gram);
            let table = if is_known(fold(*gram)) {
                0
            } else {
                frequency.saturating_add(MISTAKEN)
            };
            let more = if is_shared(&text[*at..]) {
                0
            } else {
                (text.len() - at).min(CORE) - gram.len()
            };
            table.saturating_add(frequency >> (2 * more))
        });
        best.map_or(0, |(at, _)| at)
    }
}
