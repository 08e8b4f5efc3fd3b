//! Runs of characters that may be base64 or hex.

use std::ops::Range;

use super::alphabet::{BLOCK, candidates, is_base64, members};
use crate::seek::first_from;
use crate::stretches::Stretches;
use git::Copies;

/// The shortest run that is looked at: 18 bytes in base64.
const LEAST: usize = 24;

/// How far a run's look decides whether it may be the beginning of a text.
const SAMPLE: usize = 64;

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
        let (mut looked_to, mut next) = (0, 0);
        if let Some((base, copies)) = from {
            search.found.list.reserve(base.list.len());
            for part in copies.parts() {
                search.look(looked_to..part.here.start, stretches.as_deref_mut());
                // The byte on either side says that the run ends there.
                next = first_from(&base.list, next, |run| run.start as usize <= part.there);
                while let Some(run) = base.list.get(next)
                    && (run.end as usize) < part.there_end()
                {
                    let moved = run.moved(part.there, part.here.start);
                    search.found.list.push(moved);
                    next += 1;
                }
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

/// A place where [`LEAST`] characters in a row stand: the first one in `places`, or one behind them, or none.
fn first_run(data: &[u8], mut places: Range<usize>) -> Option<usize> {
    while let Some(place) = first_candidate(data, places.clone()) {
        let runs = in_a_row(members(&data[place..]));
        if runs != 0 {
            return Some(place + runs.trailing_zeros() as usize);
        }
        // where none begins that ends in this block
        places.start = place + BLOCK - LEAST + 1;
    }
    None
}

/// The same for characters that may be of base64.
fn first_candidate(data: &[u8], places: Range<usize>) -> Option<usize> {
    let mut before = 0;
    let mut at = places.start;
    while at < places.end {
        let here = candidates(data.get(at..)?);
        // what begins in the block before ends in this one
        let across = in_a_row(before >> (BLOCK - LEAST) | here << LEAST);
        let within = in_a_row(here);
        if across | within != 0 {
            let ahead = |bits: u64| bits.trailing_zeros() as usize;
            return Some(at + ahead(across).min(ahead(within) + LEAST) - LEAST);
        }
        before = here;
        at += BLOCK;
    }
    None
}

/// The bits that [`LEAST`] of them in a row begin with.
fn in_a_row(bits: u64) -> u64 {
    let two = bits & bits >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    eight & eight >> 8 & eight >> 16
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
        // a run that begins where the range ends has its last character so far behind it
        while let Some(place) = first_run(self.data, self.floor..range.end + LEAST) {
            let run = self.run_at(place);
            if run.start > range.end {
                return;
            }
            self.floor = run.end + 1;
            if run.end >= range.start {
                self.note(run);
            }
        }
    }

    /// The whole run that a place belongs to, of whose characters at least [`LEAST`] are behind it.
    fn run_at(&self, place: usize) -> Range<usize> {
        let outside = |byte: &u8| !is_base64(*byte);
        let before = self.data[..place].iter().rposition(outside);
        let start = before.map_or(0, |at| at + 1);
        let mut end = place + LEAST;
        loop {
            let more = members(&self.data[end..]).trailing_ones() as usize;
            end += more;
            if more < BLOCK {
                return start..end;
            }
        }
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
    // to its end: many characters at once are faster than to stop at the first
    let head = run.iter().take(SAMPLE);
    let has_upper = head.fold(false, |any, byte| any | byte.is_ascii_uppercase());
    let is_mixed = has_upper
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

    use super::super::alphabet::is_base64;
    use super::{LEAST, Runs, read, small};
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
        fn many_at_once_are_as_good_as_every_byte(data in some_text()) {
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
