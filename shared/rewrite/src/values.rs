//! All values as one searcher: leftmost, then longest; no two overlap. Then the patterns, in what that makes.

mod patterns;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::FindingId;
use git::Copies;

use crate::context::{self, Scalar};
use crate::edits::Edit;
use crate::finder::{Finder, Head, Heads, LONGEST};
use crate::forms::forms;
use crate::replacement::{fit_for_header, fit_for_name};
use crate::spans::Span;
use crate::{Pattern, Replacement, RewriteError, wrapped};

/// Shorter values would be found in all kinds of places that are no secret.
pub(crate) const SHORTEST: usize = 4;

/// In what a value is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    File,
    /// A message.
    Message,
    /// A header of a commit or tag.
    Header,
    /// The header of a tag that has its name.
    TagName,
}

pub(crate) struct Values {
    finder: Option<Finder>,
    /// By the finder's number: the form, and where in it the head stands.
    anchors: Vec<(usize, usize)>,
    /// Plain forms first, each in order of value.
    forms: Vec<Form>,
    patterns: Vec<Pattern>,
    /// Values that a path may spell over several folders.
    spans: Vec<Span>,
    /// By number: the findings of each value, then of each pattern.
    ids: Vec<Vec<FindingId>>,
}

/// One way to write a value.
struct Form {
    value: u32,
    bytes: Vec<u8>,
    wraps: bool,
    any_case: bool,
    with: Arc<[u8]>,
    in_header: Arc<[u8]>,
    in_name: Arc<[u8]>,
    /// For what stands unquoted in YAML or JSON, if `with` must not.
    quoted: Option<Arc<[u8]>>,
}

/// Where a form stands.
#[derive(Clone, Copy)]
struct Match {
    start: usize,
    end: usize,
    form: usize,
}

impl Values {
    pub(crate) fn new(
        replacements: &[Replacement],
        patterns: &[Pattern],
    ) -> Result<Self, RewriteError> {
        // Sorted, so that of two findings with one value the same one decides on every run.
        let mut ordered: Vec<&Replacement> = replacements.iter().collect();
        ordered.sort_by_key(|r| (r.value.expose(), &r.id));
        if let Some(short) = ordered.iter().find(|r| r.value.expose().len() < SHORTEST) {
            return Err(RewriteError::TooShort {
                id: short.id.clone(),
                shortest: SHORTEST,
            });
        }
        let groups = ordered.chunk_by(|a, b| a.value.expose() == b.value.expose());
        let groups: Vec<&[&Replacement]> = groups.collect();
        let mut values = Self {
            finder: None,
            anchors: Vec::new(),
            forms: all_forms(&groups),
            patterns: patterns.to_vec(),
            spans: (0..)
                .zip(&groups)
                .filter_map(|(number, group)| Span::of(number, group[0].value.expose()))
                .collect(),
            ids: groups
                .iter()
                .map(|group| group.iter().map(|r| r.id.clone()).collect())
                .collect(),
        };
        values
            .ids
            .extend(patterns.iter().map(|pattern| vec![pattern.id.clone()]));
        values.prepare();
        for form in &values.forms {
            let texts = [
                Some(&form.with),
                Some(&form.in_header),
                Some(&form.in_name),
                form.quoted.as_ref(),
            ];
            for text in texts.into_iter().flatten() {
                if values.is_in(text) {
                    return Err(values.comes_back(form.value));
                }
            }
        }
        Ok(values)
    }

    /// What wraps is looked for by the beginnings of both halves: a line break stands in one of them at most.
    fn prepare(&mut self) {
        let mut heads = Vec::new();
        for (number, form) in self.forms.iter().enumerate() {
            let (first, second) = form.bytes.split_at(form.bytes.len() / 2);
            let parts = if form.wraps {
                vec![(0, first), (first.len(), second)]
            } else {
                let at = rarest(&form.bytes);
                vec![(at, &form.bytes[at..])]
            };
            for (at, part) in parts {
                heads.push(Head {
                    bytes: part.to_vec(),
                    any_case: form.any_case,
                });
                self.anchors.push((number, at));
            }
        }
        self.finder = Finder::new(heads);
    }

    /// Where in `data` forms begin; with what is known of the object that it is a difference from, and of what it has from there.
    pub(crate) fn heads(&self, data: &[u8], base: Option<(&Heads, &Copies)>) -> Heads {
        match (&self.finder, base) {
            (None, _) => Heads::default(),
            (Some(finder), None) => finder.heads(data),
            (Some(finder), Some((base, copies))) => finder.heads_again(data, base, copies),
        }
    }

