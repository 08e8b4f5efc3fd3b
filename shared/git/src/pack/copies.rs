//! Which parts of an object were copied from its base, and from where.

use std::ops::Range;

use super::delta::{Delta, Op};

/// Copies of fewer bytes are not listed, as if they were new: looking at them costs less than remembering them.
const SHORTEST: usize = 32;

/// One copied part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Where it is in the object.
    pub here: Range<usize>,
    /// Where it starts in the base.
    pub there: usize,
}

impl Copied {
    /// Where a place of the base (inside the part) is in the object.
    #[inline]
    pub fn moved(&self, place: usize) -> usize {
        place - self.there + self.here.start
    }

    /// Where the part ends in the base.
    #[inline]
    pub fn there_end(&self) -> usize {
        self.there + self.here.len()
    }
}

/// The copied parts of one object, in order. Neighbours that are neighbours in the base too are one part.
#[derive(Debug, Default)]
pub struct Copies {
    parts: Vec<Copied>,
    base_length: usize,
}

impl Copies {
    /// Rebuilds an object from its base, as [`Delta::apply`] does, and notes its copied parts. After an error these are of no use.
    pub(crate) fn apply(
        &mut self,
        delta: &Delta<'_>,
        base: &[u8],
        limit: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        self.parts.clear();
        self.base_length = base.len();
        let mut open = Copied::default();
        delta.apply_noting(base, limit, out, |at, offset, length| {
            self.note(&mut open, at, offset, length);
        })?;
        self.keep(open);
        Ok(())
    }

    /// Reads the parts out of a delta. An error says what is wrong with the delta; the parts are then of no use.
    pub fn read(&mut self, delta: &[u8]) -> Result<(), &'static str> {
        self.parts.clear();
        let delta = Delta::parse(delta)?;
        self.base_length = usize::try_from(delta.base_size).map_err(|_| "its base is too large")?;
        let (mut at, mut open) = (0, Copied::default());
        for op in delta.ops() {
            match op? {
                Op::Insert(bytes) => at += bytes.len(),
                Op::Copy { offset, length } => {
                    self.note(&mut open, at, offset, length);
                    at += length;
                }
            }
        }
        self.keep(open);
        Ok(())
    }

    /// A copy comes `at` a place; `open` is the part before it, which it may continue.
    #[inline]
    fn note(&mut self, open: &mut Copied, at: usize, offset: usize, length: usize) {
        if open.here.end != at || open.there_end() != offset {
            let next = Copied {
                here: at..at,
                there: offset,
            };
            self.keep(std::mem::replace(open, next));
        }
        open.here.end = at.saturating_add(length);
    }

    /// Those of what a base of so many bytes becomes by changes: in order, from where to where in the base, and how many bytes come
    /// there.
    pub fn of_changes(
        base_length: usize,
        changes: impl IntoIterator<Item = (Range<usize>, usize)>,
    ) -> Self {
        let mut copies = Self {
            base_length,
            ..Self::default()
        };
        let (mut here, mut there) = (0, 0);
        let end = (base_length..base_length, 0);
        for (changed, length) in changes.into_iter().chain([end]) {
            let length_here = changed.start - there;
            copies.keep(Copied {
                here: here..here + length_here,
                there,
            });
            here += length_here + length;
            there = changed.end;
        }
        copies
    }

    fn keep(&mut self, part: Copied) {
        if part.here.len() >= SHORTEST {
            self.parts.push(part);
        }
    }

    /// All parts.
    pub fn parts(&self) -> &[Copied] {
        &self.parts
    }

    /// Bytes of the base.
    pub fn base_length(&self) -> usize {
        self.base_length
    }

    /// The part that has this place of the object.
    pub fn around(&self, place: usize) -> Option<&Copied> {
        let next = self.parts.partition_point(|part| part.here.end <= place);
        self.parts.get(next).filter(|part| part.here.start <= place)
    }
}
