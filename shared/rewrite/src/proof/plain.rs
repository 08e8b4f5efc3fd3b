//! Replaces values in a plain way: with another searcher than the rewriter's, and its own idea of what a value can look like.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use git::{HashKind, Kind, Visit};
use regex::bytes::Captures;

use super::lines::{self, Written};
use super::places::Places;
use super::spans::Spelled;
use super::writings::{self, Head, Shape, Writing};
use crate::packed::is_archive;
use crate::{Pattern, Replacement};

/// The values in all their writings, and the patterns.
pub(crate) struct Plain {
    heads: Option<AhoCorasick>,
    writings: Vec<Writing>,
    /// How far the longest writing reaches, line breaks and all.
    reach: usize,
    patterns: Vec<Pattern>,
    /// Values that a path may spell over several folders.
    spelled: Vec<Spelled>,
}

/// Which of the texts of a writing must stand in its place.
type With = fn(&Writing) -> &[u8];

/// So many heads are searched for with a table of all states.
const FEW: usize = 64;
const MANY: usize = 20_000;

impl Plain {
    /// So many bytes of a writing, at most, are searched for first.
    pub(super) const HEAD: usize = 8;

    /// Of two findings with one value, the first decides.
    pub(crate) fn new(replacements: &[Replacement], patterns: &[Pattern]) -> Self {
        let mut first: BTreeMap<&[u8], &Replacement> = BTreeMap::new();
        for replacement in replacements {
            let kept = first
                .entry(replacement.value.expose())
                .or_insert(replacement);
            if replacement.id < kept.id {
                *kept = replacement;
            }
        }
        let first: Vec<&Replacement> = first.into_values().collect();
        let writings = writings::all(&first);
        let heads: Vec<Vec<u8>> = writings.iter().flat_map(heads).collect();
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostFirst);
        if (FEW..MANY).contains(&heads.len()) {
            // For few there is a faster way yet, and for very many the table would be larger than what it saves.
            builder.kind(Some(AhoCorasickKind::DFA));
        }
        let heads = builder.build(heads).ok().filter(|_| !writings.is_empty());
        Self {
            heads,
            reach: writings.iter().map(reach).max().unwrap_or_default(),
            writings,
            patterns: patterns.to_vec(),
            spelled: first
                .iter()
                .filter_map(|replacement| Spelled::of(replacement.value.expose()))
                .collect(),
        }
    }

    /// Where heads begin in this part of `data`, in order.
    pub(super) fn heads(&self, data: &[u8], part: Range<usize>) -> impl Iterator<Item = usize> {
        let mut at = part.start;
        std::iter::from_fn(move || {
            let here = Input::new(data).range(at..part.end);
            let head = self.heads.as_ref()?.find(here)?;
            at = head.start() + 1;
            Some(head.start())
        })
    }

    /// Where the first writing stands that begins at `from` or behind it, and which it is: at one place the longest.
    fn find(&self, data: &[u8], places: &Places, from: usize) -> Option<(usize, usize, &Writing)> {
        let mut best: Option<(usize, usize, &Writing)> = None;
        for at in places.from(from) {
            // What begins before the best one may be known by its second half, far behind.
            if best.is_some_and(|best| best.1 + self.reach <= at) {
                break;
            }
            for writing in &self.writings {
                let Some((start, end)) = stands(writing, data, at, from) else {
                    continue;
                };
                if best.is_none_or(|best| start < best.0 || start == best.0 && end > best.1) {
                    best = Some((start, end, writing));
                }
            }
        }
        best
    }

    /// Values that a path may spell over several folders.
    pub(super) fn spelled(&self) -> &[Spelled] {
        &self.spelled
    }

    /// Whether this is a folder in which a path that spells a value may end.
    pub(super) fn may_end_in(&self, object: &Visit<'_>) -> bool {
        let mut all = self.spelled.iter();
        object.kind == Kind::Tree && all.any(|spelled| spelled.may_end_in(object.data))
    }

    /// Whether there is nothing to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.writings.is_empty() && self.patterns.is_empty()
    }

    /// Whether a value stands in `data`.
    pub(crate) fn is_in(&self, data: &[u8]) -> bool {
        self.is_at(data, &Places::of(data, self, None))
    }

    /// The same, where it is known where heads stand.
    fn is_at(&self, data: &[u8], places: &Places) -> bool {
        self.find(data, places, 0).is_some()
    }

    /// A file without the values, whose heads stand at `places`. An archive stays as it is.
    pub(super) fn file(&self, data: &[u8], places: &Places) -> Vec<u8> {
        if is_archive(data) {
            return data.to_vec();
        }
        self.patterns(self.replace(data, places, |w| &w.with, true))
    }

    /// A message without the values.
    pub(super) fn message(&self, data: &[u8]) -> Vec<u8> {
        self.patterns(self.replace(data, &Places::of(data, self, None), |w| &w.with, false))
    }

    /// A header without the values.
    pub(super) fn header(&self, data: &[u8]) -> Vec<u8> {
        self.patterns_in_header(self.tag_name(data))
    }

    /// The name of a tag, in its header, without the values.
    pub(super) fn tag_name(&self, data: &[u8]) -> Vec<u8> {
        self.replace(data, &Places::of(data, self, None), |w| &w.in_header, false)
    }

    /// The text with every pattern replaced in what the ones before it made.
    fn patterns(&self, mut text: Vec<u8>) -> Vec<u8> {
        for pattern in &self.patterns {
            let new = pattern.regex.replace_all(&text, pattern.with.as_slice());
            text = new.into_owned();
        }
        text
    }

    /// The same between the characters that a header is built of: names, addresses and lines one by one.
    fn patterns_in_header(&self, mut text: Vec<u8>) -> Vec<u8> {
        let is_structure = |byte: u8| b"<>\n\0".contains(&byte);
        for pattern in &self.patterns {
            let mut out = Vec::new();
            let mut rest = text.as_slice();
            while !rest.is_empty() {
                let length = rest.iter().take_while(|byte| !is_structure(**byte)).count();
                let (part, after) = rest.split_at(length);
                let blanks = part.iter().take_while(|byte| **byte == b' ').count();
                let inner = part[blanks..].trim_ascii_end();
                out.extend_from_slice(&part[..blanks]);
                let new = pattern.regex.replace_all(inner, |groups: &Captures<'_>| {
                    let mut with = Vec::new();
                    groups.expand(&pattern.with, &mut with);
                    with.retain(|byte| !is_structure(*byte));
                    with
                });
                out.extend_from_slice(&new);
                out.extend_from_slice(&part[blanks + inner.len()..]);
                out.extend(after.first());
                rest = after.get(1..).unwrap_or_default();
            }
            text = out;
        }
        text
    }

    /// A name without the values, with `number` behind what stands in their place; none if it holds none.
    pub(super) fn name(&self, data: &[u8], number: &str) -> Option<Vec<u8>> {
        let places = Places::of(data, self, None);
        let (mut out, mut from) = (Vec::new(), 0);
        while let Some((start, end, writing)) = self.find(data, &places, from) {
            out.extend_from_slice(&data[from..start]);
            out.extend_from_slice(&writing.in_name);
            out.extend_from_slice(number.as_bytes());
            from = end;
        }
        out.extend_from_slice(&data[from..]);
        (from > 0).then_some(out)
    }

    /// Cuts `data` into what stays and what is replaced, value by value.
    fn replace(&self, data: &[u8], places: &Places, with: With, is_file: bool) -> Vec<u8> {
        // Where, and what comes there.
        let mut cuts: BTreeMap<usize, (usize, Vec<u8>)> = BTreeMap::new();
        let mut from = 0;
        while let Some((start, end, writing)) = self.find(data, places, from) {
            let old = &data[start..end];
            let new = match &writing.quoted {
                Some(quoted) if is_file => unquoted(data, start, end, writing, quoted),
                _ => with(writing),
            };
            cuts.insert(start, (end, with_breaks_of(old, &writing.text, new)));
            from = end;
        }
        let (mut out, mut from) = (Vec::with_capacity(data.len()), 0);
        for (start, (end, new)) in cuts {
            out.extend_from_slice(&data[from..start]);
            out.extend(new);
            from = end;
        }
        out.extend_from_slice(&data[from..]);
        out
    }

    /// Whether a value stands where one could have been replaced: in a file that is no archive, in what people wrote into a commit or tag, in
    /// the name of a tree's entry; not in the digits of an id or a date. Heads stand at `places`.
    pub(crate) fn is_left_in(&self, object: &Visit<'_>, places: &Places, hash: HashKind) -> bool {
        match object.kind {
            Kind::Blob => !is_archive(object.data) && self.is_left_in_file(object.data, places),
            Kind::Tree => {
                let holds = |name: &[u8]| self.is_in(name);
                !places.is_empty() && names(object.data, hash).into_iter().any(holds)
            }
            Kind::Commit | Kind::Tag => {
                (!self.patterns.is_empty() || self.is_at(object.data, places))
                    && lines::texts(object.data)
                        .into_iter()
                        .any(|text| self.is_left_in_text(&text))
            }
        }
    }

    /// Whether `data` is an archive, and a value stands in it as it is.
    pub(crate) fn is_left_in_archive(&self, data: &[u8], places: &Places) -> bool {
        is_archive(data) && self.is_left_in_file(data, places)
    }

    fn is_left_in_file(&self, data: &[u8], places: &Places) -> bool {
        self.is_at(data, places) || self.patterns_change(data)
    }

    /// Whether a value stands in a text, or what a pattern would replace.
    pub(crate) fn is_left(&self, text: &[u8]) -> bool {
        self.is_in(text) || self.patterns_change(text)
    }

    fn is_left_in_text(&self, text: &Written<'_>) -> bool {
        match text {
            Written::Message(text) => self.is_left(text),
            Written::Header(text) => {
                self.is_in(text) || self.patterns_in_header(text.to_vec()) != *text
            }
            Written::TagName(text) => self.is_in(text),
        }
    }

    /// Whether the patterns would replace something: what one matches may stay if it is what comes in its place.
    fn patterns_change(&self, text: &[u8]) -> bool {
        !self.patterns.is_empty() && self.patterns(text.to_vec()) != text
    }
}

