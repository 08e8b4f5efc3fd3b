//! What was seen in stretches of new bytes, so that what is said again is not looked at again.
//!
//! Of what deltas insert in the histories of redis and git, a quarter and a fifth was inserted before, byte for byte, in another version
//! or another file.

use std::ops::Range;

use crate::decode::Run;
use crate::matcher::GramHit;
use crate::memory::Memory;
use crate::print::Print;

/// Stretches of one thread.
pub(crate) struct Stretches {
    memory: Memory<Seen>,
    /// Those of the data that was begun with last, in order.
    latest: Vec<Stretch>,
    /// How many of these were taken up again.
    taken: usize,
}

/// New bytes of some data, from one copied part (or an end of the data) to the next.
#[derive(Clone)]
pub(crate) struct Stretch {
    pub(crate) new: Range<usize>,
    /// From where on places are counted: a few copied bytes before belong to it, as they do to what follows.
    pub(crate) origin: usize,
    print: Print,
}

/// What was seen in a stretch.
struct Seen {
    grams: Box<[GramHit]>,
    /// Those that do not touch an end of its new bytes; none if these were not looked for yet.
    runs: Option<Box<[Run]>>,
}

impl Stretches {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            memory: Memory::new(),
            latest: Vec::new(),
            taken: 0,
        }
    }

    /// Begins with other data.
    pub(crate) fn clear(&mut self) {
        self.latest.clear();
        self.taken = 0;
    }

    /// The stretch `new` of `data`. What is remembered of it depends on the bytes of `around`, which it lies in, and on nothing else.
    pub(crate) fn enter(
        &mut self,
        data: &[u8],
        new: Range<usize>,
        around: Range<usize>,
    ) -> Stretch {
        // The ends of the data are not like other places, nor is what begins elsewhere in the same bytes.
        let lead = u32::try_from(new.start - around.start).unwrap_or(u32::MAX);
        let about = lead << 1 | u32::from(around.end == data.len());
        let stretch = Stretch {
            new,
            origin: around.start,
            print: self.memory.print(about, &data[around]),
        };
        self.latest.push(stretch.clone());
        stretch
    }

    /// The stretch of the latest data whose new bytes begin at `place`, if there is one; places are asked for in order.
    pub(crate) fn take(&mut self, place: usize) -> Option<Stretch> {
        let next = self.latest.get(self.taken)?;
        let found = (next.new.start == place).then(|| next.clone())?;
        self.taken += 1;
        Some(found)
    }

    /// The grams of a stretch, places counted from its origin.
    pub(crate) fn grams(&self, stretch: &Stretch) -> Option<&[GramHit]> {
        Some(&self.memory.recall(stretch.print)?.grams)
    }

    /// Remembers the grams of a stretch.
    pub(crate) fn keep_grams(&mut self, stretch: &Stretch, grams: Box<[GramHit]>) {
        self.memory.keep(stretch.print, Seen { grams, runs: None });
    }

    /// The runs inside a stretch.
    pub(crate) fn runs(&self, stretch: &Stretch) -> Option<&[Run]> {
        self.memory.recall(stretch.print)?.runs.as_deref()
    }

    /// Remembers the runs inside a stretch, if it is still remembered at all.
    pub(crate) fn keep_runs(&mut self, stretch: &Stretch, runs: Box<[Run]>) {
        if let Some(seen) = self.memory.recall_mut(stretch.print) {
            seen.runs = Some(runs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stretches;

    #[test]
    fn what_was_seen_is_recalled_where_the_same_bytes_stand() {
        let (one, other) = (
            b"....some bytes and others....",
            b"....some bytes not others....",
        );
        let mut stretches = Stretches::new();
        let mut is_known = |data: &[u8]| {
            stretches.clear();
            let stretch = stretches.enter(data, 4..20, 0..24);
            let taken = [3, 4, 4].map(|place| stretches.take(place).is_some());
            assert_eq!(taken, [false, true, false], "each once");
            let known = [
                stretches.grams(&stretch).is_some(),
                stretches.runs(&stretch).is_some(),
            ];
            stretches.keep_grams(&stretch, Box::default());
            stretches.keep_runs(&stretch, Box::default());
            known
        };
        assert_eq!(is_known(one), [false, false]);
        assert_eq!(is_known(other), [false, false]);
        assert_eq!(is_known(one), [true, true]);
        assert_eq!(is_known(&one[..24]), [false, false], "it ends there");
    }
}
