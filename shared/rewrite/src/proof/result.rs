//! Every object of the result is what its id says, and holds no value.

use domain::Carrier;
use git::{Kind, Visit, Visitor, WalkFailure};

use super::{Proof, Reasons, Sides, unreadable};
use crate::RewriteError;
use crate::plan::Residue;

/// One thread's look at the result.
struct Look<'a> {
    sides: &'a Sides<'a>,
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
        if !self
            .sides
            .plain
            .is_left_in(&object, self.sides.result.hash_kind())
        {
            return;
        }
        if object.kind == Kind::Tree {
            self.residue.push(Residue {
                carrier: Carrier::Path,
                object_id: id.to_string(),
            });
        } else {
            let kind = object.kind.name();
            self.reasons.push(format!("a value is left in {kind} {id}"));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

/// Looks at every object of the result.
pub(super) fn check(
    sides: &Sides<'_>,
    proof: &mut Proof,
    reasons: &mut Reasons,
) -> Result<(), RewriteError> {
    let make = || Look {
        sides,
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
