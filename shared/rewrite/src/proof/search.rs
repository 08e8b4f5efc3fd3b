//! The proof's own search of the source, done while the rewriter reads it: what the result has byte for byte as the source has it
//! needs neither be inflated nor searched a second time; nor needs a file that changes, if both made the same bytes of it.

use std::collections::HashMap;

use git::{Copies, HashKind, Kind, ObjectId, ObjectNo, Visit};

use super::places::Places;
use super::plain::Plain;
use crate::packed::Archives;

/// What is known of an object of the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) bytes: u64,
    /// Whether a value is left in it.
    pub(super) is_held: bool,
    /// Whether heads stand in it.
    pub(super) has_heads: bool,
}

/// What is known of the objects of the source.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By number; none for what was not searched.
    objects: Vec<Option<Known>>,
    /// What files must become, as far as it was worked out.
    becomes: HashMap<ObjectNo, ObjectId>,
    /// What is packed.
    pub(super) archives: Archives,
    /// Whether a path that spells a value may end somewhere.
    pub(super) may_spell: bool,
}

impl Seen {
    /// What is known of an object; none if it was not searched.
    pub(super) fn of(&self, object: ObjectNo) -> Option<Known> {
        self.objects.get(object as usize).copied().flatten()
    }

    /// What an object must become; none if that was not worked out.
    pub(super) fn becomes(&self, object: ObjectNo) -> Option<&ObjectId> {
        self.becomes.get(&object)
    }

    /// Adds what one thread saw.
    pub(crate) fn absorb(&mut self, search: Search<'_>) {
        self.archives.extend(search.archives);
        self.may_spell |= search.may_spell;
        for (object, known) in search.seen {
            let at = object as usize;
            if self.objects.len() <= at {
                self.objects.resize(at + 1, None);
            }
            self.objects[at] = Some(known);
        }
        self.becomes.extend(search.becomes);
    }
}

/// One thread's search.
pub(crate) struct Search<'a> {
    plain: &'a Plain,
    hash: HashKind,
    seen: Vec<(ObjectNo, Known)>,
    becomes: Vec<(ObjectNo, ObjectId)>,
    /// What is packed.
    pub(crate) archives: Archives,
    may_spell: bool,
}

impl<'a> Search<'a> {
    pub(crate) fn new(plain: &'a Plain, hash: HashKind) -> Self {
        Self {
            plain,
            hash,
            seen: Vec::new(),
            becomes: Vec::new(),
            archives: Archives::default(),
            may_spell: false,
        }
    }

    /// Searches an object. Says where heads stand in it; with `base`, what was said of the object that this one is a difference from.
    pub(crate) fn look(&mut self, object: &Visit<'_>, base: Option<(&Places, &Copies)>) -> Places {
        let places = Places::of(object.data, self.plain, base);
        let known = Known {
            bytes: object.data.len() as u64,
            is_held: self.plain.is_left_in(object, &places, self.hash),
            has_heads: !places.is_empty(),
        };
        self.may_spell = self.may_spell || self.plain.may_end_in(object);
        self.seen.push((object.no, known));
        places
    }

    /// Whether a value stands in what was packed.
    pub(crate) fn is_left_in(&self, text: &[u8]) -> bool {
        self.plain.is_left(text)
    }

    /// Whether `data` is an archive, and a value stands in it as it is.
    pub(crate) fn is_left_in_archive(&self, data: &[u8], places: &Places) -> bool {
        self.plain.is_left_in_archive(data, places)
    }

    /// Works out what a file must become. The rewriter's bytes and their id spare another hash if ours are the same.
    pub(crate) fn expect(
        &mut self,
        file: &Visit<'_>,
        places: &Places,
        (made, id): (&[u8], &ObjectId),
    ) {
        let expected = self.plain.file(file.data, places);
        let is_same = expected == made;
        let other = || self.hash.object_id(Kind::Blob, &expected);
        let id = if is_same { *id } else { other() };
        self.becomes.push((file.no, id));
    }
}

#[cfg(test)]
mod tests {
    use domain::{FindingId, Secret};
    use git::{HashKind, Kind, Visit};

    use super::{Search, Seen};
    use crate::Replacement;
    use crate::proof::Plain;

    /// The rewriter's id counts only for the bytes that the proof made itself.
    #[test]
    fn what_the_rewriter_says_is_not_taken_for_granted() {
        let value = Replacement {
            with: b"*".to_vec(),
            ..Replacement::new(FindingId::new("a"), Secret::new(b"swordfish".to_vec()))
        };
        let (plain, hash) = (Plain::new(&[value], &[]), HashKind::Sha1);
        let right = hash.object_id(Kind::Blob, b"a *");
        for made in [&b"a *"[..], b"b *", b"a swordfish"] {
            let file = Visit {
                no: 7,
                kind: Kind::Blob,
                data: b"a swordfish",
                stored: None,
                delta: None,
                copies: None,
            };
            let (mut search, mut seen) = (Search::new(&plain, hash), Seen::default());
            let places = search.look(&file, None);
            let id = hash.object_id(Kind::Blob, made);
            search.expect(&file, &places, (made, &id));
            seen.absorb(search);
            assert_eq!(seen.becomes(7), Some(&right));
        }
    }
}
