//! Every object of the result is what its id says, or stored as in the source; and holds no value.

use domain::Carrier;
use git::{Headers, Kind, ObjectId, Visit, Visitor, WalkFailure};

use super::{Proof, Reasons, Sides, copied::copied, notes::Notes, trees, unreadable};
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
        let hash = self.sides.result.hash_kind();
        let id = self.sides.result.id(object.no);
        if hash.object_id(object.kind, object.data) != id {
            self.reasons
                .push(format!("object {id} is not what its id says"));
        }
        if names_nothing(self.sides, self.notes, &object) {
            self.reasons
                .push(format!("object {id} names something that is not there"));
        }
        let is_held = self.sides.plain.is_left_in(&object, hash);
        self.count(object.kind, &id, object.data.len() as u64, is_held);
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

impl Look<'_> {
    /// Counts an object; a value that is left in it may only be in names.
    fn count(&mut self, kind: Kind, id: &ObjectId, bytes: u64, is_held: bool) {
        self.objects += 1;
        self.bytes += bytes;
        match kind {
            _ if !is_held => {}
            Kind::Tree => self.residue.push(Residue::in_name(Carrier::Path, id)),
            Kind::Blob | Kind::Commit | Kind::Tag => {
                let kind = kind.name();
                self.reasons.push(format!("a value is left in {kind} {id}"));
            }
        }
    }
}

/// Whether the object names one that is not in the result, though it should be: for nothing else is gone or made anew, there
/// are other checks.
fn names_nothing(sides: &Sides<'_>, notes: &Notes, object: &Visit<'_>) -> bool {
    if !looks_up_names(sides, notes) {
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
                .any(|entry| *entry.mode != *b"160000" && is_missing(&entry.id))
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

/// Looks at every object of the result; at those that were searched in the source and are stored as there, only where names must
/// be looked up.
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
    let mut known = make();
    let mut open = vec![true; sides.result.object_count() as usize];
    for (object, same) in (0..).zip(copied(sides.source, sides.result)) {
        let (Some(seen), Some(kind)) = (
            same.and_then(|same| sides.seen.of(same)),
            sides.result.kind(object),
        ) else {
            continue;
        };
        if kind == Kind::Blob || !looks_up_names(sides, notes) {
            open[object as usize] = false;
            known.count(kind, &sides.result.id(object), seen.0, seen.1);
        }
    }
    let walk = sides.walk(Some(&open), "proving");
    let looks = sides.result.walk(&walk, make, sides.watch)?;
    for look in looks.into_iter().chain([known]) {
        proof.objects += look.objects;
        proof.bytes += look.bytes;
        proof.residue.extend(look.residue);
        reasons.extend(look.reasons);
    }
    Ok(())
}

/// Whether an object may name one that is not there, or that was made anew.
fn looks_up_names(sides: &Sides<'_>, notes: &Notes) -> bool {
    !sides.gone.is_empty() || !notes.made.is_empty()
}
