//! Every object of the result is what its id says, and holds no value.

use domain::Carrier;
use git::{Headers, Kind, ObjectId, Visit, Visitor, WalkFailure};

use super::{Proof, Reasons, Sides, notes::Notes, trees, unreadable};
use crate::RewriteError;
use crate::plan::Residue;

/// One thread's look at the result.
struct Look<'a> {
    sides: &'a Sides<'a>,
    notes: &'a Notes,
    objects: u64,
    bytes: u64,
    residue: Vec<Residue>,
    reasons: Vec<String>,
}

impl Visitor for Look<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let id = self.sides.result.id(object.no);
        self.objects += 1;
        self.bytes += object.data.len() as u64;
        if self
            .sides
            .result
            .hash_kind()
            .object_id(object.kind, object.data)
            != id
        {
            self.reasons
                .push(format!("object {id} is not what its id says"));
        }
        if names_nothing(self.sides, self.notes, &object) {
            self.reasons
                .push(format!("object {id} names something that is not there"));
        }
        if !self
            .sides
            .plain
            .is_left_in(&object, self.sides.result.hash_kind())
        {
            return;
        }
        if object.kind == Kind::Tree {
            self.residue.push(Residue::in_name(Carrier::Path, &id));
        } else {
            let kind = object.kind.name();
            self.reasons.push(format!("a value is left in {kind} {id}"));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

/// Whether the object names one that is not in the result, though it should be: for nothing else is gone or made anew, there
/// are other checks.
fn names_nothing(sides: &Sides<'_>, notes: &Notes, object: &Visit<'_>) -> bool {
    if sides.gone.is_empty() && notes.made.is_empty() {
        return false;
    }
    let is_missing = |id: &[u8]| {
        let is_expected = sides.source.table().find_raw(id).is_some()
            || ObjectId::from_bytes(id).is_some_and(|id| notes.made.contains(&id));
        is_expected && sides.result.table().find_raw(id).is_none()
    };
    match object.kind {
        Kind::Blob => false,
        Kind::Tree => {
            let (entries, _) = trees::entries(object.data, sides.result.hash_kind().len());
            entries
                .iter()
                .any(|entry| entry.mode != b"160000" && is_missing(&entry.id))
        }
        Kind::Commit | Kind::Tag => {
            let named = |header: git::Header<'_>| {
                matches!(header.name, b"tree" | b"parent" | b"object")
                    .then(|| ObjectId::from_hex(header.value))
                    .flatten()
            };
            Headers::of(object.data)
                .filter_map(named)
                .any(|id| is_missing(id.as_bytes()))
        }
    }
}

/// Looks at every object of the result.
pub(super) fn check(
    sides: &Sides<'_>,
    notes: &Notes,
    proof: &mut Proof,
    reasons: &mut Reasons,
) -> Result<(), RewriteError> {
    let make = || Look {
        sides,
        notes,
        objects: 0,
        bytes: 0,
        residue: Vec::new(),
        reasons: Vec::new(),
    };
    let walk = sides.walk(None, "proving");
    for look in sides.result.walk(&walk, make, sides.watch)? {
        proof.objects += look.objects;
        proof.bytes += look.bytes;
        proof.residue.extend(look.residue);
        reasons.extend(look.reasons);
    }
    Ok(())
}
