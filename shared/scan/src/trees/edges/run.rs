//! The edges of one tree as bytes: one byte with four widths, the tree, how many links it has, and child and name of each.
//! A number takes as many bytes as the largest of its kind in the run.

use git::ObjectNo;

/// A run takes no more than so many bytes besides its links, of which each takes no more than [`LINK`].
pub(super) const HEAD: usize = 1 + 4 + 4 + LINK;
/// Bytes of the largest number that is written at once.
pub(super) const LINK: usize = 8;

/// What a tree has, link by link.
pub(super) struct Run<'b> {
    pub(super) parent: ObjectNo,
    bytes: &'b [u8],
    /// Where the links are.
    from: usize,
    to: usize,
    of_child: usize,
    of_link: usize,
}

impl<'b> Run<'b> {
    /// Appends a run, unless there are no links.
    pub(super) fn write(
        parent: ObjectNo,
        links: impl Iterator<Item = (ObjectNo, u32)> + Clone,
        out: &mut Vec<u8>,
    ) {
        let (mut count, mut children, mut names) = (0_u32, 0, 0);
        for (child, name) in links.clone() {
            (count, children, names) = (count + 1, children | child, names | name);
        }
        if count == 0 {
            return;
        }
        let widths = [parent, count, children, names].map(width);
        let packed = widths
            .iter()
            .rev()
            .fold(0, |all, width| all << 2 | (width - 1));
        put(out, packed as u64, 1);
        put(out, parent.into(), widths[0]);
        put(out, count.into(), widths[1]);
        let [_, _, of_child, of_name] = widths;
        for (child, name) in links {
            let link = u64::from(child) | u64::from(name) << (8 * of_child);
            put(out, link, of_child + of_name);
        }
    }

    /// The run that starts at `at`; none behind the last.
    pub(super) fn read(bytes: &'b [u8], at: usize) -> Option<Self> {
        let packed = usize::from(*bytes.get(at)?);
        let widths = [0, 2, 4, 6].map(|shift| (packed >> shift & 3) + 1);
        let [of_parent, of_count, of_child, of_name] = widths;
        let counted = at + 1 + of_parent;
        let (from, of_link) = (counted + of_count, of_child + of_name);
        Some(Self {
            parent: low(get(bytes, at + 1, of_parent)),
            bytes,
            from,
            to: from + low(get(bytes, counted, of_count)) as usize * of_link,
            of_child,
            of_link,
        })
    }

    /// Where the next run starts.
    pub(super) fn end(&self) -> usize {
        self.to
    }
}

impl Iterator for Run<'_> {
    /// Child and name.
    type Item = (ObjectNo, u32);

    fn next(&mut self) -> Option<Self::Item> {
        if self.from >= self.to {
            return None;
        }
        let link = get(self.bytes, self.from, self.of_link);
        self.from += self.of_link;
        Some((
            low(link & mask(self.of_child)),
            low(link >> (8 * self.of_child)),
        ))
    }
}

/// Bytes that a number takes, at least one.
fn width(number: u32) -> usize {
    4 - (number | 1).leading_zeros() as usize / 8
}

fn mask(width: usize) -> u64 {
    u64::MAX >> (64 - 8 * width)
}

fn low(number: u64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no more than four bytes"
    )]
    let low = number as u32;
    low
}

/// Appends the lowest bytes of a number. Writing eight and taking some back is faster than writing few.
fn put(out: &mut Vec<u8>, number: u64, width: usize) {
    out.extend_from_slice(&number.to_le_bytes());
    out.truncate(out.len() + width - 8);
}

/// What was put at a place.
fn get(bytes: &[u8], at: usize, width: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    let word = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        word
    });
    u64::from_le_bytes(word) & mask(width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HEAD, LINK, Run};

    fn number() -> impl Strategy<Value = u32> {
        (any::<u32>(), 0..32).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            runs in prop::collection::vec((number(), prop::collection::vec((number(), number()), 0..300)), 0..5),
        ) {
            let mut bytes = Vec::new();
            for (parent, links) in &runs {
                let before = bytes.len();
                Run::write(*parent, links.iter().copied(), &mut bytes);
                prop_assert!(bytes.len() - before <= HEAD + links.len() * LINK);
            }
            let mut at = 0;
            let mut read = Vec::new();
            while let Some(run) = Run::read(&bytes, at) {
                at = run.end();
                read.push((run.parent, run.collect::<Vec<_>>()));
            }
            prop_assert_eq!(at, bytes.len());
            let written: Vec<_> = runs.into_iter().filter(|(_, links)| !links.is_empty()).collect();
            prop_assert_eq!(read, written);
        }
    }
}
