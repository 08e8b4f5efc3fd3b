//! A part of a history: what the commits that `tip` reaches and `since` does not have brought in, and what they replaced.
//!
//! Found by walking back from both ends and comparing the trees of new commits with their parents', so that the cost is
//! that of what is new, however long the history before it.

mod commits;
mod folders;

use std::collections::{BTreeSet, HashSet};

use domain::Failure;
use git::{GitError, ObjectId, ObjectNo, Reader, Repository};

use commits::Between;
use folders::{Folders, Item};

/// The objects of the part.
#[derive(Debug, Default)]
pub struct Range {
    /// Commits of the part.
    commits: BTreeSet<ObjectNo>,
    /// Their parents before it.
    boundary: BTreeSet<ObjectNo>,
    /// Files that the commits brought in.
    fresh: BTreeSet<ObjectNo>,
    /// Files that were there before, at the places that changed.
    old: BTreeSet<ObjectNo>,
    trees: BTreeSet<ObjectNo>,
    old_trees: BTreeSet<ObjectNo>,
    compared: HashSet<(ObjectNo, Vec<Before>)>,
    /// What could not be read on the way.
    pub(crate) failures: Vec<Failure>,
}

/// A parent's tree, and whether that parent stands before the part.
type Before = (ObjectNo, bool);

impl Range {
    /// What `tip` reaches and `since` does not.
    pub fn new(repo: &Repository, since: &ObjectId, tip: &ObjectId) -> Result<Self, GitError> {
        let mut reader = Reader::new(repo, u64::MAX);
        let between = Between::walk(&mut reader, since, tip)?;
        let mut range = Self {
            failures: between.failures.clone(),
            ..Self::default()
        };
        let mut folders = Folders::new(reader);
        for (object, commit) in between.new_commits() {
            range.commits.insert(object);
            let mut before = Vec::new();
            for parent in &commit.parents {
                let Some(parent_commit) = between.commits.get(parent) else {
                    continue;
                };
                if parent_commit.is_old {
                    range.boundary.insert(*parent);
                }
                before.extend(parent_commit.tree.map(|tree| (tree, parent_commit.is_old)));
            }
            if let Some(tree) = commit.tree {
                range.compare(&mut folders, tree, before)?;
            }
        }
        range.failures.append(&mut folders.failures);
        range.fresh = range.fresh.difference(&range.old).copied().collect();
        Ok(range)
    }

    /// Compares a tree with those that stand in its place in the parents.
    fn compare(
        &mut self,
        folders: &mut Folders<'_>,
        tree: ObjectNo,
        before: Vec<Before>,
    ) -> Result<(), GitError> {
        let mut open = vec![(tree, before)];
        let mut stood: Vec<(Item, bool)> = Vec::new();
        while let Some((tree, before)) = open.pop() {
            let is_same = before.iter().any(|(other, _)| *other == tree);
            if is_same || !self.compared.insert((tree, before.clone())) {
                continue;
            }
            self.trees.insert(tree);
            let folder = folders.of(tree)?;
            let mut sides = Vec::with_capacity(before.len());
            for (other, is_old) in before {
                if is_old {
                    self.old_trees.insert(other);
                }
                sides.push((folders.of(other)?, is_old));
            }
            let mut lookups: Vec<_> = sides.iter().map(|(side, _)| side.lookup()).collect();
            for (name, item) in folder.items() {
                stood.clear();
                let beside = lookups.iter_mut().zip(&sides);
                stood.extend(
                    beside.filter_map(|(side, (_, is_old))| Some((side.find(name)?, *is_old))),
                );
                if stood.iter().any(|(other, _)| *other == item) {
                    continue;
                }
                let trees = stood.iter().filter(|(other, _)| other.is_tree);
                if item.is_tree {
                    let trees = trees.map(|(other, is_old)| (other.object, *is_old));
                    open.push((item.object, trees.collect()));
                } else {
                    self.fresh.insert(item.object);
                }
                let files = stood
                    .iter()
                    .filter(|(other, is_old)| *is_old && !other.is_tree);
                self.old.extend(files.map(|(other, _)| other.object));
            }
            for (side, _) in sides.iter().filter(|(_, is_old)| *is_old) {
                let mut here = folder.lookup();
                for (_, gone) in side.items().filter(|(name, _)| here.find(name).is_none()) {
                    self.remove(folders, gone)?;
                }
            }
        }
        Ok(())
    }

    /// Notes what was there before and is not any more: it may have moved.
    fn remove(&mut self, folders: &mut Folders<'_>, gone: Item) -> Result<(), GitError> {
        let mut open = vec![gone];
        while let Some(item) = open.pop() {
            if !item.is_tree {
                self.old.insert(item.object);
            } else if self.old_trees.insert(item.object) {
                let folder = folders.of(item.object)?;
                open.extend(folder.items().map(|(_, item)| item));
            }
        }
        Ok(())
    }

    /// Whether no commit is new.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// How many commits are new.
    pub fn commits(&self) -> usize {
        self.commits.len()
    }

    /// The commits and files to look at, those from before included: what stood there already is not new.
    pub(crate) fn contents(&self, repo: &Repository) -> Vec<bool> {
        mask(
            repo,
            [&self.commits, &self.boundary, &self.fresh, &self.old],
        )
    }

    /// The trees to look at.
    pub(crate) fn trees(&self, repo: &Repository) -> Vec<bool> {
        mask(repo, [&self.trees, &self.old_trees])
    }

    /// Whether an object, or what stands in it, was there before.
    pub(crate) fn is_old(&self, object: ObjectNo) -> bool {
        let sets = [&self.boundary, &self.old, &self.old_trees];
        sets.iter().any(|set| set.contains(&object))
    }

    /// Why the rest of the repository is not looked at.
    pub(crate) fn reason(&self) -> String {
        let commits = self.commits.len();
        format!("only what {commits} commits brought in was asked for")
    }
}

/// Why an object is a failure that something names and that is not here.
pub(crate) const MISSING: &str = "an object of the history names it, but it is missing";

fn mask<const N: usize>(repo: &Repository, sets: [&BTreeSet<ObjectNo>; N]) -> Vec<bool> {
    let mut mask = vec![false; repo.object_count() as usize];
    for object in sets.into_iter().flatten() {
        mask[*object as usize] = true;
    }
    mask
}
