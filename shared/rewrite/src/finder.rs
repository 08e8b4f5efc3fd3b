//! Finds many byte strings at once, by looking at few bytes: where two bytes that end a window of the text stand in none of the
//! strings' beginnings, the window moves on by its whole length (Wu and Manber).

use std::ops::Range;

use git::Copies;

/// How many bytes of a string decide where to look closer.
pub(crate) const LONGEST: usize = 8;

/// Where beginnings stand: the place and the string's number, in order of place.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heads(Vec<(usize, u32)>);

impl Heads {
    /// Each place and number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, u32)> {
        self.0.iter().copied()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Searches for the beginnings of strings.
pub(crate) struct Finder {
    /// Bytes of every string that are looked at: the shortest one's length, at most [`LONGEST`].
    window: usize,
    /// By two bytes: how far the window may move when it ends with them. 0: look closer.
    shifts: Vec<u8>,
    /// Beginnings, in order of their last two bytes: (the two bytes, number).
    ends: Vec<(u16, u32)>,
    /// By number.
    heads: Vec<Head>,
}

/// The beginning of a string that is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) bytes: Vec<u8>,
    /// Whether upper and lower case are the same.
    pub(crate) any_case: bool,
}

impl Head {
    fn stands(&self, there: &[u8]) -> bool {
        if self.any_case {
            self.bytes.eq_ignore_ascii_case(there)
        } else {
            self.bytes == there
        }
    }

    /// The two bytes at a place of it, in every case that they may have.
    fn blocks(&self, at: usize) -> Vec<u16> {
        let cases = |byte: u8| {
            if self.any_case {
                [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]
            } else {
                [byte, byte]
            }
        };
        let firsts = cases(self.bytes[at]).into_iter();
        let mut all: Vec<u16> = firsts
            .flat_map(|first| cases(self.bytes[at + 1]).map(|second| block(first, second)))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Finder {
    /// For these strings, each of two bytes at least. None if there are none.
    pub(crate) fn new(strings: Vec<Head>) -> Option<Self> {
        let mut heads = strings;
        let window = heads
            .iter()
            .map(|head| head.bytes.len())
            .min()?
            .min(LONGEST);
        let farthest = u8::try_from(window - 1).unwrap_or(1);
        let mut shifts = vec![farthest; 1 << 16];
        let mut ends: Vec<(u16, u32)> = Vec::new();
        for (number, head) in (0..).zip(&mut heads) {
            head.bytes.truncate(window);
            for at in 0..window - 1 {
                let left = u8::try_from(window - 2 - at).unwrap_or(0);
                for block in head.blocks(at) {
                    let shift = &mut shifts[block as usize];
                    *shift = left.min(*shift);
                }
            }
            ends.extend(head.blocks(window - 2).into_iter().map(|end| (end, number)));
        }
        ends.sort_unstable();
        Some(Self {
            window,
            shifts,
            ends,
            heads,
        })
    }

    /// Where beginnings stand in `data`.
    pub(crate) fn heads(&self, data: &[u8]) -> Heads {
        let mut heads = Heads::default();
        self.look(data, 0..data.len(), &mut heads);
        heads
    }

    /// The same, if `copies` says what of `data` comes from where in an object that has its beginnings at `base`: only what is
    /// new, and what reaches across the edges of it, is looked at.
    pub(crate) fn heads_again(&self, data: &[u8], base: &Heads, copies: &Copies) -> Heads {
        let mut heads = Heads::default();
        let overlap = self.window - 1;
        let mut from = 0;
        for part in copies.parts() {
            self.look(data, from..part.here.start + overlap, &mut heads);
            let first = base.0.partition_point(|head| head.0 < part.there);
            let inside = |head: &&(usize, u32)| head.0 + self.window <= part.there_end();
            let known = base.0[first..].iter().take_while(inside);
            heads
                .0
                .extend(known.map(|head| (part.moved(head.0), head.1)));
            from = part.here.end - overlap;
        }
        self.look(data, from..data.len(), &mut heads);
        heads
    }

    /// Adds the beginnings that stand wholly in this part of `data`.
    fn look(&self, data: &[u8], part: Range<usize>, heads: &mut Heads) {
        let data = &data[..part.end];
        let mut last = part.start + self.window - 1;
        while last < data.len() {
            let pair = block(data[last - 1], data[last]);
            let shift = self.shifts[pair as usize];
            if shift > 0 {
                last += usize::from(shift);
                continue;
            }
            let start = last + 1 - self.window;
            let from = self.ends.partition_point(|(end, _)| *end < pair);
            let near = self.ends[from..].iter().take_while(|(end, _)| *end == pair);
            let numbers = near.map(|(_, number)| *number);
            let stands = |number: &u32| self.heads[*number as usize].stands(&data[start..=last]);
            heads
                .0
                .extend(numbers.filter(stands).map(|number| (start, number)));
            last += 1;
        }
    }
}

fn block(first: u8, second: u8) -> u16 {
    u16::from_le_bytes([first, second])
}

#[cfg(test)]
pub(crate) mod tests {
    use git::Copies;
    use git::delta::DeltaBuilder;
    use proptest::prelude::*;

    use super::{Finder, Head};

    /// What a delta makes of `base`, each step of which inserts these bytes and copies so many from there; and what it copies.
    pub(crate) fn applied(base: &[u8], steps: &[(Vec<u8>, usize, usize)]) -> (Vec<u8>, Copies) {
        let (mut delta, mut data) = (DeltaBuilder::new(), Vec::new());
        for (new, from, length) in steps {
            delta.insert(new);
            data.extend(new);
            let from = *from.min(&base.len());
            let length = *length.min(&(base.len() - from));
            delta.copy(from, length);
            data.extend(&base[from..from + length]);
        }
        let mut copies = Copies::default();
        copies.read(&delta.finish(base.len() as u64)).unwrap();
        (data, copies)
    }

    fn text(most: usize) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(b'a'..=b'c', 2..most)
    }

    /// Lower case that may be upper case, or means itself.
    fn heads() -> impl Strategy<Value = Vec<Head>> {
        let head = (text(12), any::<bool>()).prop_map(|(bytes, any_case)| Head { bytes, any_case });
        proptest::collection::vec(head, 1..6)
    }

    proptest! {
        #[test]
        fn nothing_is_missed_and_nothing_made_up(
            data in proptest::collection::vec(prop_oneof![b'a'..=b'c', b'A'..=b'C'], 2..200),
            strings in heads(),
        ) {
            let finder = Finder::new(strings.clone()).unwrap();
            let begins = |text: &[u8], head: &Head| {
                text.get(..head.bytes.len()).is_some_and(|text| head.stands(text))
            };
            let mut found = finder.heads(&data).0;
            found.retain(|(at, number)| begins(&data[*at..], &strings[*number as usize]));
            found.sort_unstable();
            let mut expected: Vec<(usize, u32)> = (0..data.len())
                .flat_map(|at| (0..).zip(&strings).map(move |(number, s)| (at, number, s)))
                .filter(|(at, _, s)| begins(&data[*at..], s))
                .map(|(at, number, _)| (at, number))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_is_copied_is_not_looked_at_again(
            base in text(400),
            steps in proptest::collection::vec((text(60), 0..400_usize, 0..90_usize), 1..8),
            strings in heads(),
        ) {
            let (data, copies) = applied(&base, &steps);
            let finder = Finder::new(strings).unwrap();
            let again = finder.heads_again(&data, &finder.heads(&base), &copies);
            prop_assert_eq!(again, finder.heads(&data));
        }
    }
}
