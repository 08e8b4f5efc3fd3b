//! What nothing names any more, now that some entries of folders are removed.

use std::collections::{HashMap, HashSet};

use domain::Watch;
use git::{
    Kind, KindSet, ObjectNo, Repository, TreeEntry, Visit, Visitor, WalkFailure, tree_entries,
};

use super::{Fate, Removed};
use crate::affected::{Meta, refuse, walk_options};
use crate::mapping::mask;
use crate::{CleanOptions, RewriteError};

/// What becomes of what was below removed entries.
#[derive(Default)]
pub(crate) struct Gone {
    /// Objects that nothing names any more.
    pub(crate) objects: HashSet<ObjectNo>,
    /// How many files are removed at one path and stay at another.
    pub(crate) elsewhere: u64,
}

/// What stands at removed paths, with all below.
#[derive(Default)]
struct Below {
    /// Folders, with what they hold.
    trees: HashMap<ObjectNo, Vec<ObjectNo>>,
    blobs: HashSet<ObjectNo>,
}

impl Below {
    fn holds(&self, object: ObjectNo) -> bool {
        self.blobs.contains(&object) || self.trees.contains_key(&object)
    }
}

/// Finds them; `metas` are all commits and tags.
pub(crate) fn gone(
    repo: &Repository,
    removed: &Removed,
    metas: &[Meta],
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Gone, RewriteError> {
    let Some(contexts) = &removed.contexts else {
        return Ok(Gone::default());
    };
    let taken = |trees| {
        let taken = contexts.taken.iter();
        let taken = taken.filter(move |(_, is_tree)| **is_tree == trees);
        taken.map(|(object, _)| *object)
    };
    let mut below = Below {
        blobs: taken(false).collect(),
        ..Below::default()
    };
    let read = Reading {
        repo,
        options,
        watch,
    };
    read.descend(&mut below, taken(true).collect())?;
    let mut gone = Gone {
        objects: contexts.dropped.clone(),
        elsewhere: 0,
    };
    if below.trees.is_empty() && below.blobs.is_empty() {
        return Ok(gone);
    }
    let named = metas.iter().flat_map(|meta| meta.names.iter().copied());
    let targets = repo.refs().iter();
    let targets = targets.filter_map(|r| repo.table().find(&r.target));
    let mut open: Vec<ObjectNo> = named
        .chain(targets)
        .filter(|one| below.holds(*one))
        .collect();
    open.extend(read.held(&below, removed)?);
    let mut kept: HashSet<ObjectNo> = HashSet::new();
    while let Some(object) = open.pop() {
        // What a touched folder keeps was looked at where it stands.
        let is_touched = contexts.items.contains_key(&object);
        if kept.insert(object) && !is_touched {
            open.extend(below.trees.get(&object).into_iter().flatten());
        }
    }
    let blobs = below.blobs.iter().filter(|blob| kept.contains(blob));
    gone.elsewhere = blobs.count() as u64;
    let all = below.trees.keys().chain(&below.blobs).copied();
    let is_gone = |one: &ObjectNo| !kept.contains(one) && !contexts.items.contains_key(one);
    gone.objects.extend(all.filter(is_gone));
    Ok(gone)
}

struct Reading<'a> {
    repo: &'a Repository,
    options: &'a CleanOptions,
    watch: &'a dyn Watch,
}

impl Reading<'_> {
    /// Adds these folders and all below them.
    fn descend(&self, below: &mut Below, mut level: Vec<ObjectNo>) -> Result<(), RewriteError> {
        while !level.is_empty() {
            let make = || Children {
                repo: self.repo,
                found: Vec::new(),
                failure: None,
            };
            let only = mask(self.repo, std::mem::take(&mut level));
            let walk = walk_options(
                self.options,
                KindSet::of(&[Kind::Tree]),
                Some(&only),
                "following what goes",
            );
            for visitor in self.repo.walk(&walk, make, self.watch)? {
                refuse(visitor.failure)?;
                for (tree, children) in visitor.found {
                    let trees = children.iter().filter(|(_, is_tree)| *is_tree);
                    level.extend(trees.map(|(child, _)| *child));
                    let blobs = children.iter().filter(|(_, is_tree)| !is_tree);
                    below.blobs.extend(blobs.map(|(child, _)| *child));
                    let children = children.into_iter().map(|(child, _)| child);
                    below.trees.insert(tree, children.collect());
                }
            }
            level.retain(|tree| !below.trees.contains_key(tree));
        }
        Ok(())
    }

    /// What of it folders hold that stay.
    fn held(&self, below: &Below, removed: &Removed) -> Result<HashSet<ObjectNo>, RewriteError> {
        let make = || Holders {
            repo: self.repo,
            below,
            removed,
            held: HashSet::new(),
            failure: None,
        };
        let kinds = KindSet::of(&[Kind::Tree]);
        let walk = walk_options(self.options, kinds, None, "following what stays");
        let mut held = HashSet::new();
        for visitor in self.repo.walk(&walk, make, self.watch)? {
            refuse(visitor.failure)?;
            held.extend(visitor.held);
        }
        Ok(held)
    }
}

/// What an entry names here, and whether it is a folder.
fn child(repo: &Repository, entry: &TreeEntry<'_>) -> Option<(ObjectNo, bool)> {
    let child = repo.table().find_raw(entry.id);
    let child = child.filter(|_| !entry.is_submodule())?;
    let is_tree = repo.kind(child).map(|kind| kind == Kind::Tree);
    Some((child, is_tree.unwrap_or(entry.is_tree())))
}

struct Children<'a> {
    repo: &'a Repository,
    found: Vec<(ObjectNo, Vec<(ObjectNo, bool)>)>,
    failure: Option<WalkFailure>,
}

impl Visitor for Children<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let entries = tree_entries(tree.data, self.repo.hash_kind()).flatten();
        let children = entries.filter_map(|entry| child(self.repo, &entry));
        self.found.push((tree.no, children.collect()));
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}

struct Holders<'a> {
    repo: &'a Repository,
    below: &'a Below,
    removed: &'a Removed,
    held: HashSet<ObjectNo>,
    failure: Option<WalkFailure>,
}

impl Visitor for Holders<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let Some(contexts) = &self.removed.contexts else {
            return;
        };
        let is_touched = contexts.items.contains_key(&tree.no);
        if !is_touched && self.below.trees.contains_key(&tree.no) {
            return;
        }
        let places = contexts.of.get(&tree.no).map(Vec::as_slice);
        let places = places.unwrap_or_default();
        for entry in tree_entries(tree.data, self.repo.hash_kind()).flatten() {
            let Some((child, _)) = child(self.repo, &entry) else {
                continue;
            };
            let stays = |place: &u32| self.removed.fate(self.repo, *place, &entry) != Fate::Gone;
            if self.below.holds(child) && (!is_touched || places.iter().any(stays)) {
                self.held.insert(child);
            }
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}
