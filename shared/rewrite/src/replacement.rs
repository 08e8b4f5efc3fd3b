//! The values to remove and what comes in their place.

use aho_corasick::{AhoCorasick, MatchKind};
use domain::{FindingId, Secret};

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
    /// What to put in their place.
    pub with: Vec<u8>,
}

/// All values as one searcher: leftmost, then longest; no two overlap.
pub(crate) struct Values {
    finder: Option<AhoCorasick>,
    ids: Vec<FindingId>,
    with: Vec<Vec<u8>>,
}

impl Values {
    pub(crate) fn new(replacements: &[Replacement]) -> Result<Self, RewriteError> {
        // Sorted, so that of equal values the same one is taken on every run.
        let mut ordered: Vec<&Replacement> = replacements.iter().collect();
        ordered.sort_by(|a, b| {
            a.value
                .expose()
                .cmp(b.value.expose())
                .then_with(|| a.id.cmp(&b.id))
        });
        if let Some(short) = ordered.iter().find(|r| r.value.expose().len() < SHORTEST) {
            return Err(RewriteError::TooShort {
                id: short.id.clone(),
                shortest: SHORTEST,
            });
        }
        let patterns = ordered.iter().map(|r| r.value.expose());
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns);
        let finder = finder.map_err(|_| RewriteError::Gaps {
            reason: "there are too many values".to_owned(),
        })?;
        if let Some(bad) = ordered.iter().find(|r| finder.is_match(&r.with)) {
            return Err(RewriteError::ReplacementHoldsValue { id: bad.id.clone() });
        }
        Ok(Self {
            finder: Some(finder).filter(|_| !ordered.is_empty()),
            ids: ordered.iter().map(|r| r.id.clone()).collect(),
            with: ordered.iter().map(|r| r.with.clone()).collect(),
        })
    }

    /// Where values stand in `data`, in order.
    pub(crate) fn edits(&self, data: &[u8]) -> Vec<Edit> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let edit = |found: aho_corasick::Match| Edit {
            at: found.start(),
            length: found.len(),
            patch: Patch::Value(found.pattern().as_u32()),
        };
        finder.find_iter(data).map(edit).collect()
    }

    /// Whether a value stands in `data`.
    pub(crate) fn is_in(&self, data: &[u8]) -> bool {
        self.finder
            .as_ref()
            .is_some_and(|finder| finder.is_match(data))
    }

    /// What comes in the place of a value.
    pub(crate) fn with(&self, number: u32) -> &[u8] {
        &self.with[number as usize]
    }

    /// The findings that the values belong to.
    pub(crate) fn ids(&self) -> &[FindingId] {
        &self.ids
    }
}
