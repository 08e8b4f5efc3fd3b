//! Replaces values in a plain way: one after another, without the rewriter's searcher.

use std::collections::BTreeMap;

use git::{HashKind, Kind, Visit};

use super::lines;
use crate::Replacement;

/// The values, longest first: at any place the longest that stands there is the one that is replaced.
pub(super) struct Plain {
    values: Vec<PlainValue>,
}

struct PlainValue {
    value: Vec<u8>,
    with: Vec<u8>,
    in_header: Vec<u8>,
}

impl Plain {
    /// Of two findings with one value, the first decides.
    pub(super) fn new(replacements: &[Replacement]) -> Self {
        let mut first: BTreeMap<&[u8], &Replacement> = BTreeMap::new();
        for replacement in replacements {
            let kept = first
                .entry(replacement.value.expose())
                .or_insert(replacement);
            if replacement.id < kept.id {
                *kept = replacement;
            }
        }
        let plain = |r: &Replacement| PlainValue {
            value: r.value.expose().clone(),
            with: r.with.clone(),
            in_header: r
                .with
                .iter()
                .copied()
                .filter(|byte| !b"<>\n\0".contains(byte))
                .collect(),
        };
        let mut values: Vec<PlainValue> = first.into_values().map(plain).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.value.len()));
        Self { values }
    }

    fn find(&self, data: &[u8]) -> Option<(usize, &PlainValue)> {
        let places = self
            .values
            .iter()
            .filter_map(|value| Some((memchr::memmem::find(data, &value.value)?, value)));
        // Of several at one place, the first: the longest.
        places.min_by_key(|(at, _)| *at)
    }

    /// Whether a value stands in `data`.
    pub(super) fn is_in(&self, data: &[u8]) -> bool {
        let mut values = self.values.iter();
        values.any(|value| memchr::memmem::find(data, &value.value).is_some())
    }

    /// A file or message without the values.
    pub(super) fn text(&self, data: &[u8]) -> Vec<u8> {
        self.replace(data, |value| &value.with)
    }

    /// A header without the values.
    pub(super) fn header(&self, data: &[u8]) -> Vec<u8> {
        self.replace(data, |value| &value.in_header)
    }

    fn replace(&self, data: &[u8], with: fn(&PlainValue) -> &[u8]) -> Vec<u8> {
        let (mut out, mut rest) = (Vec::with_capacity(data.len()), data);
        while let Some((at, value)) = self.find(rest) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(with(value));
            rest = &rest[at + value.value.len()..];
        }
        out.extend_from_slice(rest);
        out
    }

    /// Whether a value stands where one could have been replaced: in a file, in what people wrote into a commit or tag, in
    /// the name of a tree's entry; not in the digits of an id or a date.
    pub(super) fn is_left_in(&self, object: &Visit<'_>, hash: HashKind) -> bool {
        self.is_in(object.data)
            && match object.kind {
                Kind::Blob => true,
                Kind::Tree => names(object.data, hash)
                    .into_iter()
                    .any(|name| self.is_in(name)),
                Kind::Commit | Kind::Tag => lines::texts(object.data)
                    .into_iter()
                    .any(|text| self.is_in(text)),
            }
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
