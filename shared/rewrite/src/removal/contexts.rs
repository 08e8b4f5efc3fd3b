//! At which paths each folder stands, from the roots downward, as far as something may be removed there.
//!
//! The same folder can stand at several paths, and lose something at one of them alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::Watch;
use git::{ObjectNo, Repository, TreeEntry};

use super::places::Places;
use super::touched::{self, Items};
use super::{Fate, Matcher, NOWHERE, PlaceNo, ROOT};
use crate::reading::child;
use crate::{CleanOptions, RewriteError};

/// Folders with their paths, and what is removed there.
pub(crate) struct Contexts {
    pub(super) places: Places,
    /// By folder: its paths, in the order in which they were come to.
    pub(super) of: BTreeMap<ObjectNo, Vec<PlaceNo>>,
    /// Folders that something other than a folder names, and their path.
    pub(super) roots: BTreeMap<ObjectNo, PlaceNo>,
    /// What stands at a path that is removed, and whether it is a folder.
    pub(super) taken: BTreeMap<ObjectNo, bool>,
    /// Blobs that are removed wherever they stand.
    pub(super) dropped: HashSet<ObjectNo>,
    /// Paths at which something is removed; whether it is a folder somewhere.
    pub(super) removed: BTreeMap<PlaceNo, bool>,
    pub(super) items: Items,
}

/// Where a rewrite of folders begins.
pub(crate) struct Roots {
    /// Folders that commits, tags and refs name, or nothing at all.
    pub(crate) all: BTreeSet<ObjectNo>,
    /// Those of notes alone: no path in them is meant.
    pub(crate) of_notes: HashSet<ObjectNo>,
}

impl Contexts {
    pub(crate) fn new(
        repo: &Repository,
        matcher: &Matcher,
        (touched, dropped): (&HashSet<ObjectNo>, HashSet<ObjectNo>),
        roots: &Roots,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<Self, RewriteError> {
        let items = touched::items(repo, matcher, (touched, &dropped), options, watch)?;
        let place = |root: &ObjectNo| {
            let is_notes = roots.of_notes.contains(root);
            (*root, if is_notes { NOWHERE } else { ROOT })
        };
        let mut contexts = Self {
            places: Places::new(matcher),
            of: BTreeMap::new(),
            roots: roots
                .all
                .iter()
                .filter(|root| touched.contains(root))
                .map(place)
                .collect(),
            taken: BTreeMap::new(),
            dropped,
            removed: BTreeMap::new(),
            items,
        };
        contexts.explore(matcher);
        Ok(contexts)
    }

    fn explore(&mut self, matcher: &Matcher) {
        let mut seen: HashSet<(ObjectNo, PlaceNo)> = HashSet::new();
        let mut open: Vec<(ObjectNo, PlaceNo)> = self
            .roots
            .iter()
            .map(|(tree, place)| (*tree, *place))
            .collect();
        open.reverse();
        while let Some((tree, folder)) = open.pop() {
            if !seen.insert((tree, folder)) {
                continue;
            }
            self.of.entry(tree).or_default().push(folder);
            for item in self.items.get(&tree).into_iter().flatten() {
                let place = self.places.enter(folder, &item.name, matcher);
                let is_dropped = item
                    .child
                    .is_some_and(|child| self.dropped.contains(&child));
                if is_dropped || self.places.takes(place, item.is_folder) {
                    if !is_dropped {
                        self.taken
                            .extend(item.child.map(|child| (child, item.is_tree)));
                    }
                    *self.removed.entry(place).or_default() |= item.is_folder;
                } else if let Some(child) =
                    item.child.filter(|child| self.items.contains_key(child))
                {
                    open.push((child, place));
                }
            }
        }
    }

    /// What becomes of an entry of a folder at this path; `results` has what became of the folders below.
    pub(super) fn fate(
        &self,
        repo: &Repository,
        folder: PlaceNo,
        entry: &TreeEntry<'_>,
        results: &HashMap<(ObjectNo, PlaceNo), Option<git::ObjectId>>,
    ) -> Fate {
        let child = child(repo, entry).map(|(child, _)| child);
        if child.is_some_and(|child| self.dropped.contains(&child)) {
            return Fate::Gone;
        }
        let Some(place) = self.places.below(folder, entry.name) else {
            return Fate::Usual;
        };
        if self.places.takes(place, entry.is_tree()) {
            return Fate::Gone;
        }
        match child.and_then(|child| results.get(&(child, place))) {
            Some(Some(id)) => Fate::Becomes(*id),
            Some(None) => Fate::Gone,
            None => Fate::Usual,
        }
    }
}
