//! Commits and tags, written anew: ids mapped, values replaced, signatures that no longer hold left out.

use std::collections::{HashMap, HashSet};

use git::{Headers, Kind, ObjectId, ObjectNo, Repository};

use crate::affected::Meta;
use crate::edits::{Edit, Patches};
use crate::replacement::Values;

/// Headers that hold a signature, or (`mergetag`) a copy of a signed tag.
const SIGNED: [&[u8]; 3] = [b"gpgsig", b"gpgsig-sha256", b"mergetag"];

/// How the signature at the end of a tag begins.
const TAG_SIGNATURES: [&[u8]; 3] = [
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN SSH SIGNATURE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
];

/// Git abbreviates ids to seven digits and more.
const SHORTEST_ID: usize = 7;

/// Rewrites commits and tags.
pub(crate) struct Rewriter<'a> {
    pub(crate) repo: &'a Repository,
    pub(crate) values: &'a Values,
    pub(crate) raw: &'a HashMap<ObjectNo, Vec<u8>>,
    pub(crate) metas: &'a [Meta],
    pub(crate) places: &'a HashMap<ObjectNo, usize>,
    pub(crate) affected: &'a HashSet<ObjectNo>,
}

/// A commit or tag, written anew.
pub(crate) struct Rewritten {
    pub(crate) data: Vec<u8>,
    pub(crate) was_signed: bool,
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

    /// Writes one anew. Everything that it names has its new id in `new_ids` already.
    pub(crate) fn rewrite(&self, meta: &Meta, new_ids: &HashMap<ObjectNo, ObjectId>) -> Rewritten {
        let data = self
            .raw
            .get(&meta.object)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let message = Headers::message_start(data);
        let patches = Patches {
            values: self.values,
            new_ids,
        };
        let mut out = Vec::with_capacity(data.len());
        let mut was_signed = false;
        for header in Headers::of(data) {
            let line = &data[header.start..header.end];
            if SIGNED.contains(&header.name) {
                was_signed = true;
            } else if let Some(id) = self.renamed(header.name, header.value, new_ids) {
                out.extend_from_slice(header.name);
                out.extend_from_slice(format!(" {id}\n").as_bytes());
            } else if matches!(header.name, b"tree" | b"parent" | b"object" | b"type") {
                out.extend_from_slice(line);
            } else {
                out.extend_from_slice(&patches.apply(line, &self.values.edits(line)));
            }
        }
        if message > 0 && data.get(message - 1) == Some(&b'\n') && ends_headers(data, message) {
            out.push(b'\n');
        }
        let mut text = &data[message..];
        if meta.kind == Kind::Tag
            && let Some(at) = signature_start(text)
        {
            text = &text[..at];
            was_signed = true;
        }
        self.message(meta.object, text, message, &patches, &mut out);
        Rewritten {
            data: out,
            was_signed,
        }
    }

    fn renamed(
        &self,
        name: &[u8],
        value: &[u8],
        new_ids: &HashMap<ObjectNo, ObjectId>,
    ) -> Option<ObjectId> {
        if !matches!(name, b"tree" | b"parent" | b"object") {
            return None;
        }
        new_ids
            .get(&self.repo.table().find(&ObjectId::from_hex(value)?)?)
            .copied()
    }

    /// The message with values replaced and ids of rewritten commits brought up to date, each in the length that it had.
    fn message(
        &self,
        object: ObjectNo,
        text: &[u8],
        start: usize,
        patches: &Patches<'_>,
        out: &mut Vec<u8>,
    ) {
        let edits = self.values.edits(text);
        let overlaps = |from: usize, to: usize| {
            edits
                .iter()
                .any(|edit: &Edit| from < edit.end() && edit.at < to)
        };
        let mut at = 0;
        let mut pieces: Vec<(usize, usize, Vec<u8>)> = edits
            .iter()
            .map(|edit| (edit.at, edit.end(), patches.bytes(edit.patch).to_vec()))
            .collect();
        for (from, to, named) in self.named(object) {
            let (from, to) = (from - start, to - start);
            if let Some(id) = patches
                .new_ids
                .get(&named)
                .filter(|_| to <= text.len() && !overlaps(from, to))
            {
                pieces.push((from, to, id.to_string().as_bytes()[..to - from].to_vec()));
            }
        }
        pieces.sort_by_key(|piece| piece.0);
        for (from, to, bytes) in pieces {
            out.extend_from_slice(&text[at..from]);
            out.extend_from_slice(&bytes);
            at = to;
        }
        out.extend_from_slice(&text[at..]);
    }

    /// Ids of other affected commits in the message of `object`, with their places in the object.
    fn named(&self, object: ObjectNo) -> Vec<NamedId> {
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
    message >= 2 && data[message - 2] == b'\n' || message == 1
}

fn signature_start(text: &[u8]) -> Option<usize> {
    let begins_line = |at: usize| at == 0 || text[at - 1] == b'\n';
    let starts = TAG_SIGNATURES
        .iter()
        .filter_map(|mark| memchr::memmem::find_iter(text, mark).find(|at| begins_line(*at)));
    starts.min()
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
    fn a_signature_begins_a_line() {
        assert_eq!(
            signature_start(b"x\n-----BEGIN PGP SIGNATURE-----\n"),
            Some(2)
        );
        assert_eq!(signature_start(b"x -----BEGIN PGP SIGNATURE-----\n"), None);
    }
}
