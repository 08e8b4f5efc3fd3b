//! The values to remove and what comes in their place.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use domain::{FindingId, Secret};
use git::GitError;

use crate::RewriteError;
use crate::edits::{Edit, Patch};

/// What stands in a value's place if nothing else is asked for.
pub const DEFAULT_REPLACEMENT: &[u8] = b"***REMOVED***";

/// Shorter values would be found in all kinds of places that are no secret.
const SHORTEST: usize = 4;

/// One value to remove.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The finding that it belongs to.
    pub id: FindingId,
    /// The bytes to remove, wherever they stand.
    pub value: Secret<Vec<u8>>,
    /// What to put in their place. In a header of a commit or tag the characters that would break it (`<`, `>`, line
    /// break, NUL) are left out.
    pub with: Vec<u8>,
}

/// All values as one searcher: leftmost, then longest; no two overlap.
pub(crate) struct Values {
    finder: Option<AhoCorasick>,
    /// By number: in order of value.
    values: Vec<Value>,
}

/// One distinct value.
struct Value {
    /// The findings that it belongs to.
    ids: Vec<FindingId>,
    with: Vec<u8>,
    in_header: Vec<u8>,
}

impl Values {
    pub(crate) fn new(replacements: &[Replacement]) -> Result<Self, RewriteError> {
        // Sorted, so that of two findings with one value the same one decides on every run.
        let mut ordered: Vec<&Replacement> = replacements.iter().collect();
        ordered.sort_by_key(|r| (r.value.expose(), &r.id));
        if let Some(short) = ordered.iter().find(|r| r.value.expose().len() < SHORTEST) {
            return Err(RewriteError::TooShort {
                id: short.id.clone(),
                shortest: SHORTEST,
            });
        }
        let same = ordered.chunk_by(|a, b| a.value.expose() == b.value.expose());
        let groups: Vec<&[&Replacement]> = same.collect();
        let patterns = groups.iter().map(|group| group[0].value.expose());
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .map_err(|_| GitError::Unsupported {
                feature: "so many values at once".to_owned(),
                remedy: "choose fewer",
            })?;
        let value = |group: &&[&Replacement]| Value {
            ids: group.iter().map(|r| r.id.clone()).collect(),
            with: group[0].with.clone(),
            in_header: fit_for_header(&group[0].with),
        };
        let values: Vec<Value> = groups.iter().map(value).collect();
        let brings_back = |v: &&Value| finder.is_match(&v.with) || finder.is_match(&v.in_header);
        if let Some(bad) = values.iter().find(brings_back) {
            return Err(RewriteError::ReplacementHoldsValue {
                id: bad.ids[0].clone(),
            });
        }
        Ok(Self {
            finder: Some(finder).filter(|_| !values.is_empty()),
            values,
        })
    }

    /// Where values stand in `data`, in order.
    pub(crate) fn edits(&self, data: &[u8]) -> Vec<Edit> {
        self.find(data, Patch::Value)
    }

    /// The same for a header of a commit or tag.
    pub(crate) fn header_edits(&self, data: &[u8]) -> Vec<Edit> {
        self.find(data, Patch::HeaderValue)
    }

    fn find(&self, data: &[u8], patch: fn(u32) -> Patch) -> Vec<Edit> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let edit = |found: aho_corasick::Match| Edit {
            at: found.start(),
            length: found.len(),
            patch: patch(found.pattern().as_u32()),
        };
        finder.find_iter(data).map(edit).collect()
    }

    /// Whether a value stands in `data`.
    pub(crate) fn is_in(&self, data: &[u8]) -> bool {
        self.finder
            .as_ref()
            .is_some_and(|finder| finder.is_match(data))
    }

    /// The error for `rewritten` if a value stands in it: a replacement and what is around it can make one anew.
    pub(crate) fn refuse_in(&self, rewritten: &[u8]) -> Result<(), RewriteError> {
        let found = self
            .finder
            .as_ref()
            .and_then(|finder| finder.find(rewritten));
        match found {
            Some(found) => Err(RewriteError::ReplacementHoldsValue {
                id: self.values[found.pattern().as_usize()].ids[0].clone(),
            }),
            None => Ok(()),
        }
    }

    /// What comes in the place of a value.
    pub(crate) fn with(&self, number: u32) -> &[u8] {
        &self.values[number as usize].with
    }

    /// The same in a header.
    pub(crate) fn in_header(&self, number: u32) -> &[u8] {
        &self.values[number as usize].in_header
    }

    /// How many distinct values there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Counts by number as counts by finding.
    pub(crate) fn by_finding(&self, counts: &[u64]) -> BTreeMap<FindingId, u64> {
        let mut all = BTreeMap::new();
        for (value, count) in self.values.iter().zip(counts) {
            for id in &value.ids {
                *all.entry(id.clone()).or_default() += count;
            }
        }
        all
    }
}

/// Without what would end a header or a name in it.
fn fit_for_header(with: &[u8]) -> Vec<u8> {
    let breaks = |byte: &u8| matches!(byte, b'\n' | 0 | b'<' | b'>');
    with.iter().copied().filter(|byte| !breaks(byte)).collect()
}

#[cfg(test)]
mod tests {
    use domain::{FindingId, Secret};

    use super::{Replacement, Values};
    use crate::RewriteError;
    use crate::edits::Patches;

    fn replacement(id: &str, value: &str, with: &str) -> Replacement {
        Replacement {
            id: FindingId::new(id),
            value: Secret::new(value.into()),
            with: with.into(),
        }
    }

    #[test]
    fn at_one_place_the_longest_is_replaced_and_nothing_twice() {
        let all = [
            replacement("short", "abcd", "1"),
            replacement("long", "abcdef", "2"),
            replacement("next", "efgh", "3"),
        ];
        let values = Values::new(&all).unwrap();
        let none = std::collections::HashMap::new();
        let patches = Patches {
            values: &values,
            new_ids: &none,
        };
        let data = b"abcdefgh abcd efgh abcde";
        assert_eq!(patches.apply(data, &values.edits(data)), b"2gh 1 3 1e");
    }

    #[test]
    fn findings_with_one_value_are_one_and_the_first_decides() {
        let all = [
            replacement("b", "value", "B"),
            replacement("a", "value", "A"),
        ];
        let values = Values::new(&all).unwrap();
        assert_eq!((values.len(), values.with(0)), (1, &b"A"[..]));
        let counts = values.by_finding(&[7]);
        assert!(counts.len() == 2 && counts.values().all(|count| *count == 7));
    }

    #[test]
    fn a_value_must_not_come_back() {
        for with in ["secret", "a secret!", "se<cret>"] {
            let values = Values::new(&[replacement("x", "secret", with)]);
            assert!(
                matches!(values, Err(RewriteError::ReplacementHoldsValue { .. })),
                "{with}"
            );
        }
        let values = Values::new(&[replacement("x", "secret", "")]).unwrap();
        assert!(values.refuse_in(b"a secret").is_err() && values.refuse_in(b"se cret").is_ok());
    }

    #[test]
    fn what_stands_in_a_header_does_not_break_it() {
        let values = Values::new(&[replacement("x", "secret", "<re\nmoved>")]).unwrap();
        assert_eq!(values.in_header(0), b"removed");
    }
}
