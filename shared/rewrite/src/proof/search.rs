//! The proof's own search of the source, done while the rewriter reads it: what the result has byte for byte as the source has it
//! needs neither be inflated nor searched a second time.

use git::{Copies, HashKind, ObjectNo, Visit};

use super::plain::Plain;

/// What is known of the objects of the source.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By number: bytes, and whether a value is left; none for what was not searched.
    objects: Vec<Option<(u64, bool)>>,
}

impl Seen {
    /// Bytes of an object, and whether a value is left in it; none if it was not searched.
    pub(super) fn of(&self, object: ObjectNo) -> Option<(u64, bool)> {
        self.objects.get(object as usize).copied().flatten()
    }

    /// Adds what one thread saw.
    pub(crate) fn absorb(&mut self, search: Search<'_>) {
        for (object, bytes, is_held) in search.seen {
            let at = object as usize;
            if self.objects.len() <= at {
                self.objects.resize(at + 1, None);
            }
            self.objects[at] = Some((bytes, is_held));
        }
    }
}

/// One thread's search.
pub(crate) struct Search<'a> {
    plain: &'a Plain,
    hash: HashKind,
    seen: Vec<(ObjectNo, u64, bool)>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(plain: &'a Plain, hash: HashKind) -> Self {
        Self {
            plain,
            hash,
            seen: Vec::new(),
        }
    }

    /// Searches an object. Says whether the head of a writing stands in it: where it does not, neither does one in what is copied
    /// from it, which `base` says of the object that this one is a difference from.
    pub(crate) fn look(&mut self, object: &Visit<'_>, base: Option<(bool, &Copies)>) -> bool {
        let has_head = match base {
            Some((false, copies)) => self.has_new_head(object.data, copies),
            Some((true, _)) | None => self.plain.has_head(object.data),
        };
        let is_held =
            (has_head || self.plain.has_patterns()) && self.plain.is_left_in(object, self.hash);
        let bytes = object.data.len() as u64;
        self.seen.push((object.no, bytes, is_held));
        has_head
    }

    /// Whether a head stands where something is not copied, or across the edge of a copy.
    fn has_new_head(&self, data: &[u8], copies: &Copies) -> bool {
        let overlap = Plain::HEAD - 1;
        let mut from = 0;
        for part in copies.parts() {
            let to = (part.here.start + overlap).min(data.len());
            if self.plain.has_head(&data[from..to]) {
                return true;
            }
            from = part.here.end.saturating_sub(overlap);
        }
        self.plain.has_head(&data[from..])
    }
}
