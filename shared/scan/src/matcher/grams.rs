//! Looks for the keywords' grams, but not twice in the same bytes.

use std::ops::Range;

use super::keywords::CORE;
use super::{GramHit, Keywords};
use crate::stretches::Stretches;
use git::Copied;

/// Shorter stretches are looked at sooner than remembered.
const SHORTEST: usize = 256;

/// Finds grams.
pub(super) struct GramFinder<'a> {
    pub(super) keywords: &'a Keywords,
    pub(super) stretches: Option<&'a mut Stretches>,
}

impl GramFinder<'_> {
    /// Appends the cores that start at `starts` in `data`, in order. These are new bytes, and those before them, if any, with which
    /// a core can begin that reaches into them.
    pub(super) fn find(&mut self, data: &[u8], starts: Range<usize>, out: &mut Vec<GramHit>) {
        let stretches = self.stretches.as_mut();
        let Some(stretches) = stretches.filter(|_| starts.len() >= SHORTEST) else {
            return self.keywords.grams(data, starts, out);
        };
        let copied = if starts.start == 0 { 0 } else { CORE - 1 };
        let around = starts.start..(starts.end + CORE - 1).min(data.len());
        let stretch = stretches.enter(data, starts.start + copied..starts.end, around.clone());
        if let Some(known) = stretches.grams(&stretch) {
            let part = Copied {
                here: around,
                there: 0,
            };
            let here = known
                .iter()
                .map(|gram| gram.moved(&part, data, self.keywords));
            return out.extend(here);
        }
        let first = out.len();
        self.keywords.grams(data, starts, out);
        let new = out[first..]
            .iter()
            .map(|gram| gram.counted_from(stretch.origin));
        stretches.keep_grams(&stretch, new.collect());
    }
}

impl GramHit {
    /// The same gram in an object that the part was copied to. Its keyword is compared again only where it reaches out of the part.
    #[inline]
    pub(super) fn moved(self, part: &Copied, data: &[u8], keywords: &Keywords) -> Self {
        let at = part.moved(self.at as usize);
        let moved = Self {
            at: small(at),
            ..self
        };
        // Far enough from both ends any keyword is inside: most are, and need no look at which it is.
        let reach = keywords.reach();
        if part.here.start + reach <= at && at + reach <= part.here.end {
            moved
        } else {
            moved.at_an_end(part, data, keywords)
        }
    }

    fn at_an_end(self, part: &Copied, data: &[u8], keywords: &Keywords) -> Self {
        let at = self.at as usize;
        let keyword = keywords.place(at, self.keyword, data.len());
        let is_inside = keyword.is_some_and(|keyword| {
            part.here.start <= keyword.start && keyword.end <= part.here.end
        });
        let holds = if is_inside {
            self.holds
        } else {
            keywords.holds(data, at, self.keyword)
        };
        Self { holds, ..self }
    }

    fn counted_from(self, start: usize) -> Self {
        Self {
            at: small(self.at as usize - start),
            ..self
        }
    }
}

/// No object has 4 GiB.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{CORE, GramFinder, GramHit, SHORTEST, Stretches};
    use crate::rules::RuleSet;

    /// A keyword at the end of the data stands in a stretch of its own; where the data goes on, its place belongs to the next stretch.
    #[test]
    fn what_was_the_end_is_not_taken_for_what_goes_on() {
        let rules = RuleSet::builtin().unwrap();
        let keywords = rules.keywords();
        let short = [&[b'.'; SHORTEST + CORE][..], b"akia"].concat();
        let long = [&short[..], b"...."].concat();
        let mut stretches = Stretches::new();
        let mut finder = GramFinder {
            keywords,
            stretches: Some(&mut stretches),
        };
        let both = [(&short, short.len()), (&long, short.len() - (CORE - 1))];
        let found = both.map(|(data, end)| {
            let (mut found, mut plain): (Vec<GramHit>, Vec<GramHit>) = Default::default();
            finder.find(data, 0..end, &mut found);
            keywords.grams(data, 0..end, &mut plain);
            assert_eq!(found, plain);
            found.len()
        });
        assert!(found[0] > 0 && found[1] == 0, "{found:?}");
    }
}
