//! Finds many byte strings at once, by looking at few bytes: where two bytes that end a window of the text stand in none of the
//! strings' beginnings, the window moves on by its whole length (Wu and Manber).

/// How many bytes of a string decide where to look closer.
const LONGEST: usize = 8;

/// Searches for the beginnings of strings.
pub(crate) struct Finder {
    /// Bytes of every string that are looked at: the shortest one's length, at most [`LONGEST`].
    window: usize,
    /// By two bytes: how far the window may move when it ends with them. 0: look closer.
    shifts: Vec<u8>,
    /// Beginnings, in order of their last two bytes: (the two bytes, number).
    ends: Vec<(u16, u32)>,
    /// By number.
    heads: Vec<Vec<u8>>,
}

impl Finder {
    /// For these strings, each of two bytes at least. None if there are none.
    pub(crate) fn new<'a>(strings: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let strings: Vec<&[u8]> = strings.collect();
        let window = strings.iter().map(|s| s.len()).min()?.min(LONGEST);
        let heads: Vec<Vec<u8>> = strings.iter().map(|s| s[..window].to_vec()).collect();
        let farthest = u8::try_from(window - 1).unwrap_or(1);
        let mut shifts = vec![farthest; 1 << 16];
        for head in &heads {
            for (at, pair) in head.windows(2).enumerate() {
                let left = u8::try_from(window - 2 - at).unwrap_or(0);
                let shift = &mut shifts[block(pair[0], pair[1]) as usize];
                *shift = left.min(*shift);
            }
        }
        let end = |head: &Vec<u8>| block(head[window - 2], head[window - 1]);
        let mut ends: Vec<(u16, u32)> = heads.iter().map(end).zip(0..).collect();
        ends.sort_unstable();
        Some(Self {
            window,
            shifts,
            ends,
            heads,
        })
    }

    /// Calls `found` with the place and the number of everything whose beginning stands somewhere, in order of place,
    /// until it says that it is enough.
    pub(crate) fn each(&self, data: &[u8], mut found: impl FnMut(usize, u32) -> bool) {
        let mut last = self.window - 1;
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
            for (_, number) in near {
                let stands = self.heads[*number as usize] == data[start..=last];
                if stands && !found(start, *number) {
                    return;
                }
            }
            last += 1;
        }
    }
}

fn block(first: u8, second: u8) -> u16 {
    u16::from_le_bytes([first, second])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Finder;

    fn text(most: usize) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(b'a'..=b'c', 2..most)
    }

    proptest! {
        #[test]
        fn nothing_is_missed_and_nothing_made_up(
            data in text(200),
            strings in proptest::collection::vec(text(12), 1..6),
        ) {
            let finder = Finder::new(strings.iter().map(Vec::as_slice)).unwrap();
            let mut found = Vec::new();
            finder.each(&data, |at, number| { found.push((at, number)); true });
            found.retain(|(at, number)| data[*at..].starts_with(&strings[*number as usize]));
            found.sort_unstable();
            let mut expected: Vec<(usize, u32)> = (0..data.len())
                .flat_map(|at| (0..).zip(&strings).map(move |(number, s)| (at, number, s)))
                .filter(|(at, _, s)| data[*at..].starts_with(s))
                .map(|(at, number, _)| (at, number))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