    /// What is to be replaced in `data`, in order.
    pub(crate) fn edits(&self, data: &[u8], place: Place) -> Vec<Edit> {
        self.edits_at(&self.heads(data, None), data, place)
    }

    /// The same, where it is known where forms begin.
    pub(crate) fn edits_at(&self, heads: &Heads, data: &[u8], place: Place) -> Vec<Edit> {
        let mut edits = Vec::new();
        for found in self.matches(heads, data) {
            let form = &self.forms[found.form];
            let text = form.text(data, found, place);
            if found.end - found.start == form.bytes.len() {
                edits.push(Edit::text(found.start, found.end, form.value, text.clone()));
                continue;
            }
            // Line breaks stay where they are.
            for (at, from, length) in wrapped::pieces(data, found.start, &form.bytes) {
                let piece = Arc::from(text.get(from..from + length).unwrap_or_default());
                edits.push(Edit::text(at, at + length, form.value, piece));
            }
        }
        let first = self.ids.len() - self.patterns.len();
        for (number, pattern) in (first..).zip(&self.patterns) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            edits = patterns::add(data, place, pattern, number, edits);
        }
        edits
    }

    /// A name without the values in it, and the first of them; none if it holds none. `try_no` counts the names that were taken:
    /// from the first on, a number stands behind each replacement.
    pub(crate) fn name(&self, name: &[u8], try_no: u64) -> Option<(u32, Vec<u8>)> {
        let mut out = Vec::new();
        let (mut from, mut first) = (0, None);
        for found in self.matches(&self.heads(name, None), name) {
            let form = &self.forms[found.form];
            first.get_or_insert(form.value);
            out.extend_from_slice(&name[from..found.start]);
            out.extend_from_slice(&form.in_name);
            if try_no > 0 {
                out.extend_from_slice(format!("-{try_no}").as_bytes());
            }
            from = found.end;
        }
        out.extend_from_slice(&name[from..]);
        first.map(|value| (value, out))
    }

    /// Where values stand.
    fn matches(&self, heads: &Heads, data: &[u8]) -> Vec<Match> {
        let mut found: Vec<Match> = self.each(heads, data).collect();
        found.sort_by_key(|m| (m.start, std::cmp::Reverse(m.end), m.form));
        let mut end = 0;
        found.retain(|m| {
            m.start >= end && {
                end = m.end;
                true
            }
        });
        found
    }

    /// Every form that stands in `data`, though some overlap.
    fn each(&self, heads: &Heads, data: &[u8]) -> impl Iterator<Item = Match> {
        heads.iter().filter_map(|(at, anchor)| {
            let (number, offset) = self.anchors[anchor as usize];
            let form = &self.forms[number];
            let span = if form.wraps {
                wrapped::span(data, at, offset, &form.bytes)
            } else {
                at.checked_sub(offset).and_then(|start| {
                    let end = start + form.bytes.len();
                    form.stands(data.get(start..end)?).then_some((start, end))
                })
            };
            span.map(|(start, end)| Match {
                start,
                end,
                form: number,
            })
        })
    }

    /// Whether a value stands in `data`.
    pub(crate) fn is_in(&self, data: &[u8]) -> bool {
        self.first_in(data).is_some()
    }

    /// The first value or pattern that stands in `data`.
    pub(crate) fn first_change(&self, data: &[u8], place: Place) -> Option<u32> {
        self.first_in(data)
            .or_else(|| self.first_of_patterns(data, place))
    }

    /// The first pattern that replaces something in `data`, which has no value in it.
    fn first_of_patterns(&self, data: &[u8], place: Place) -> Option<u32> {
        if self.patterns.is_empty() {
            return None;
        }
        self.edits(data, place).iter().find_map(Edit::value)
    }

    /// Whether something in a text may be replaced in which forms begin at `heads`.
    pub(crate) fn may_change(&self, heads: &Heads) -> bool {
        !self.patterns.is_empty() || !heads.is_empty()
    }

    fn first_in(&self, data: &[u8]) -> Option<u32> {
        self.first_at(&self.heads(data, None), data)
    }

    fn first_at(&self, heads: &Heads, data: &[u8]) -> Option<u32> {
        let first = self.each(heads, data).next();
        first.map(|found| self.forms[found.form].value)
    }

    /// The error if there is still something to replace in what these edits made of a file in which forms begin at `heads`: a
    /// replacement and what is around it can make a value anew.
    pub(crate) fn refuse_in(
        &self,
        rewritten: &[u8],
        (heads, length, edits): (&Heads, usize, &[Edit]),
    ) -> Result<(), RewriteError> {
        let none = HashMap::new();
        let changes = edits
            .iter()
            .map(|edit| (edit.at..edit.end(), edit.bytes(&none).len()));
        let copies = Copies::of_changes(length, changes);
        let heads = self.heads(rewritten, Some((heads, &copies)));
        let found = self.first_at(&heads, rewritten);
        found
            .or_else(|| self.first_of_patterns(rewritten, Place::File))
            .map_or(Ok(()), |value| Err(self.comes_back(value)))
    }

    /// The error for a value or pattern that still matches in the result.
    pub(crate) fn comes_back(&self, value: u32) -> RewriteError {
        RewriteError::ReplacementHoldsValue {
            id: self.ids[value as usize][0].clone(),
        }
    }

    /// Values that a path may spell over several folders.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The error for one that a path does spell so.
    pub(crate) fn spans_folders(&self, value: u32) -> RewriteError {
        RewriteError::SpansFolders {
            id: self.ids[value as usize][0].clone(),
        }
    }

    /// How many distinct values and patterns there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Counts by number as counts by finding.
    pub(crate) fn by_finding(&self, counts: &[u64]) -> BTreeMap<FindingId, u64> {
        let mut all = BTreeMap::new();
        for (ids, count) in self.ids.iter().zip(counts) {
            for id in ids {
                *all.entry(id.clone()).or_default() += count;
            }
        }
        all
    }
}

