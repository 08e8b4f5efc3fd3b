//! Runs of characters that may be base64 or hex.

use std::ops::Range;

use crate::stretches::Stretches;
use git::Copies;

/// The shortest run that is looked at: 18 bytes in base64.
const LEAST: usize = 24;

/// How far a run's look decides whether it may be the beginning of a text.
const SAMPLE: usize = 64;

/// Characters of both alphabets of base64.
static IS_BASE64: [bool; 256] = alphabet();

const fn alphabet() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    table
}

/// Whether a character is one of base64, in either alphabet.
pub(super) fn is_base64(byte: u8) -> bool {
    IS_BASE64[usize::from(byte)]
}

/// How a run may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Hex,
    Base64,
}

/// A run that may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The whole run.
    pub(super) start: u32,
    pub(super) end: u32,
    /// How many of its first characters do not belong to it.
    pub(super) skip: u8,
    pub(super) reading: Reading,
}

impl Run {
    /// The same run where the place that is `from` here is `to`.
    fn moved(&self, from: usize, to: usize) -> Self {
        let moved = |place: u32| small(place as usize - from + to);
        Self {
            start: moved(self.start),
            end: moved(self.end),
            ..*self
        }
    }
}

/// The runs of one piece of data that may be read, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs {
    list: Vec<Run>,
}

impl Runs {
    /// Those of `data`. `from`: those of another piece of data, and which parts were copied from there. `stretches`: what is
    /// remembered, with those of `data`. The outcome is the same with and without both.
    pub(crate) fn of(
        data: &[u8],
        from: Option<(&Self, &Copies)>,
        mut stretches: Option<&mut Stretches>,
    ) -> Self {
        let mut search = Search {
            data,
            floor: 0,
            found: Self::default(),
        };
        let mut looked_to = 0;
        if let Some((base, copies)) = from {
            search.found.list.reserve(base.list.len());
            for part in copies.parts() {
                search.look(looked_to..part.here.start, stretches.as_deref_mut());
                // The byte on either side says that the run ends there.
                let first = base
                    .list
                    .partition_point(|run| run.start as usize <= part.there);
                let inside = base.list[first..].iter();
                let inside = inside.take_while(|run| (run.end as usize) < part.there_end());
                let moved = inside.map(|run| run.moved(part.there, part.here.start));
                search.found.list.extend(moved);
                looked_to = part.here.end;
            }
        }
        search.look(looked_to..data.len(), stretches);
        search.found
    }

    pub(super) fn list(&self) -> &[Run] {
        &self.list
    }
}

/// No object has 4 GiB.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Bytes that are compared at once.
const WORD: usize = 8;
const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; WORD]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; WORD]);
/// Added to seven bits, sets the eighth unless they are below `+`, the first character of base64.
const BELOW_PLUS: u64 = u64::from_ne_bytes([0x80 - b'+'; WORD]);

/// Whether none of the bytes is a space, a quote, a parenthesis or another character before those of base64.
fn may_be_inside(word: [u8; WORD]) -> bool {
    let word = u64::from_ne_bytes(word);
    !((word & LOW_BITS) + BELOW_PLUS) & !word & HIGH_BITS == 0
}

/// Where the first two words in a row stand that may be inside a run. A run has two such words wherever one begins to count; of any two
/// in a row one has an even place, so that the others are looked at only beside such a one.
fn first_pair(data: &[u8]) -> Option<usize> {
    let words = data.as_chunks().0;
    let may_be = |place: usize| words.get(place).is_some_and(|word| may_be_inside(*word));
    let mut even = (0..words.len()).step_by(2);
    let first = even.find_map(|place| {
        if !may_be(place) {
            None
        } else if place > 0 && may_be(place - 1) {
            Some(place - 1)
        } else {
            may_be(place + 1).then_some(place)
        }
    });
    Some(first? * WORD)
}

struct Search<'d> {
    data: &'d [u8],
    /// No run that is still to be found starts before.
    floor: usize,
    found: Runs,
}

