//! Changes to one object, as positions in it.

use std::collections::HashMap;
use std::sync::Arc;

use git::{ObjectId, ObjectNo};

/// What is put somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Patch {
    /// This text, for this value.
    Text(u32, Arc<[u8]>),
    /// These bytes, for no value in particular: a part of a folder.
    Bytes(Arc<[u8]>),
    /// The new id of this object, as bytes.
    Id(ObjectNo),
}

/// `length` bytes at `at` become something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) at: usize,
    pub(crate) length: usize,
    pub(crate) patch: Patch,
}

impl Edit {
    /// Puts `text` from `start` to `end`, in the place of this value.
    pub(crate) fn text(start: usize, end: usize, value: u32, text: Arc<[u8]>) -> Self {
        Self {
            at: start,
            length: end - start,
            patch: Patch::Text(value, text),
        }
    }

    /// Puts these bytes in the place of `length` at `at`.
    pub(crate) fn bytes_at(at: usize, length: usize, bytes: &[u8]) -> Self {
        Self {
            at,
            length,
            patch: Patch::Bytes(bytes.into()),
        }
    }

    /// The value that it removes, if it does.
    pub(crate) fn value(&self) -> Option<u32> {
        match self.patch {
            Patch::Text(number, _) => Some(number),
            Patch::Bytes(_) | Patch::Id(_) => None,
        }
    }

    /// Where the changed bytes end.
    pub(crate) fn end(&self) -> usize {
        self.at + self.length
    }

    /// The bytes that it puts in.
    pub(crate) fn bytes<'a>(&'a self, new_ids: &'a HashMap<ObjectNo, ObjectId>) -> &'a [u8] {
        match &self.patch {
            Patch::Text(_, bytes) | Patch::Bytes(bytes) => bytes,
            // An edit with an id is made only for an object that has a new one.
            Patch::Id(object) => new_ids
                .get(object)
                .map(ObjectId::as_bytes)
                .unwrap_or_default(),
        }
    }
}

/// `data` with all edits (in order, not overlapping) made.
pub(crate) fn apply(data: &[u8], edits: &[Edit], new_ids: &HashMap<ObjectNo, ObjectId>) -> Vec<u8> {
    let (mut out, mut from) = (Vec::with_capacity(data.len() + 64), 0);
    for edit in edits {
        out.extend_from_slice(&data[from..edit.at]);
        out.extend_from_slice(edit.bytes(new_ids));
        from = edit.end();
    }
    out.extend_from_slice(&data[from..]);
    out
}