impl Form {
    /// Whether these bytes are it.
    fn stands(&self, there: &[u8]) -> bool {
        self.bytes == there || self.any_case && self.bytes.eq_ignore_ascii_case(there)
    }

    /// What comes in the place of what was found.
    fn text(&self, data: &[u8], found: Match, place: Place) -> &Arc<[u8]> {
        match (place, &self.quoted) {
            (Place::Header | Place::TagName, _) => &self.in_header,
            (Place::File, Some(quoted)) => match context::scalar(data, found.start, found.end) {
                Scalar::No => &self.with,
                Scalar::Start => &self.in_name,
                Scalar::Whole => quoted,
            },
            (Place::File | Place::Message, _) => &self.with,
        }
    }
}

/// Where in a form the part begins of which least stands in other text: the more of it does, the slower is the search.
fn rarest(form: &[u8]) -> usize {
    let is_common = |pair: &&[u8]| pair.iter().all(u8::is_ascii_lowercase);
    let parts = form.windows(LONGEST.min(form.len()).max(1)).enumerate();
    let common = |part: &[u8]| part.windows(2).filter(is_common).count();
    parts
        .min_by_key(|(_, part)| common(part))
        .map_or(0, |(at, _)| at)
}

/// The forms of all values, plain ones first; what could be read as two values is the first one's.
fn all_forms(groups: &[&[&Replacement]]) -> Vec<Form> {
    let mut all = Vec::new();
    for (number, group) in (0..).zip(groups) {
        let first = group[0];
        for form in forms(first.value.expose(), &first.with, first.keep_length) {
            let is_number = form.bytes.iter().all(u8::is_ascii_digit);
            let must_quote = form.is_plain && !first.keep_length;
            let quoted = (must_quote
                && (is_number || !context::is_plain_scalar(&form.with) && !form.with.is_empty()))
            .then(|| {
                [b"\"", &crate::forms::plain_json(&form.with)[..], b"\""]
                    .concat()
                    .into()
            });
            all.push((
                !form.is_plain,
                Form {
                    value: number,
                    wraps: form.wraps,
                    any_case: form.any_case,
                    in_header: fit_for_header(&form.with).into(),
                    in_name: fit_for_name(&first.with).into(),
                    with: form.with.into(),
                    bytes: form.bytes,
                    quoted,
                },
            ));
        }
    }
    all.sort_by_key(|(is_encoded, _)| *is_encoded);
    let mut seen = std::collections::HashSet::new();
    all.retain(|(_, form)| seen.insert(form.bytes.clone()));
    all.into_iter().map(|(_, form)| form).collect()
}

#[cfg(test)]
mod tests;