/// What is searched for first: of what may go on over lines a part of each half, since a break stands in one at most.
fn heads(writing: &Writing) -> Vec<Vec<u8>> {
    let text = &writing.text;
    match writing.shape {
        Shape::Exact(head) => vec![head.part(text).to_vec()],
        Shape::Lines(heads) => heads.map(|head| head.part(text).to_vec()).into(),
        Shape::AnyCase(head) => head.cases(text),
    }
}

/// Where the writing stands if something that begins at `at`, and nothing before `from`, is part of it.
fn stands(writing: &Writing, data: &[u8], at: usize, from: usize) -> Option<(usize, usize)> {
    let (head, is_any_case) = match writing.shape {
        Shape::Lines(heads) => return stands_in_lines((writing, heads), data, at, from),
        Shape::Exact(head) => (head.at, false),
        Shape::AnyCase(head) => (head.at, true),
    };
    let start = at.checked_sub(head).filter(|start| *start >= from)?;
    let end = start + writing.text.len();
    let there = data.get(start..end)?;
    let is_it = there == writing.text || is_any_case && there.eq_ignore_ascii_case(&writing.text);
    is_it.then_some((start, end))
}

/// The same for what may go on over lines.
fn stands_in_lines(
    (writing, heads): (&Writing, [Head; 2]),
    data: &[u8],
    at: usize,
    from: usize,
) -> Option<(usize, usize)> {
    let begins = |head: &Head| data[at..].starts_with(head.part(&writing.text));
    if !heads.iter().any(begins) {
        return None;
    }
    // The neighbourhood without its line breaks, and where each byte of it stands.
    let reach = reach(writing);
    let first = at.saturating_sub(reach).max(from);
    let near = &data[first..data.len().min(at + reach)];
    let kept = kept(near);
    let flat: Vec<u8> = kept.iter().map(|place| near[*place]).collect();
    let covers = |start: &usize| {
        kept[start + writing.text.len() - 1] + first >= at && kept[*start] + first <= at
    };
    let start = memchr::memmem::find_iter(&flat, &writing.text).find(covers)?;
    Some((
        first + kept[start],
        first + kept[start + writing.text.len() - 1] + 1,
    ))
}

