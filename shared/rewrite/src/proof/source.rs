//! Every object of the source is in the result, as it was or as what the plain way makes of it; and nothing else is there.

use std::collections::HashSet;

use git::{Kind, ObjectId, Visit, Visitor, WalkFailure};

use super::{Proof, Reasons, Sides, lines, unreadable};
use crate::RewriteError;
use crate::mapping::mask;

/// Holds every object of the source against the result.
pub(super) fn check(
    sides: &Sides<'_>,
    proof: &mut Proof,
    reasons: &mut Reasons,
) -> Result<(), RewriteError> {
    account(sides, proof, reasons);
    if sides.new_ids.is_empty() {
        return Ok(());
    }
    let only = mask(sides.source, sides.new_ids.keys().copied());
    let make = || Again {
        sides,
        reasons: Vec::new(),
    };
    let walk = sides.walk(Some(&only), "comparing");
    for again in sides.source.walk(&walk, make, sides.watch)? {
        reasons.extend(again.reasons);
    }
    Ok(())
}

/// Every object has its counterpart, and every counterpart its object.
fn account(sides: &Sides<'_>, proof: &mut Proof, reasons: &mut Reasons) {
    let mut accounted: HashSet<ObjectId> =
        HashSet::with_capacity(sides.result.object_count() as usize);
    for object in 0..sides.source.object_count() {
        let (new, old) = (sides.new_ids.get(&object), sides.source.id(object));
        match new {
            Some(_) => proof.replaced += 1,
            None => proof.unchanged += 1,
        }
        let id = new.copied().unwrap_or(old);
        if sides.result.table().find(&id).is_none() {
            reasons.push(format!(
                "object {old} of the source has no counterpart in the result"
            ));
        }
        accounted.insert(id);
    }
    if accounted.len() != sides.result.object_count() as usize {
        reasons.push("the result has objects that come from nowhere".to_owned());
    }
}

/// One thread's second look at changed objects of the source: what does the plain way make of them?
struct Again<'a> {
    sides: &'a Sides<'a>,
    reasons: Vec<String>,
}

impl Visitor for Again<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let expected = match object.kind {
            Kind::Blob => self.sides.plain.text(object.data),
            Kind::Tree => self.tree(object.data),
            Kind::Commit | Kind::Tag => {
                // Ids in messages make these depend on each other: what must hold is checked line by line.
                if let Err(reason) = self.check_meta(&object) {
                    self.reasons.push(format!(
                        "{} {} {reason}",
                        object.kind.name(),
                        self.sides.source.id(object.no)
                    ));
                }
                return;
            }
        };
        let id = self
            .sides
            .source
            .hash_kind()
            .object_id(object.kind, &expected);
        if self.sides.new_ids.get(&object.no) != Some(&id) {
            self.reasons.push(format!(
                "{} {} did not become what it should",
                object.kind.name(),
                self.sides.source.id(object.no)
            ));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

impl Again<'_> {
    fn new_id(&self, old: &[u8]) -> Option<&ObjectId> {
        self.sides
            .new_ids
            .get(&self.sides.source.table().find_raw(old)?)
    }

    /// The tree with every id that has a new one replaced.
    fn tree(&self, data: &[u8]) -> Vec<u8> {
        let (width, mut out, mut rest) = (
            self.sides.source.hash_kind().len(),
            Vec::with_capacity(data.len()),
            data,
        );
        while let Some(nul) = memchr::memchr(0, rest).filter(|nul| nul + 1 + width <= rest.len()) {
            let (entry, tail) = rest.split_at(nul + 1 + width);
            let (head, id) = entry.split_at(nul + 1);
            let is_submodule = head.strip_prefix(b"160000 ").is_some();
            out.extend_from_slice(head);
            out.extend_from_slice(
                self.new_id(id)
                    .filter(|_| !is_submodule)
                    .map_or(id, ObjectId::as_bytes),
            );
            rest = tail;
        }
        out.extend_from_slice(rest);
        out
    }

    /// Holds a changed commit or tag against what it became.
    fn check_meta(&self, object: &Visit<'_>) -> Result<(), &'static str> {
        let id = self.sides.new_ids.get(&object.no).ok_or("has no new id")?;
        let found = self
            .sides
            .result
            .table()
            .find(id)
            .ok_or("is not in the result")?;
        let new = self
            .sides
            .result
            .read(found, u64::MAX)
            .map_err(|_| "cannot be read in the result")?;
        let become_of = |old: &ObjectId| self.sides.new_id(old);
        let named = |digits: &[u8]| {
            self.sides
                .new_ids
                .get(&self.sides.source.table().find_prefix(digits)?)
                .copied()
        };
        let lines = lines::Lines {
            replace: &|text| self.sides.plain.text(text),
            replace_in_header: &|text| self.sides.plain.header(text),
            become_of: &become_of,
            named: &named,
        };
        if new.kind == object.kind {
            lines.check(object.kind, object.data, &new.data)
        } else {
            Err("is of another kind")
        }
    }
}
