//! What the proof must know of the source: who names what.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use git::{Head, Headers, Kind, KindSet, ObjectId, ObjectNo, Visit, Visitor, WalkFailure};

use super::super::trees::entries;
use super::super::{Reasons, Sides, unreadable};
use super::paths::Paths;
use crate::RewriteError;
use crate::mapping::mask;

/// Folders with their contents.
pub(super) type Folders = HashMap<ObjectNo, Arc<[u8]>>;

/// Walks over objects of these kinds; gives what each thread's visitor found.
pub(super) fn walk<T: Send>(
    sides: &Sides<'_>,
    kinds: &[Kind],
    only: Option<&[bool]>,
    look: impl Fn(&Visit<'_>, &mut Vec<T>) + Sync,
    reasons: &mut Reasons,
) -> Result<Vec<T>, RewriteError> {
    struct Looking<'a, T, L> {
        look: &'a L,
        found: Vec<T>,
        reasons: Reasons,
    }
    impl<T: Send, L: Fn(&Visit<'_>, &mut Vec<T>) + Sync> Visitor for Looking<'_, T, L> {
        fn visit(&mut self, object: Visit<'_>) {
            (self.look)(&object, &mut self.found);
        }
        fn failed(&mut self, failure: WalkFailure) {
            self.reasons.push(unreadable(&failure));
        }
    }
    let make = || Looking {
        look: &look,
        found: Vec::new(),
        reasons: Reasons::new(),
    };
    let mut options = sides.walk(only, "proving what was removed");
    options.kinds = KindSet::of(kinds);
    let mut all = Vec::new();
    for looking in sides.source.walk(&options, make, sides.watch)? {
        all.extend(looking.found);
        reasons.extend(looking.reasons);
    }
    Ok(all)
}

/// The folders in or below which something may have to go, with their contents; and those that no other folder holds.
pub(super) fn touched(
    sides: &Sides<'_>,
    paths: &Paths,
    dropped: &HashSet<ObjectNo>,
    reasons: &mut Reasons,
) -> Result<(Folders, HashSet<ObjectNo>), RewriteError> {
    let width = sides.source.hash_kind().len();
    // None: the folder itself may lose something; otherwise what it holds.
    let look = |tree: &Visit<'_>, found: &mut Vec<(ObjectNo, Option<ObjectNo>)>| {
        let mut may_lose = false;
        for entry in entries(tree.data, width).0 {
            may_lose = may_lose || paths.may_name(&entry.name);
            let child = sides.source.table().find_raw(&entry.id);
            let Some(child) = child.filter(|_| *entry.mode != *b"160000") else {
                continue;
            };
            may_lose |= dropped.contains(&child);
            if entry.is_tree() {
                found.push((child, Some(tree.no)));
            }
        }
        if may_lose {
            found.push((tree.no, None));
        }
    };
    let found = walk(sides, &[Kind::Tree], None, look, reasons)?;
    let mut holders: HashMap<ObjectNo, Vec<ObjectNo>> = HashMap::new();
    let mut open = Vec::new();
    for (tree, holder) in found {
        match holder {
            Some(holder) => holders.entry(tree).or_default().push(holder),
            None => open.push(tree),
        }
    }
    let mut all = HashSet::new();
    while let Some(tree) = open.pop() {
        if all.insert(tree) {
            open.extend(holders.get(&tree).into_iter().flatten());
        }
    }
    if all.is_empty() {
        return Ok((Folders::new(), HashSet::new()));
    }
    let only = mask(sides.source, all.iter().copied());
    let copy = |tree: &Visit<'_>, found: &mut Vec<(ObjectNo, Arc<[u8]>)>| {
        found.push((tree.no, tree.data.into()));
    };
    let data = walk(sides, &[Kind::Tree], Some(&only), copy, reasons)?;
    all.retain(|tree| !holders.contains_key(tree));
    Ok((data.into_iter().collect(), all))
}

/// What commits, tags and refs name; and of that, what only notes name.
pub(super) fn named(
    sides: &Sides<'_>,
    reasons: &mut Reasons,
) -> Result<(HashSet<ObjectId>, HashSet<ObjectId>), RewriteError> {
    let look = |object: &Visit<'_>, found: &mut Vec<(ObjectId, Vec<ObjectId>)>| {
        let named = Headers::of(object.data)
            .filter(|header| matches!(header.name, b"tree" | b"parent" | b"object"))
            .filter_map(|header| ObjectId::from_hex(header.value));
        found.push((sides.source.id(object.no), named.collect()));
    };
    let found = walk(sides, &[Kind::Commit, Kind::Tag], None, look, reasons)?;
    let names: HashMap<ObjectId, Vec<ObjectId>> = found.into_iter().collect();
    let from = |of_notes: bool| {
        let refs = sides.source.refs().iter();
        let refs = refs.filter(move |r| r.name.starts_with("refs/notes/") == of_notes);
        let head = match sides.source.head() {
            Head::Detached(id) if !of_notes => Some(*id),
            _ => None,
        };
        let (mut open, mut all) = (Vec::new(), HashSet::new());
        open.extend(refs.map(|r| r.target).chain(head));
        while let Some(id) = open.pop() {
            if all.insert(id) {
                open.extend(names.get(&id).into_iter().flatten());
            }
        }
        all
    };
    let (notes, others) = (from(true), from(false));
    let is_note = |id: &ObjectId| notes.contains(id) && !others.contains(id);
    let of_notes = names.iter().filter(|(commit, _)| is_note(commit));
    let mut only_notes: HashSet<ObjectId> = of_notes.flat_map(|(_, named)| named.clone()).collect();
    let foreign = names.iter().filter(|(commit, _)| !is_note(commit));
    for id in foreign.flat_map(|(_, named)| named).chain(&others) {
        only_notes.remove(id);
    }
    let all = names.into_values().flatten();
    let targets = sides.source.refs().iter().map(|r| r.target);
    Ok((all.chain(targets).collect(), only_notes))
}
