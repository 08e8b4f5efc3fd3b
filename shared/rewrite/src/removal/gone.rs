//! What nothing names any more, now that some entries of folders are removed.

use std::collections::{HashMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit, tree_entries};

use super::{Contexts, Fate, Removed};
use crate::affected::Meta;
use crate::mapping::mask;
use crate::reading::{child, look, walk_options};
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
    open.extend(read.held(&below, (removed, contexts))?);
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
        let children = |found: &mut Vec<(ObjectNo, Vec<_>)>, tree: &Visit<'_>| {
            let entries = tree_entries(tree.data, self.repo.hash_kind()).flatten();
            let children = entries.filter_map(|entry| child(self.repo, &entry));
            found.push((tree.no, children.collect()));
        };
        while !level.is_empty() {
            let only = mask(self.repo, std::mem::take(&mut level));
            let walk = walk_options(
                self.options,
                KindSet::of(&[Kind::Tree]),
                Some(&only),
                "following what goes",
            );
            let found = look(self.repo, &walk, self.watch, children)?;
            for (tree, children) in found.into_iter().flatten() {
                let trees = children.iter().filter(|(_, is_tree)| *is_tree);
                level.extend(trees.map(|(child, _)| *child));
                let blobs = children.iter().filter(|(_, is_tree)| !is_tree);
                below.blobs.extend(blobs.map(|(child, _)| *child));
                let children = children.into_iter().map(|(child, _)| child);
                below.trees.insert(tree, children.collect());
            }
            level.retain(|tree| !below.trees.contains_key(tree));
        }
        Ok(())
    }

    /// What of it folders hold that stay.
    fn held(
        &self,
        below: &Below,
        (removed, contexts): (&Removed, &Contexts),
    ) -> Result<HashSet<ObjectNo>, RewriteError> {
        let held = |held: &mut HashSet<ObjectNo>, tree: &Visit<'_>| {
            let is_touched = contexts.items.contains_key(&tree.no);
            if !is_touched && below.trees.contains_key(&tree.no) {
                return;
            }
            let places = contexts.of.get(&tree.no).map(Vec::as_slice);
            let places = places.unwrap_or_default();
            for entry in tree_entries(tree.data, self.repo.hash_kind()).flatten() {
                let Some((child, _)) = child(self.repo, &entry) else {
                    continue;
                };
                let stays = |place: &u32| removed.fate(self.repo, *place, &entry) != Fate::Gone;
                if below.holds(child) && (!is_touched || places.iter().any(stays)) {
                    held.insert(child);
                }
            }
        };
        let kinds = KindSet::of(&[Kind::Tree]);
        let walk = walk_options(self.options, kinds, None, "following what stays");
        let all = look(self.repo, &walk, self.watch, held)?;
        Ok(all.into_iter().flatten().collect())
    }
}
