//! What was seen in stretches of new bytes, so that what is said again is not looked at again.
//!
//! Of what deltas insert, a third to a half was inserted before, byte for byte, in another version or another file.

use std::ops::Range;

use crate::decode::Run;
use crate::matcher::GramHit;
use crate::memory::Memory;
use crate::print::Print;

/// Stretches of one thread.
pub(crate) struct Stretches {
    memory: Memory<Seen>,
    latest: Vec<Stretch>,
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
        }
    }

    /// Begins with other data.
    pub(crate) fn clear(&mut self) {
        self.latest.clear();
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

    /// The stretch of the latest data that begins at `place`.
    pub(crate) fn at(&self, place: usize) -> Option<Stretch> {
        let known = &self.latest;
        let at = known.binary_search_by_key(&place, |stretch| stretch.new.start);
        Some(known[at.ok()?].clone())
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
