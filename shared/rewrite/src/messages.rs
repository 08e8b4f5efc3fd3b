//! Commits and tags, written anew: ids mapped, values replaced, signatures that no longer hold left out.

use std::collections::{HashMap, HashSet};

use git::{Header, Headers, Kind, ObjectId, ObjectNo, Repository};

use crate::affected::Meta;
use crate::edits::{self, Edit};
use crate::mapping::Mapping;
use crate::parts::{self, Part};
use crate::values::{Place, Values};

/// How the signature at the end of a tag begins.
const TAG_SIGNATURES: [&[u8]; 4] = [
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
];

/// Git abbreviates ids to seven digits and more.
const SHORTEST_ID: usize = 7;

/// Rewrites commits and tags.
pub(crate) struct Rewriter<'a> {
    pub(crate) repo: &'a Repository,
    pub(crate) values: &'a Values,
    /// The contents of affected ones; each is let go when it is written anew.
    pub(crate) raw: HashMap<ObjectNo, Vec<u8>>,
    pub(crate) metas: &'a [Meta],
    pub(crate) places: &'a HashMap<ObjectNo, usize>,
    pub(crate) affected: &'a HashSet<ObjectNo>,
    pub(crate) keep_message_ids: bool,
}

/// A commit or tag, written anew.
pub(crate) struct Rewritten {
    pub(crate) data: Vec<u8>,
    pub(crate) was_signed: bool,
    /// The values that it held.
    pub(crate) values: Vec<u32>,
}

/// An id in a message: from, to, and the object it names.
type NamedId = (usize, usize, ObjectNo);

impl Rewriter<'_> {
    /// Affected places in an order in which parents, targets and commits named in a message come first. `order` has
    /// parents and targets first already; a name that would lead in a circle (an abbreviation that fits by chance) is left as it is.
    pub(crate) fn order(&self, order: &[usize]) -> Vec<usize> {
        let mut done = vec![0_u8; self.metas.len()];
        let mut out = Vec::new();
        for &root in order {
            let mut stack = vec![root];
            while let Some(&place) = stack.last() {
                let meta = &self.metas[place];
                if done[place] == 0 && self.affected.contains(&meta.object) {
                    done[place] = 1;
                    let named = self.named(meta.object).into_iter().map(|name| name.2);
                    let before = meta
                        .names
                        .iter()
                        .copied()
                        .chain(named)
                        .filter_map(|name| self.places.get(&name).copied());
                    stack.extend(before.filter(|before| {
                        done[*before] == 0 && self.affected.contains(&self.metas[*before].object)
                    }));
                } else {
                    stack.pop();
                    if done[place] == 1 {
                        done[place] = 2;
                        out.push(place);
                    }
                }
            }
        }
        out
    }

    /// Writes one anew. Everything that it names has its new id already.
    pub(crate) fn rewrite(&mut self, meta: &Meta, mapping: &Mapping) -> Rewritten {
        let new_ids = &mapping.new_ids;
        let named = self.named(meta.object);
        let data = self.raw.remove(&meta.object).unwrap_or_default();
        let mut new = Rewritten {
            data: Vec::with_capacity(data.len()),
            was_signed: false,
            values: Vec::new(),
        };
        for header in Headers::of(&data) {
            self.header(header, &data[header.start..header.end], mapping, &mut new);
        }
        let start = Headers::message_start(&data);
        if ends_headers(&data, start) {
            new.data.push(b'\n');
        }
        let mut text = &data[start..];
        if meta.kind == Kind::Tag
            && let Some(at) = signature_start(text)
        {
            text = &text[..at];
            new.was_signed = true;
        }
        self.message(text, start, &named, new_ids, &mut new);
        new
    }

    /// One header, with its line break.
    fn header(&self, header: Header<'_>, line: &[u8], mapping: &Mapping, new: &mut Rewritten) {
        match parts::part(header.name, line) {
            Part::Signature => new.was_signed = true,
            Part::Fixed => new.data.extend_from_slice(line),
            Part::Id => match self.renamed(header.value, mapping) {
                Some(id) => {
                    new.data.extend_from_slice(header.name);
                    new.data.extend_from_slice(format!(" {id}\n").as_bytes());
                }
                None => new.data.extend_from_slice(line),
            },
            Part::Text(from, to) => {
                let (text, date) = (&line[from..to], &line[to..]);
                let edits = self.values.edits(text, parts::place(header.name));
                new.values.extend(edits.iter().filter_map(Edit::value));
                new.data.extend_from_slice(&line[..from]);
                new.data
                    .extend(edits::apply(text, &edits, &mapping.new_ids));
                new.data.extend_from_slice(date);
                // A value that ends with a line break takes along the one that ends the header.
                if line.ends_with(b"\n") && !new.data.ends_with(b"\n") {
                    new.data.push(b'\n');
                }
            }
        }
    }

    fn renamed(&self, hex: &[u8], mapping: &Mapping) -> Option<ObjectId> {
        mapping.new_id(self.repo, &ObjectId::from_hex(hex)?)
    }

    /// The message (which stands at `start`) with values replaced and ids of rewritten commits brought up to date, each in
    /// the length that it had.
    fn message(
        &self,
        text: &[u8],
        start: usize,
        named: &[NamedId],
        new_ids: &HashMap<ObjectNo, ObjectId>,
        new: &mut Rewritten,
    ) {
        let edits = self.values.edits(text, Place::Message);
        new.values.extend(edits.iter().filter_map(Edit::value));
        let is_free = |from: usize, to: usize| {
            let after = edits.partition_point(|edit| edit.end() <= from);
            to <= text.len() && edits.get(after).is_none_or(|edit| edit.at >= to)
        };
        let mut pieces: Vec<(usize, usize, Vec<u8>)> = edits
            .iter()
            .map(|edit| (edit.at, edit.end(), edit.bytes(new_ids).to_vec()))
            .collect();
        for &(from, to, object) in named {
            let (from, to) = (from - start, to - start);
            if let Some(id) = new_ids.get(&object).filter(|_| is_free(from, to)) {
                pieces.push((from, to, id.to_string().as_bytes()[..to - from].to_vec()));
            }
        }
        pieces.sort_by_key(|piece| piece.0);
        let mut at = 0;
        for (from, to, bytes) in pieces {
            new.data.extend_from_slice(&text[at..from]);
            new.data.extend_from_slice(&bytes);
            at = to;
        }
        new.data.extend_from_slice(&text[at..]);
    }

    /// Ids of other affected commits in the message of `object`, with their places in the object.
    fn named(&self, object: ObjectNo) -> Vec<NamedId> {
        if self.keep_message_ids {
            return Vec::new();
        }
        let data = self.raw.get(&object).map(Vec::as_slice).unwrap_or_default();
        let start = Headers::message_start(data);
        let resolve = |(from, to): (usize, usize)| {
            let named = self
                .repo
                .table()
                .find_prefix(&data[start + from..start + to])?;
            let is_other_commit = named != object
                && self.affected.contains(&named)
                && self.metas[*self.places.get(&named)?].kind == Kind::Commit;
            is_other_commit.then_some((start + from, start + to, named))
        };
        hex_words(&data[start..], self.repo.hash_kind().len() * 2)
            .into_iter()
            .filter_map(resolve)
            .collect()
    }
}