/// How far from any byte of a base64 writing the others are looked for.
fn reach(writing: &Writing) -> usize {
    4 * writing.text.len()
}

/// The places of bytes that are part of no line break and of no indentation after one.
fn kept(text: &[u8]) -> Vec<usize> {
    let (mut kept, mut at) = (Vec::with_capacity(text.len()), 0);
    // An empty line ends what could go on over lines.
    let mut broken = usize::MAX;
    while at < text.len() {
        let rest = &text[at..];
        let breaks: [&[u8]; 4] = [b"\n", b"\r\n", b"\\n", b"\\r\\n"];
        match breaks
            .iter()
            .find(|line_break| rest.starts_with(line_break))
        {
            Some(line_break) if broken != at => {
                at += line_break.len();
                while matches!(text.get(at), Some(b' ' | b'\t')) {
                    at += 1;
                }
                broken = at;
            }
            _ => {
                kept.push(at);
                at += 1;
            }
        }
    }
    kept
}

/// `new` with the line breaks that `old`, a writing of `text`, has.
fn with_breaks_of(old: &[u8], text: &[u8], new: &[u8]) -> Vec<u8> {
    if old.len() == text.len() {
        return new.to_vec();
    }
    let mut out = old.to_vec();
    for (place, byte) in kept(old).into_iter().zip(new) {
        out[place] = *byte;
    }
    out
}

/// What must stand where a value without quotes may be expected.
fn unquoted<'a>(
    data: &[u8],
    start: usize,
    end: usize,
    writing: &'a Writing,
    quoted: &'a [u8],
) -> &'a [u8] {
    match crate::context::scalar(data, start, end) {
        crate::context::Scalar::No => &writing.with,
        crate::context::Scalar::Start => &writing.in_name,
        crate::context::Scalar::Whole => quoted,
    }
}

fn names(tree: &[u8], hash: HashKind) -> Vec<&[u8]> {
    let (mut names, mut rest) = (Vec::new(), tree);
    while let Some(nul) = memchr::memchr(0, rest) {
        let head = &rest[..nul];
        names.push(memchr::memchr(b' ', head).map_or(head, |space| &head[space + 1..]));
        rest = rest.get(nul + 1 + hash.len()..).unwrap_or_default();
    }
    names
}
