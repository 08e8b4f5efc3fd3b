//! Every object of the result is what its id says, or stored as in the source; and holds no value.

use std::collections::HashSet;

use domain::Carrier;
use git::{FamilyVisitor, Headers, Kind, ObjectId, Visit, WalkFailure};

use super::{
    Places, Proof, Reasons, Sides, copied::copied, notes::Notes, spans, trees, unreadable,
};
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
    /// What was to go and is here.
    left: &'a HashSet<ObjectId>,
    /// What of it something names.
    named: HashSet<ObjectId>,
    /// By number: objects that are known to hold no head, and are not looked at.
    bare: &'a [bool],
    /// Whether a path that spells a value may end somewhere.
    may_spell: bool,
}

impl FamilyVisitor for Look<'_> {
    /// Where heads stand.
    type Kept = Places;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Places>) -> Places {
        let hash = self.sides.result.hash_kind();
        let id = self.sides.result.id(object.no);
        if hash.object_id(object.kind, object.data) != id {
            self.reasons
                .push(format!("object {id} is not what its id says"));
        }
        if looks_up_names(self.sides, self.notes) {
            self.look_up(&id, &names(self.sides, &object));
        }
        self.may_spell = self.may_spell || self.sides.plain.may_end_in(&object);
        let places = self.places(&object, base);
        let is_held = self.sides.plain.is_left_in(&object, &places, hash);
        self.count(object.kind, &id, object.data.len() as u64, is_held);
        places
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

impl Look<'_> {
    /// Where heads stand in an object; with where they stand in the one that it is a difference from, if that was looked at.
    fn places(&mut self, object: &Visit<'_>, base: Option<&Places>) -> Places {
        let (result, none) = (self.sides.result, Places::default());
        let is_bare = || {
            let (pack, rank) = object.stored?;
            let base = result.packs()[pack].base(rank)?;
            let base = result.table().number(pack, base);
            self.bare[base as usize].then_some(&none)
        };
        let base = base.or_else(is_bare);
        let base = object.shared(base);
        Places::of(object.data, self.sides.plain, base)
    }

    /// What an object names is there.
    fn look_up(&mut self, id: &ObjectId, names: &[ObjectId]) {
        let mut all = names.iter();
        if all.any(|named| is_missing(self.sides, self.notes, named)) {
            self.reasons
                .push(format!("object {id} names something that is not there"));
        }
        let left = names.iter().filter(|named| self.left.contains(named));
        self.named.extend(left);
    }

    /// Counts an object; a value that is left in it may only be in names.
    fn count(&mut self, kind: Kind, id: &ObjectId, bytes: u64, is_held: bool) {
        self.objects += 1;
        self.bytes += bytes;
        if kind == Kind::Blob && self.sides.removal.means(id, bytes) {
            self.reasons
                .push(format!("blob {id} should have been removed"));
        }
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

/// Whether an object should be in the result and is not.
fn is_missing(sides: &Sides<'_>, notes: &Notes, id: &ObjectId) -> bool {
    let is_expected = sides.source.table().find(id).is_some()
        || notes.made.contains(id)
        || sides.removal.made.contains(id);
    is_expected && sides.result.table().find(id).is_none()
}

/// What the object names.
fn names(sides: &Sides<'_>, object: &Visit<'_>) -> Vec<ObjectId> {
    match object.kind {
        Kind::Blob => Vec::new(),
        Kind::Tree => {
            let (entries, _) = trees::entries(object.data, sides.result.hash_kind().len());
            let own = entries.iter().filter(|entry| *entry.mode != *b"160000");
            own.filter_map(|entry| ObjectId::from_bytes(&entry.id))
                .collect()
        }
        Kind::Commit | Kind::Tag => Headers::of(object.data)
            .filter(|header| matches!(header.name, b"tree" | b"parent" | b"object"))
            .filter_map(|header| ObjectId::from_hex(header.value))
            .collect(),
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
    let left = sides.removal.left(sides);
    let (mut open, mut bare, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for (object, same) in (0..).zip(copied(sides.source, sides.result)) {
        let seen = same.and_then(|same| sides.seen.of(same));
        let seen = seen.zip(sides.result.kind(object));
        let seen = seen.filter(|(_, kind)| *kind == Kind::Blob || !looks_up_names(sides, notes));
        open.push(seen.is_none());
        bare.push(seen.is_some_and(|(seen, _)| !seen.has_heads));
        known.extend(seen.map(|(seen, kind)| (object, seen, kind)));
    }
    let make = || Look {
        sides,
        notes,
        objects: 0,
        bytes: 0,
        residue: Vec::new(),
        reasons: Vec::new(),
        left: &left,
        named: HashSet::new(),
        bare: &bare,
        may_spell: sides.seen.may_spell,
    };
    let mut copied = make();
    for (object, seen, kind) in known {
        copied.count(kind, &sides.result.id(object), seen.bytes, seen.is_held);
    }
    let walk = sides.walk(Some(&open), "proving");
    let looks = sides.result.walk(&walk, make, sides.watch)?;
    let targets = sides.result.refs().iter().map(|r| r.target);
    let mut named: HashSet<ObjectId> = targets.collect();
    let mut may_spell = false;
    for look in looks.into_iter().chain([copied]) {
        proof.objects += look.objects;
        proof.bytes += look.bytes;
        may_spell |= look.may_spell;
        proof.residue.extend(look.residue);
        reasons.extend(look.reasons);
        named.extend(look.named);
    }
    for id in left.difference(&named) {
        reasons.push(format!("object {id} should have been removed"));
    }
    if may_spell {
        spans::check(sides, reasons)?;
    }
    Ok(())
}

/// Whether an object may name one that is not there, or that was made anew.
fn looks_up_names(sides: &Sides<'_>, notes: &Notes) -> bool {
    !sides.gone.is_empty() || !notes.made.is_empty() || !sides.removal.made.is_empty()
}
