//! What the matcher saw in one object, so that an object built from it need not be looked at all over again.
//!
//! Everything the matcher does is local. Whether a core stands somewhere depends on eight bytes, whether its keyword holds
//! on the keyword's length, and what a pattern finds in a window on the window, the byte on either side of it, and
//! whether these are the ends of the data. So where all of that was copied, the outcome was copied along.

use std::ops::Range;

use domain::Encoding;

use super::grams::GramFinder;
use super::keywords::CORE;
use super::{GramHit, Keywords, Match};
use crate::decode::marks;
use crate::seek::first_from;
use git::{Copied, Copies};

/// What was seen in one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// In order of place.
    pub(super) grams: Vec<GramHit>,
    /// In order of rule and place.
    runs: Vec<Run>,
    /// What the patterns found, run by run; values may overlap.
    pub(super) matches: Vec<Match>,
}

/// One rule's pattern, run over one window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    rule: u16,
    start: u32,
    end: u32,
    /// What it found: `count` matches from `first` on.
    first: u32,
    count: u32,
}

impl Trace {
    /// Takes the grams of copied parts over from `base`, and looks for those of the rest.
    pub(super) fn inherit_grams(
        &mut self,
        data: &[u8],
        finder: &mut GramFinder<'_>,
        base: &Self,
        copies: &Copies,
    ) {
        let keywords = finder.keywords;
        // mostly about as many
        self.grams.reserve(base.grams.len());
        self.runs.reserve(base.runs.len());
        let (mut looked_to, mut next) = (0, 0);
        for part in copies.parts() {
            finder.find(data, looked_to..part.here.start, &mut self.grams);
            // A core that starts in the part's last bytes reaches out of it.
            looked_to = part.here.end - (CORE - 1);
            // Copies mostly come in the order of the base.
            next = first_from(&base.grams, next, |gram| (gram.at as usize) < part.there);
            while let Some(gram) = base.grams.get(next)
                && (gram.at as usize) < part.there_end() - (CORE - 1)
            {
                self.grams.push(gram.moved(part, data, keywords));
                next += 1;
            }
        }
        finder.find(data, looked_to..data.len(), &mut self.grams);
    }

    /// What a rule's pattern found in the base of this window, if it ran there over the very same bytes.
    pub(super) fn run<'c>(
        &self,
        rule: u16,
        window: &Range<usize>,
        length: usize,
        copies: &'c Copies,
    ) -> Option<(&[Match], &'c Copied)> {
        let part = copies.around(window.start)?;
        let seen = window.start.saturating_sub(1)..(window.end + 1).min(length);
        if seen.start < part.here.start || part.here.end < seen.end {
            return None;
        }
        let start = part.there + (window.start - part.here.start);
        let end = start + window.len();
        let same_ends = (window.start == 0) == (start == 0)
            && (window.end == length) == (end == copies.base_length());
        let found = self
            .runs
            .binary_search_by_key(&(rule, start), |run| (run.rule, run.start as usize));
        let run = &self.runs[found.ok().filter(|_| same_ends)?];
        let matches = run.first as usize..(run.first + run.count) as usize;
        (run.end as usize == end).then(|| (&self.matches[matches], part))
    }

    /// Notes a run, all of whose matches have come since there were `first`.
    pub(super) fn add_run(&mut self, rule: u16, window: Range<usize>, first: usize) {
        // No object has 4 GiB, nor so many matches.
        let small = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        self.runs.push(Run {
            rule,
            start: small(window.start),
            end: small(window.end),
            first: small(first),
            count: small(self.matches.len() - first),
        });
    }

    /// Where something is escaped, in order of place: at marks, and right before keywords.
    pub(crate) fn marks(
        &self,
        data: &[u8],
        keywords: &Keywords,
    ) -> impl Iterator<Item = (usize, Encoding)> {
        marked(&self.grams, data, keywords).map(|(gram, encoding)| (gram.at as usize, encoding))
    }

    /// Takes over those of the grams that say where something is escaped.
    pub(super) fn keep_marks(&mut self, data: &[u8], keywords: &Keywords, grams: &[GramHit]) {
        let marks = marked(grams, data, keywords);
        self.grams.extend(marks.map(|(gram, _)| *gram));
    }

    /// Makes runs findable.
    pub(super) fn finish(&mut self) {
        self.runs.sort_unstable();
    }
}

/// The grams of marks, and those of keywords that stand right behind something escaped.
fn marked<'g>(
    grams: &'g [GramHit],
    data: &[u8],
    keywords: &Keywords,
) -> impl Iterator<Item = (&'g GramHit, Encoding)> {
    let held = grams.iter().filter(|gram| gram.holds);
    held.filter_map(|gram| {
        let start = || keywords.place(gram.at as usize, gram.keyword, data.len());
        let mark = keywords.mark(gram.keyword);
        let encoding = mark.or_else(|| marks::escape_before(data, start()?.start))?;
        Some((gram, encoding))
    })
}
