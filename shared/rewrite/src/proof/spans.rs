//! Values that a path spells over several folders, looked for from the last name upward. No name of such a path holds the value, so
//! that nothing else would see it.

use std::collections::HashSet;

use git::{Kind, KindSet, ObjectId, Visit, Visitor, WalkFailure, WalkOptions};
use memchr::memmem::Finder;

use super::{Reasons, Sides, trees, unreadable};
use crate::RewriteError;

/// A value, cut at its slashes.
pub(super) struct Spelled {
    /// From the last part upward: the names of folders, but for the end of the first one's.
    names: Vec<Vec<u8>>,
    /// With what the last name begins.
    last: Vec<u8>,
    /// With what the first name ends.
    first: Vec<u8>,
    /// How an entry with the last name begins in a folder, but for its mode.
    entry: Finder<'static>,
}

impl Spelled {
    /// None if the value has no slash.
    pub(super) fn of(value: &[u8]) -> Option<Self> {
        let mut parts = value.rsplit(|byte| *byte == b'/').map(<[u8]>::to_vec);
        let last = parts.next()?;
        let mut names: Vec<_> = parts.collect();
        let first = names.pop()?;
        let entry = Finder::new(&[b" ", &last[..]].concat()).into_owned();
        Some(Self {
            names,
            last,
            first,
            entry,
        })
    }

    /// Whether a path that spells it may end in this folder.
    pub(super) fn may_end_in(&self, tree: &[u8]) -> bool {
        self.entry.find(tree).is_some()
    }
}

/// Adds a reason if a path of the result spells a value.
pub(super) fn check(sides: &Sides<'_>, reasons: &mut Reasons) -> Result<(), RewriteError> {
    for spelled in sides.plain.spelled() {
        let mut below = HashSet::new();
        for known in 0..spelled.names.len() + 2 {
            below = step(sides, (spelled, known), &below, reasons)?;
            if below.is_empty() {
                break;
            }
        }
        if let Some(folder) = below.iter().min() {
            reasons.push(format!("a path below tree {folder} spells a value"));
        }
    }
    Ok(())
}

/// The folders with an entry that goes on upward, of which `known` names are in and below the folders `below`.
fn step(
    sides: &Sides<'_>,
    (spelled, known): (&Spelled, usize),
    below: &HashSet<ObjectId>,
    reasons: &mut Reasons,
) -> Result<HashSet<ObjectId>, RewriteError> {
    let make = || Step {
        sides,
        spelled,
        known,
        below,
        found: HashSet::new(),
        reasons: Vec::new(),
    };
    let walk = WalkOptions {
        kinds: KindSet::of(&[Kind::Tree]),
        ..sides.walk(None, "following paths")
    };
    let mut found = HashSet::new();
    for step in sides.result.walk(&walk, make, sides.watch)? {
        found.extend(step.found);
        reasons.extend(step.reasons);
    }
    Ok(found)
}

/// One thread's look at all folders.
struct Step<'a> {
    sides: &'a Sides<'a>,
    spelled: &'a Spelled,
    known: usize,
    below: &'a HashSet<ObjectId>,
    found: HashSet<ObjectId>,
    reasons: Vec<String>,
}

impl Step<'_> {
    fn goes_on(&self, entry: &trees::Entry<'_>) -> bool {
        let Some(above) = self.known.checked_sub(1) else {
            return entry.name.starts_with(&self.spelled.last);
        };
        let fits = match self.spelled.names.get(above) {
            Some(name) => *entry.name == name[..],
            None => entry.name.ends_with(&self.spelled.first),
        };
        let is_below = |id| self.below.contains(&id);
        fits && entry.is_tree() && ObjectId::from_bytes(&entry.id).is_some_and(is_below)
    }
}

impl Visitor for Step<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let width = self.sides.result.hash_kind().len();
        let (entries, _) = trees::entries(tree.data, width);
        if entries.iter().any(|entry| self.goes_on(entry)) {
            self.found.insert(self.sides.result.id(tree.no));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(unreadable(&failure));
    }
}