/// Words that could be ids: lower-case hexadecimal digits that stand alone.
fn hex_words(text: &[u8], longest: usize) -> Vec<(usize, usize)> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let (mut words, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| is_word(byte)).count();
        let word = &text[at..at + length];
        let is_hex = word
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hex && (SHORTEST_ID..=longest).contains(&length) {
            words.push((at, at + length));
        }
        at += length.max(1);
    }
    words
}

/// Whether an empty line stands before the message (a commit may end with its headers).
fn ends_headers(data: &[u8], message: usize) -> bool {
    data[..message].ends_with(b"\n\n") || &data[..message] == b"\n"
}

/// Where the signature begins: at the last line that looks like one, as for Git.
fn signature_start(text: &[u8]) -> Option<usize> {
    let begins_line = |at: &usize| *at == 0 || text[at - 1] == b'\n';
    let starts = TAG_SIGNATURES
        .iter()
        .filter_map(|mark| memchr::memmem::rfind_iter(text, mark).find(begins_line));
    starts.max()
}

#[cfg(test)]
mod tests {
    use super::{hex_words, signature_start};

    #[test]
    fn ids_stand_alone() {
        let text = b"see 1234567, abcdef0123 and xabcdef0 g1234567 123456 deadbeef_";
        let words: Vec<_> = hex_words(text, 40)
            .into_iter()
            .map(|(a, b)| &text[a..b])
            .collect();
        assert_eq!(words, [&b"1234567"[..], b"abcdef0123"]);
    }

    #[test]
    fn a_signature_is_the_last_that_begins_a_line() {
        let quoted = b"-----BEGIN SSH SIGNATURE-----\nx\n-----BEGIN PGP SIGNATURE-----\n";
        assert_eq!(signature_start(quoted), Some(32));
        assert_eq!(signature_start(b"x -----BEGIN PGP SIGNATURE-----\n"), None);
    }
}
