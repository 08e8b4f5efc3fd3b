//! Changes to one object, as positions in it.

use std::collections::HashMap;

use git::{ObjectId, ObjectNo};

use crate::replacement::Values;

/// What is put somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patch {
    /// The replacement of this value.
    Value(u32),
    /// The same in a header of a commit or tag.
    HeaderValue(u32),
    /// The new id of this object, as bytes.
    Id(ObjectNo),
}

/// `length` bytes at `at` become something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) at: usize,
    pub(crate) length: usize,
    pub(crate) patch: Patch,
}

impl Edit {
    /// The value that it removes; none if it renews an id.
    pub(crate) fn value(&self) -> Option<u32> {
        match self.patch {
            Patch::Value(number) | Patch::HeaderValue(number) => Some(number),
            Patch::Id(_) => None,
        }
    }

    /// Where the changed bytes end.
    pub(crate) fn end(&self) -> usize {
        self.at + self.length
    }
}

/// Turns patches into bytes.
pub(crate) struct Patches<'a> {
    pub(crate) values: &'a Values,
    pub(crate) new_ids: &'a HashMap<ObjectNo, ObjectId>,
}

impl Patches<'_> {
    /// The bytes that a patch puts in.
    pub(crate) fn bytes(&self, patch: Patch) -> &[u8] {
        match patch {
            Patch::Value(number) => self.values.with(number),
            Patch::HeaderValue(number) => self.values.in_header(number),
            // An edit with an id is made only for an object that has a new one.
            Patch::Id(object) => self
                .new_ids
                .get(&object)
                .map(ObjectId::as_bytes)
                .unwrap_or_default(),
        }
    }

    /// `data` with all edits (in order, not overlapping) made.
    pub(crate) fn apply(&self, data: &[u8], edits: &[Edit]) -> Vec<u8> {
        let (mut out, mut from) = (Vec::with_capacity(data.len() + 64), 0);
        for edit in edits {
            out.extend_from_slice(&data[from..edit.at]);
            out.extend_from_slice(self.bytes(edit.patch));
            from = edit.end();
        }
        out.extend_from_slice(&data[from..]);
        out
    }
}
