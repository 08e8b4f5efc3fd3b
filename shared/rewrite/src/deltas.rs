//! A delta between two objects becomes a delta between what they are now, without any search.

use std::collections::HashMap;

use git::delta::{Delta, DeltaBuilder, Op};
use git::{ObjectId, ObjectNo};

use crate::edits::Edit;

/// `delta` makes `target` from a base of `base_edits`' positions. The result makes the edited target from the edited base.
pub(crate) fn rebase(
    delta: &[u8],
    target: &[u8],
    base_edits: &[Edit],
    target_edits: &[Edit],
    new_ids: &HashMap<ObjectNo, ObjectId>,
) -> Result<Vec<u8>, &'static str> {
    let delta = Delta::parse(delta)?;
    let mut work = Rebase {
        target,
        base: Shifted::new(base_edits, new_ids),
        target_edits,
        new_ids,
        out: DeltaBuilder::new(),
        at: 0,
        next: 0,
    };
    for op in delta.ops() {
        match op? {
            Op::Copy { offset, length } => work.instruction(length, Some(offset)),
            Op::Insert(bytes) => work.instruction(bytes.len(), None),
        }
    }
    Ok(work.out.finish(work.base.size(delta.base_size)))
}

struct Rebase<'a> {
    target: &'a [u8],
    base: Shifted<'a>,
    target_edits: &'a [Edit],
    new_ids: &'a HashMap<ObjectNo, ObjectId>,
    out: DeltaBuilder,
    /// How far the old target has been dealt with.
    at: usize,
    /// The next edit of the target.
    next: usize,
}

impl Rebase<'_> {
    /// One instruction: `length` bytes of the old target, copied from `source` in the old base, or inserted.
    fn instruction(&mut self, length: usize, source: Option<usize>) {
        let (start, end) = (self.at, self.at + length);
        while self.at < end {
            // The rest of an edit that began in an earlier instruction: its bytes are out already.
            if let Some(before) = self
                .next
                .checked_sub(1)
                .map(|n| self.target_edits[n].end())
                .filter(|before| *before > self.at)
            {
                self.at = before.min(end);
                continue;
            }
            let edit = self
                .target_edits
                .get(self.next)
                .filter(|edit| edit.at < end);
            let stop = edit.map_or(end, |edit| edit.at);
            match source {
                Some(offset) => self.copy(stop, offset + (self.at - start)),
                None => self.out.insert(&self.target[self.at..stop]),
            }
            self.at = stop;
            if let Some(edit) = edit {
                self.next += 1;
                let same = source
                    .map(|offset| offset + (edit.at - start))
                    .filter(|_| edit.end() <= end);
                match same.and_then(|place| self.base.same_edit(place, edit)) {
                    Some((place, bytes)) => self.out.copy(place, bytes),
                    None => self.out.insert(edit.bytes(self.new_ids)),
                }
                self.at = edit.end().min(end);
            }
        }
    }

    /// Bytes of the target that are not edited, up to `stop`, from `place` in the old base: copied where the base is not
    /// edited either, inserted where it is.
    fn copy(&mut self, stop: usize, mut place: usize) {
        while self.at < stop {
            let left = stop - self.at;
            let (length, is_edited) = self.base.stretch(place, left);
            if is_edited {
                self.out.insert(&self.target[self.at..self.at + length]);
            } else {
                self.out.copy(self.base.moved(place), length);
            }
            self.at += length;
            place += length;
        }
    }
}

/// Where the bytes of an edited object are now.
struct Shifted<'a> {
    edits: &'a [Edit],
    new_ids: &'a HashMap<ObjectNo, ObjectId>,
    /// For each edit: by how much everything behind it has moved.
    shifts: Vec<i64>,
}

impl<'a> Shifted<'a> {
    fn new(edits: &'a [Edit], new_ids: &'a HashMap<ObjectNo, ObjectId>) -> Self {
        let mut sum = 0;
        let shift = |edit: &'a Edit| {
            sum += signed(edit.bytes(new_ids).len()) - signed(edit.length);
            sum
        };
        Self {
            edits,
            new_ids,
            shifts: edits.iter().map(shift).collect(),
        }
    }

    fn size(&self, old: u64) -> u64 {
        old.saturating_add_signed(self.shifts.last().copied().unwrap_or(0))
    }

    /// The new place of an old place that is not inside an edit.
    fn moved(&self, place: usize) -> usize {
        let before = self.edits.partition_point(|edit| edit.end() <= place);
        let shift = before.checked_sub(1).map_or(0, |last| self.shifts[last]);
        usize::try_from(signed(place) + shift).unwrap_or(usize::MAX)
    }

    /// How many of `length` bytes from `place` are all edited or all not edited, and which.
    fn stretch(&self, place: usize, length: usize) -> (usize, bool) {
        let edit = self
            .edits
            .get(self.edits.partition_point(|edit| edit.end() <= place));
        match edit {
            Some(edit) if edit.at <= place => ((edit.end() - place).min(length), true),
            Some(edit) => ((edit.at - place).min(length), false),
            None => (length, false),
        }
    }

    /// Where the result of an edit stands now, if the base has the very same edit at `place`.
    fn same_edit(&self, place: usize, edit: &Edit) -> Option<(usize, usize)> {
        let at = self.edits.binary_search_by_key(&place, |own| own.at).ok()?;
        let own = &self.edits[at];
        if own.length != edit.length || own.patch != edit.patch {
            return None;
        }
        let before = at.checked_sub(1).map_or(0, |last| self.shifts[last]);
        let moved = usize::try_from(signed(place) + before).ok()?;
        Some((moved, edit.bytes(self.new_ids).len()))
    }
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::{FindingId, Secret};
    use git::delta::{Delta, DeltaBuilder};
    use proptest::prelude::*;

    use super::rebase;
    use crate::Replacement;
    use crate::edits::apply;
    use crate::values::{Place, Values};

    /// Text of a few letters, so that values stand everywhere, across seams too.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'c')], 1..300)
    }

    proptest! {
        #[test]
        fn the_edited_target_comes_from_the_edited_base(
            base in text(),
            steps in proptest::collection::vec((any::<bool>(), any::<u16>(), 0..60_usize, text()), 1..12),
            with in prop_oneof![Just(&b""[..]), Just(&b"X"[..]), Just(&b"a longer one"[..])],
        ) {
            let (mut builder, mut target) = (DeltaBuilder::new(), Vec::new());
            for (is_copy, at, length, bytes) in steps {
                let at = usize::from(at) % base.len();
                let part = if is_copy { &base[at..(at + length).min(base.len())] } else { &bytes[..] };
                if is_copy { builder.copy(at, part.len()) } else { builder.insert(part) }
                target.extend_from_slice(part);
            }
            let delta = builder.finish(base.len() as u64);
            let values = [&b"abca"[..], b"bbbb", b"cabcab"].map(|value| Replacement {
                with: with.to_vec(), ..Replacement::new(FindingId::new("x"), Secret::new(value.to_vec()))
            });
            let values = Values::new(&values, &[]).unwrap();
            let none = HashMap::new();
            let (base_edits, target_edits) = (values.edits(&base, Place::File), values.edits(&target, Place::File));
            let rebased = rebase(&delta, &target, &base_edits, &target_edits, &none).unwrap();
            let mut out = Vec::new();
            Delta::parse(&rebased).unwrap().apply(&apply(&base, &base_edits, &none), u64::MAX, &mut out).unwrap();
            prop_assert_eq!(out, apply(&target, &target_edits, &none));
        }
    }
}
