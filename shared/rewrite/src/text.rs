//! The same replacements outside of objects: in files of a work tree, in logs.

use std::collections::HashMap;

use crate::values::{Place, Values};
use crate::{Request, RewriteError, edits};

/// Replaces values in texts as a rewrite does in files.
pub struct TextCleaner(Values);

impl TextCleaner {
    /// For what is to be replaced.
    pub fn new(request: &Request) -> Result<Self, RewriteError> {
        Values::new(&request.replacements, &request.patterns).map(Self)
    }

    /// The text without the values; none if there is none in it.
    pub fn clean(&self, text: &[u8]) -> Result<Option<Vec<u8>>, RewriteError> {
        let heads = self.0.heads(text, None);
        let edits = self.0.edits_at(&heads, text, Place::File);
        if edits.is_empty() {
            return Ok(None);
        }
        let new = edits::apply(text, &edits, &HashMap::new());
        self.0.refuse_in(&new, (&heads, text.len(), &edits))?;
        Ok(Some(new))
    }

    /// Whether a value stands in the text.
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.0.is_in(text)
    }
}
