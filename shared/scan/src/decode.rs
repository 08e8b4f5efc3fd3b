//! Texts written in another way: where they may stand in a piece of data, and what they say.
//!
//! Looking at one byte after the other for that would cost as much as the search for keywords does, so nothing does: base64 and hex
//! are long runs of letters and digits, found in 64 bytes at once ([`runs`]); escapes have a beginning that is one of the
//! keywords ([`marks`]); UTF-16 is looked for only in what is binary ([`utf16`]).
//!
//! A [`Region`] says the same wherever its bytes stand: what was found in it is copied along with them.

mod alphabet;
mod blocks;
mod forms;
pub(crate) mod marks;
mod runs;
mod utf16;

use std::ops::Range;

use domain::Encoding;

use crate::matcher::Trace;
use crate::rules::RuleSet;
use git::{Copied, Copies};
pub(crate) use runs::{Run, Runs};

/// What `raw` says when it is read so.
pub(crate) fn read(encoding: Encoding, raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    forms::decode(encoding, raw, |_, byte| {
        text.push(byte);
        true
    });
    text
}

/// Bytes that may say something in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) encoding: Encoding,
}

impl Region {
    /// Every region of `data`, in order. `trace` and `runs` are what was seen of it.
    pub(crate) fn all(data: &[u8], trace: &Trace, runs: &Runs, rules: &RuleSet) -> Vec<Self> {
        let mut all = Vec::new();
        blocks::find(data, runs, &mut all);
        marks::find(data, trace.marks(data, rules.keywords()), &mut all);
        utf16::find(data, &mut all);
        all.sort_unstable();
        all
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// What it says.
    pub(crate) fn text(&self, data: &[u8]) -> Vec<u8> {
        read(self.encoding, &data[self.range()])
    }

    /// Where the byte of the text that stands at `place` begins in the region.
    pub(crate) fn origin(&self, data: &[u8], place: usize) -> usize {
        let (mut left, mut origin) = (place, 0);
        forms::decode(self.encoding, &data[self.range()], |at, _| {
            origin = at;
            left = left.wrapping_sub(1);
            left != usize::MAX
        });
        origin
    }

    /// The same region of the base, if it was copied whole.
    pub(crate) fn there(&self, copies: &Copies) -> Option<Self> {
        let part: &Copied = copies.around(self.start)?;
        let start = part.there + (self.start - part.here.start);
        (self.end <= part.here.end).then_some(Self {
            start,
            end: start + (self.end - self.start),
            ..*self
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::Encoding;

    use super::Region;

    fn text(encoding: Encoding, data: &str) -> String {
        let region = Region {
            start: 0,
            end: data.len(),
            encoding,
        };
        String::from_utf8(region.text(data.as_bytes())).unwrap()
    }

    #[test]
    fn every_form_says_the_same() {
        for (encoding, data) in [
            (Encoding::Base64, "YWIi4oKs"),
            (Encoding::Base64, "YWIi\r\n  4oKs"),
            (Encoding::Base64, "YWIi\\n4oKs=="),
            (Encoding::Hex, "616222E282ac"),
            (Encoding::Percent, "a%62%22%e2%82%AC"),
            (Encoding::Escapes, "\\x61b\\\"\\u20ac"),
            (Encoding::Escapes, "\\u{61}\\u0062\"\\u20AC"),
            (Encoding::Html, "&#97;&#x62;&quot;&#8364;"),
        ] {
            assert_eq!(text(encoding, data), "ab\"€", "{data}");
        }
        assert_eq!(text(Encoding::Base64, "Pj4_Pj4-"), ">>?>>>");
        assert_eq!(text(Encoding::Percent, "100% of %zz"), "100% of %zz");
        assert_eq!(text(Encoding::Html, "a & b &#; &x;"), "a & b &#; &x;");
        assert_eq!(text(Encoding::Escapes, "\\ud83d\\ude00\\"), "😀\\");
        assert_eq!(text(Encoding::Utf16, "a\0b\0"), "ab");
    }

    #[test]
    fn a_byte_of_the_text_is_found_again_where_it_is_written() {
        let place = |encoding, data: &str, place| {
            let region = Region {
                start: 0,
                end: data.len(),
                encoding,
            };
            region.origin(data.as_bytes(), place)
        };
        assert_eq!(place(Encoding::Base64, "YWIi\n4oKs", 3), 5);
        assert_eq!(place(Encoding::Hex, "61622263", 3), 6);
        assert_eq!(place(Encoding::Percent, "a%62c", 2), 4);
        assert_eq!(place(Encoding::Escapes, "\\u0061\\nb", 2), 8);
        assert_eq!(place(Encoding::Html, "&lt;b", 1), 4);
    }
}
