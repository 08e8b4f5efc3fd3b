//! Patterns are replaced after the values, one after the other, each in what the ones before it have made.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::Place;
use crate::Pattern;
use crate::edits::{Edit, apply};
use crate::replacement::fit_for_header;

/// What a pattern replaces, in positions of the text that it looks at.
struct Found {
    range: Range<usize>,
    with: Vec<u8>,
}

/// `edits` of `data`, and what `pattern` (of this number) replaces after them, as edits of `data`.
pub(super) fn add(
    data: &[u8],
    place: Place,
    pattern: &Pattern,
    number: u32,
    edits: Vec<Edit>,
) -> Vec<Edit> {
    let now = if edits.is_empty() {
        Cow::Borrowed(data)
    } else {
        Cow::Owned(apply(data, &edits, &HashMap::new()))
    };
    let found = find(&now, place, pattern);
    if found.is_empty() {
        return edits;
    }
    merge(&now, &edits, &found, number)
}

/// Where it matches something that is not what it would put there.
fn find(now: &[u8], place: Place, pattern: &Pattern) -> Vec<Found> {
    let mut all = Vec::new();
    for part in parts(now, place) {
        for groups in pattern.regex.captures_iter(&now[part.clone()]) {
            let Some(whole) = groups.get(0).filter(|whole| !whole.is_empty()) else {
                continue;
            };
            let mut with = Vec::new();
            groups.expand(&pattern.with, &mut with);
            if place == Place::Header {
                with = fit_for_header(&with);
            }
            if with != whole.as_bytes() {
                let range = part.start + whole.start()..part.start + whole.end();
                all.push(Found { range, with });
            }
        }
    }
    all
}

/// The parts that a pattern sees, each by itself: a match must not tear a header apart.
fn parts(text: &[u8], place: Place) -> Vec<Range<usize>> {
    match place {
        Place::File | Place::Message => std::iter::once(0..text.len()).collect(),
        Place::TagName => Vec::new(),
        Place::Header => {
            let ends = |byte: &u8| matches!(byte, b'<' | b'>' | b'\n' | 0);
            let mut start = 0;
            let trimmed = |part: &[u8]| {
                let blanks = part.iter().take_while(|byte| **byte == b' ').count();
                let from = start + blanks;
                start += part.len() + 1;
                from..from + part[blanks..].trim_ascii_end().len()
            };
            text.split(ends).map(trimmed).collect()
        }
    }
}

/// A changed stretch of the text as it is now: an edit's, or a match.
struct Stretch<'a> {
    range: Range<usize>,
    edit: Option<&'a Edit>,
    /// By how much the text has grown there.
    growth: i64,
    with: Option<&'a [u8]>,
}

/// What overlaps becomes one edit.
fn merge(now: &[u8], edits: &[Edit], found: &[Found], number: u32) -> Vec<Edit> {
    let none = HashMap::new();
    let mut shift = 0;
    let of_edit = |edit| {
        let edit: &Edit = edit;
        let (start, length) = (moved(edit.at, shift), edit.bytes(&none).len());
        let growth = signed(length) - signed(edit.length);
        shift += growth;
        Stretch {
            range: start..start + length,
            edit: Some(edit),
            growth,
            with: None,
        }
    };
    let of_match = |found| {
        let found: &Found = found;
        Stretch {
            range: found.range.clone(),
            edit: None,
            growth: 0,
            with: Some(&found.with),
        }
    };
    let mut all: Vec<Stretch<'_>> = edits.iter().map(of_edit).collect();
    all.extend(found.iter().map(of_match));
    all.sort_by_key(|stretch| (stretch.range.start, stretch.range.end));
    let (mut out, mut shift, mut rest) = (Vec::new(), 0, all.as_slice());
    while let Some(first) = rest.first() {
        let mut end = first.range.end;
        let more = rest[1..].iter().take_while(|next| {
            let overlaps = next.range.start < end;
            end = end.max(if overlaps { next.range.end } else { end });
            overlaps
        });
        let (group, others) = rest.split_at(1 + more.count());
        let range = first.range.start..end;
        let growth: i64 = group.iter().map(|stretch| stretch.growth).sum();
        if let [
            Stretch {
                edit: Some(edit), ..
            },
        ] = group
        {
            out.push((*edit).clone());
        } else {
            let value = group.iter().find_map(|stretch| stretch.edit?.value());
            let (from, to) = (moved(range.start, -shift), moved(end, -shift - growth));
            let text = replaced(now, range, group);
            out.push(Edit::text(from, to, value.unwrap_or(number), text.into()));
        }
        shift += growth;
        rest = others;
    }
    out
}

/// The text in `range`, with the matches in it replaced.
fn replaced(now: &[u8], range: Range<usize>, group: &[Stretch<'_>]) -> Vec<u8> {
    let (mut out, mut from) = (Vec::new(), range.start);
    for stretch in group {
        if let Some(with) = stretch.with {
            out.extend_from_slice(&now[from..stretch.range.start]);
            out.extend_from_slice(with);
            from = stretch.range.end;
        }
    }
    out.extend_from_slice(&now[from..range.end]);
    out
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn moved(place: usize, shift: i64) -> usize {
    usize::try_from(signed(place) + shift).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::{FindingId, Secret};
    use proptest::prelude::*;

    use crate::edits::apply;
    use crate::values::{Place, Values};
    use crate::{Pattern, Replacement};

    proptest! {
        /// However they overlap: as if each was replaced in what the ones before it made.
        #[test]
        fn one_after_the_other(
            text in "[abc]{0,60}",
            value in prop_oneof![Just(""), Just("ab"), Just("xyzx")],
            patterns in proptest::collection::vec(
                (prop_oneof![Just("a+b"), Just("(b)(c)"), Just("x"), Just("[xy]c"), Just("ca*"), Just("yz")],
                    prop_oneof![Just(""), Just("x"), Just("yy$1")]), 0..4),
        ) {
            let replacement = Replacement {
                with: value.into(),
                ..Replacement::new(FindingId::new("v"), Secret::new(b"abca".to_vec()))
            };
            let patterns: Vec<Pattern> = patterns.iter().map(|(regex, with)| Pattern {
                id: FindingId::new("p"),
                regex: regex::bytes::Regex::new(regex).unwrap(),
                with: with.as_bytes().to_vec(),
            }).collect();
            let values = Values::new(&[replacement], &patterns).unwrap();
            let mut expected = text.replace("abca", value).into_bytes();
            for pattern in &patterns {
                expected = pattern.regex.replace_all(&expected, pattern.with.as_slice()).into_owned();
            }
            let edits = values.edits(text.as_bytes(), Place::File);
            prop_assert!(edits.windows(2).all(|pair| pair[0].end() <= pair[1].at));
            prop_assert_eq!(apply(text.as_bytes(), &edits, &HashMap::new()), expected);
        }
    }
}
