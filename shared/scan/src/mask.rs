//! Names can be secrets: a value that stands in a path, an author or a ref must not be shown there either.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use domain::secret::Preview;
use domain::{Carrier, Finding, FindingId};

use crate::Spellings;

/// Replaces values by their previews in what is shown of a history.
pub(crate) struct Mask {
    finder: Option<AhoCorasick>,
    previews: Vec<String>,
}

impl Mask {
    /// For every finding that stands in something that is shown.
    pub(crate) fn of(findings: &[Finding], values: &BTreeMap<FindingId, Spellings>) -> Self {
        let shown = |finding: &&Finding| finding.occurrences.iter().any(|o| is_shown(o.carrier));
        let (mut patterns, mut previews) = (Vec::new(), Vec::new());
        for finding in findings.iter().filter(shown) {
            // Tag and commit headers and names are text; a value that is not cannot be in the shown form of one.
            let spellings = values.get(&finding.id).into_iter().flat_map(Spellings::all);
            let texts = spellings.filter_map(|value| std::str::from_utf8(value.expose()).ok());
            for text in texts {
                patterns.push(text);
                previews.push(Preview::of(text.as_bytes()).as_str().to_owned());
            }
        }
        let builder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns);
        Self {
            finder: builder.ok().filter(|_| !patterns.is_empty()),
            previews,
        }
    }

    /// Masks paths, authors and refs of all findings.
    pub(crate) fn apply(&self, findings: &mut [Finding]) {
        let Some(finder) = &self.finder else { return };
        let mask = |text: &mut String| *text = finder.replace_all(text, &self.previews);
        for finding in findings {
            mask(&mut finding.file_path);
            mask(&mut finding.author);
            finding.refs.iter_mut().for_each(mask);
            for occurrence in &mut finding.occurrences {
                mask(&mut occurrence.file_path);
                mask(&mut occurrence.author);
            }
        }
    }
}

fn is_shown(carrier: Carrier) -> bool {
    match carrier {
        Carrier::CommitHeader | Carrier::TagHeader | Carrier::Path | Carrier::RefName => true,
        Carrier::Blob | Carrier::CommitMessage | Carrier::TagMessage => false,
    }
}
