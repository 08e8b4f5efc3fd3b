//! Every object of the source is in the result, as it was or as what the plain way makes of it; and nothing else is there.

use std::collections::HashSet;

use git::{Kind, ObjectId, Visit, Visitor, WalkFailure};

use super::plain::Plain;
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
            Kind::Blob => self.sides.plain.file(object.data),
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

    /// The tree with every id that has a new one and every name that holds a value replaced.
    fn tree(&self, data: &[u8]) -> Vec<u8> {
        let width = self.sides.source.hash_kind().len();
        let (mut entries, rest) = entries(data, width);
        let mut taken: HashSet<Vec<u8>> = HashSet::new();
        let plain = self.sides.plain;
        taken.extend(entries.iter().map(|entry| entry.name.clone()));
        let mut renamed = false;
        for entry in &entries {
            if plain.name(&entry.name, "").is_some() {
                taken.remove(&entry.name);
            }
        }
        for entry in &mut entries {
            if let Some(new) = self.new_id(&entry.id).filter(|_| entry.mode != b"160000") {
                entry.id = new.as_bytes().to_vec();
            }
            if plain.name(&entry.name, "").is_some() {
                entry.name = unused(&entry.name, plain, &taken);
                taken.insert(entry.name.clone());
                renamed = true;
            }
        }
        if renamed {
            entries.sort_by_key(Entry::order);
        }
        let bytes = entries.iter().flat_map(Entry::bytes);
        bytes.chain(rest.iter().copied()).collect()
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

/// One entry of a tree.
struct Entry {
    mode: Vec<u8>,
    name: Vec<u8>,
    id: Vec<u8>,
}

impl Entry {
    fn bytes(&self) -> Vec<u8> {
        [&self.mode, &b" "[..], &self.name, b"\0", &self.id].concat()
    }

    /// What Git sorts by.
    fn order(&self) -> Vec<u8> {
        let is_tree = self.mode.ends_with(b"40000") && !self.mode.starts_with(b"1");
        [&self.name[..], if is_tree { b"/" } else { b"" }].concat()
    }
}

/// The entries of a tree, and what cannot be read as one.
fn entries(data: &[u8], width: usize) -> (Vec<Entry>, &[u8]) {
    let (mut entries, mut rest) = (Vec::new(), data);
    while let Some(nul) = memchr::memchr(0, rest).filter(|nul| nul + 1 + width <= rest.len()) {
        let (head, tail) = rest.split_at(nul);
        let space = memchr::memchr(b' ', head).unwrap_or(0);
        entries.push(Entry {
            mode: head[..space].to_vec(),
            name: head.get(space + 1..).unwrap_or_default().to_vec(),
            id: tail[1..=width].to_vec(),
        });
        rest = &tail[width + 1..];
    }
    (entries, rest)
}

/// The name without the values, with a number if that is needed.
fn unused(old: &[u8], plain: &Plain, taken: &HashSet<Vec<u8>>) -> Vec<u8> {
    let reserved: [&[u8]; 4] = [b"", b".", b"..", b".git"];
    let numbers = std::iter::once(String::new()).chain((1..).map(|n: u64| format!("-{n}")));
    let mut tries = numbers.filter_map(|number| plain.name(old, &number));
    let is_free = |name: &Vec<u8>| {
        !taken.contains(name) && !reserved.contains(&name.to_ascii_lowercase().as_slice())
    };
    tries.find(is_free).unwrap_or_default()
}