impl Search<'_> {
    /// Finds every run that touches new bytes; those inside may be remembered.
    fn look(&mut self, new: Range<usize>, stretches: Option<&mut Stretches>) {
        let Some(stretches) = stretches else {
            return self.around(new);
        };
        let Some(stretch) = stretches.take(new.start) else {
            return self.around(new);
        };
        let (start, end, origin) = (new.start, new.end, stretch.origin);
        if let Some(known) = stretches.runs(&stretch) {
            self.around(start..start);
            let inside = known.iter().map(|run| run.moved(0, origin));
            self.found.list.extend(inside);
            return self.around(end..end);
        }
        let first = self.found.list.len();
        self.around(new);
        // The byte on either side says that the run ends there.
        let inside = |run: &&Run| start < run.start as usize && (run.end as usize) < end;
        let inside = self.found.list[first..].iter().filter(inside);
        let inside = inside.map(|run| run.moved(origin, 0)).collect();
        stretches.keep_runs(&stretch, inside);
    }

    /// Finds every run that touches a range.
    fn around(&mut self, range: Range<usize>) {
        self.floor = self.floor.max(range.start.saturating_sub(LEAST));
        let stop = (range.end + 3 * WORD).min(self.data.len());
        while let Some(rest) = self.data.get(self.floor..stop)
            && let Some(ahead) = first_pair(rest)
        {
            let pair = self.floor + ahead..self.floor + ahead + 2 * WORD;
            let outside = |byte: &u8| !is_base64(*byte);
            if let Some(place) = self.data[pair.clone()].iter().rposition(outside) {
                self.floor = pair.start + place + 1;
                continue;
            }
            let run = self.run_around(&pair);
            if run.start > range.end {
                return;
            }
            self.floor = run.end + 1;
            if run.len() >= LEAST && run.end >= range.start {
                self.note(run);
            }
        }
    }

    /// The whole run that a part of it belongs to.
    fn run_around(&self, part: &Range<usize>) -> Range<usize> {
        let outside = |byte: &u8| !is_base64(*byte);
        let before = self.data[..part.start].iter().rposition(outside);
        let after = self.data[part.end..].iter().position(outside);
        let start = before.map_or(0, |at| at + 1);
        start..after.map_or(self.data.len(), |at| part.end + at)
    }

    fn note(&mut self, run: Range<usize>) {
        // in a string, a run is preceded by `\n`, of which the `n` seems to belong to it
        let escape = self.data[run.start] == b'n' && self.data[..run.start].ends_with(b"\\");
        let text = &self.data[run.start + usize::from(escape)..run.end];
        if let Some((reading, skip)) = read(text) {
            self.found.list.push(Run {
                start: small(run.start),
                end: small(run.end),
                skip: skip + u8::from(escape),
                reading,
            });
        }
    }
}

/// How a run may be read, if at all, and from which character on.
fn read(run: &[u8]) -> Option<(Reading, u8)> {
    let digits = run.strip_prefix(b"0x").unwrap_or(run);
    if digits.len() >= LEAST && digits.iter().all(u8::is_ascii_hexdigit) {
        let skip = if digits.len() < run.len() { 2 } else { 0 };
        return Some((Reading::Hex, skip));
    }
    let is_packed = ["H4sI", "UEsD", "Qlpo", "/Td6"].iter();
    if is_packed
        .clone()
        .any(|magic| run.starts_with(magic.as_bytes()))
    {
        return Some((Reading::Base64, 0));
    }
    let is_mixed = run.iter().take(SAMPLE).any(u8::is_ascii_uppercase)
        && run
            .iter()
            .any(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_mixed {
        return None;
    }
    let sample = run.len().saturating_sub(SAMPLE)..run.len();
    let doubts = |skip: u8| {
        let from = sample.start + (usize::from(skip) + 400 - sample.start % 4) % 4;
        let firsts = run.get(from..sample.end).unwrap_or_default().iter();
        let firsts = firsts.step_by(4);
        (
            firsts.clone().filter(|first| !opens_text(**first)).count(),
            firsts.count(),
        )
    };
    let best = (0..4)
        .map(|skip| (doubts(skip), skip))
        .min_by_key(|((bad, _), _)| *bad);
    let ((bad, all), skip) = best?;
    (bad * 5 <= all).then_some((Reading::Base64, skip))
}

/// Whether a group of four characters that begins so begins with a byte of ASCII.
fn opens_text(first: u8) -> bool {
    matches!(first, b'A'..=b'Z' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LEAST, Runs, is_base64, read, small};
    use crate::matcher::equivalence::{applied, delta, some_steps};

    /// The slow way: every byte.
    fn everywhere(data: &[u8]) -> Vec<(u32, u32)> {
        let mut runs = Vec::new();
        let mut start = 0;
        for end in 0..=data.len() {
            if data.get(end).is_some_and(|byte| is_base64(*byte)) {
                continue;
            }
            let escape = data.get(start) == Some(&b'n') && data[..start].ends_with(b"\\");
            if end - start >= LEAST && read(&data[start + usize::from(escape)..end]).is_some() {
                runs.push((small(start), small(end)));
            }
            start = end + 1;
        }
        runs
    }

    fn some_text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[A-Za-f][A-Za-z0-9][A-Z0-9+/][a-z]".prop_map(|quad| quad.repeat(6)),
            "[A-Za-f][a-z]{3}",
            "[0-9a-f]{20,30}",
            "[ \n=\\\\n]{1,3}",
        ];
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn few_places_are_enough(data in some_text()) {
            let found: Vec<_> = Runs::of(&data, None, None).list.iter().map(|run| (run.start, run.end)).collect();
            prop_assert_eq!(found, everywhere(&data), "{}", String::from_utf8_lossy(&data));
        }

        #[test]
        fn what_is_inherited_is_what_is_there(
            base in some_text(),
            fresh in some_text(),
            steps in some_steps(),
        ) {
            let (copies, data) = applied(&delta(&base, &fresh, &steps), &base);
            let inherited = Runs::of(&data, Some((&Runs::of(&base, None, None), &copies)), None);
            prop_assert_eq!(inherited, Runs::of(&data, None, None), "{}", String::from_utf8_lossy(&data));
        }
    }
}
