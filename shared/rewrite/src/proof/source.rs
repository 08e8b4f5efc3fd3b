//! Every object of the source is in the result, as it was or as what the plain way makes of it; and nothing else is there.

use git::{FamilyVisitor, Kind, ObjectId, ObjectNo, Visit, WalkFailure};

use super::{Places, Proof, Reasons, Sides, lines, notes::Notes, trees, unreadable};
use crate::RewriteError;
use crate::mapping::mask;

/// Holds every object of the source against the result.
pub(super) fn check(
    sides: &Sides<'_>,
    notes: &Notes,
    proof: &mut Proof,
    reasons: &mut Reasons,
) -> Result<(), RewriteError> {
    account(sides, notes, proof, reasons);
    if sides.new_ids.is_empty() {
        return Ok(());
    }
    let mut open = Vec::new();
    for (object, new) in sides.new_ids {
        match sides.seen.becomes(*object) {
            Some(id) => reasons.extend((id != new).then(|| other(sides, Kind::Blob, *object))),
            None => open.push(*object),
        }
    }
    let only = mask(sides.source, open);
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
fn account(sides: &Sides<'_>, notes: &Notes, proof: &mut Proof, reasons: &mut Reasons) {
    // By number in the result.
    let mut accounted = vec![false; sides.result.object_count() as usize];
    for object in 0..sides.source.object_count() {
        let (new, old) = (sides.new_ids.get(&object), sides.source.id(object));
        if sides.gone.contains(&object) {
            if !notes.may_go.contains(&object) && !sides.removal.may_lose(object) {
                reasons.push(format!("object {old} of the source is gone for no reason"));
            }
            proof.gone += 1;
            continue;
        }
        match new {
            Some(_) => proof.replaced += 1,
            None => proof.unchanged += 1,
        }
        let id = new.copied().unwrap_or(old);
        let is_allowed = !sides.removal.touches(object)
            || sides.removal.allows(object, &old, &id)
            || notes.made.contains(&id);
        if !is_allowed {
            reasons.push(format!("tree {old} did not become what it should"));
        }
        match sides.result.table().find(&id) {
            Some(counterpart) => accounted[counterpart as usize] = true,
            None => reasons.push(format!(
                "object {old} of the source has no counterpart in the result"
            )),
        }
    }
    for (old, new) in &sides.removal.roots {
        let new = sides.root_id(old).unwrap_or(*new);
        if sides.result.table().find(&new).is_none() {
            reasons.push(format!("tree {old} has no counterpart in the result"));
        }
    }
    let made = notes.made.iter().chain(&sides.removal.made);
    for made in made.filter_map(|id| sides.result.table().find(id)) {
        accounted[made as usize] = true;
    }
    if accounted.contains(&false) {
        reasons.push("the result has objects that come from nowhere".to_owned());
    }
}

/// The reason of an object that became something else than the plain way makes of it.
fn other(sides: &Sides<'_>, kind: Kind, object: ObjectNo) -> String {
    let id = sides.source.id(object);
    format!("{} {id} did not become what it should", kind.name())
}

/// One thread's second look at changed objects of the source: what does the plain way make of them?
struct Again<'a> {
    sides: &'a Sides<'a>,
    reasons: Vec<String>,
}

impl FamilyVisitor for Again<'_> {
    /// Where heads stand.
    type Kept = Places;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Places>) -> Places {
        let base = object.shared(base);
        let places = Places::of(object.data, self.sides.plain, base);
        self.compare(&object, &places);
        places
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}

impl Again<'_> {
    /// Holds a changed object, in which heads stand at `places`, against what it became.
    fn compare(&mut self, object: &Visit<'_>, places: &Places) {
        let expected = match object.kind {
            Kind::Blob => self.sides.plain.file(object.data, places),
            // At each path that it stands at, it was worked out.
            Kind::Tree if self.sides.removal.touches(object.no) => return,
            Kind::Tree => trees::now(self.sides, object.data, places),
            Kind::Commit | Kind::Tag => {
                // Ids in messages make these depend on each other: what must hold is checked line by line.
                if let Err(reason) = self.check_meta(object) {
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
            self.reasons.push(other(self.sides, object.kind, object.no));
        }
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
        let become_of = |old: &ObjectId| self.sides.root_id(old);
        let named = |digits: &[u8]| {
            if self.sides.options.keep_message_ids {
                return None;
            }
            self.sides
                .new_ids
                .get(&self.sides.source.table().find_prefix(digits)?)
                .copied()
        };
        let lines = lines::Lines {
            replace: &|text| self.sides.plain.message(text),
            replace_in_header: &|text| self.sides.plain.header(text),
            replace_in_tag_name: &|text| self.sides.plain.tag_name(text),
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
