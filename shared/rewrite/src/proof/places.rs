//! Where the heads of writings stand in an object: what is copied from another object has them where they stand there.

use git::Copies;

use super::plain::Plain;

/// Where heads begin, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(Vec<usize>);

impl Places {
    /// Those in `data`. `base`: where heads stand in an object that parts of it are copied from, and which; there, only what is new
    /// is searched, and what reaches across an edge. The outcome is the same with and without.
    pub(crate) fn of(data: &[u8], plain: &Plain, base: Option<(&Self, &Copies)>) -> Self {
        let Some((base, copies)) = base else {
            return Self(plain.heads(data, 0..data.len()).collect());
        };
        let overlap = Plain::HEAD - 1;
        let (mut places, mut from) = (Vec::new(), 0);
        for part in copies.parts() {
            let here = part.here.start;
            let new = plain.heads(data, from..data.len().min(here + overlap));
            places.extend(new.take_while(|place| *place < here));
            let inside = |place: &usize| place + overlap < part.there_end();
            let known = base.from(part.there).take_while(inside);
            places.extend(known.map(|place| part.moved(place)));
            from = part.here.end - overlap;
        }
        places.extend(plain.heads(data, from..data.len()));
        Self(places)
    }

    /// Those at `from` and behind it.
    pub(super) fn from(&self, from: usize) -> impl Iterator<Item = usize> {
        let first = self.0.partition_point(|place| *place < from);
        self.0[first..].iter().copied()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use domain::{FindingId, Secret};
    use proptest::prelude::*;

    use super::Places;
    use crate::Replacement;
    use crate::finder::tests::applied;
    use crate::proof::Plain;

    fn plain(values: &[String]) -> Plain {
        let replacement = |value: &String| {
            Replacement::new(FindingId::new(value), Secret::new(value.clone().into()))
        };
        Plain::new(&values.iter().map(replacement).collect::<Vec<_>>(), &[])
    }

    fn inserted() -> impl Strategy<Value = Vec<u8>> {
        "[abc]{0,60}".prop_map(String::into_bytes)
    }

    proptest! {
        #[test]
        fn what_is_copied_is_not_searched_again(
            base in "[abc]{2,400}",
            steps in proptest::collection::vec((inserted(), 0..400_usize, 0..90_usize), 1..8),
            values in proptest::collection::vec("[abc]{2,12}", 1..6),
        ) {
            let (data, copies) = applied(base.as_bytes(), &steps);
            let plain = plain(&values);
            let there = Places::of(base.as_bytes(), &plain, None);
            let inherited = Places::of(&data, &plain, Some((&there, &copies)));
            prop_assert_eq!(inherited, Places::of(&data, &plain, None));
        }
    }
}
