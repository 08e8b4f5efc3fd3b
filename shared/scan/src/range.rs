//! A part of a history: what the commits that `tip` reaches and `since` does not have brought in, and what they replaced.
//!
//! Found by walking back from both ends and comparing the trees of new commits with their parents', so that the cost is
//! that of what is new, however long the history before it.

mod commits;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::Failure;
use git::{GitError, ObjectId, ObjectNo, Repository, tree_entries};

use commits::Between;

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

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    object: ObjectNo,
    is_tree: bool,
}

impl Range {
    /// What `tip` reaches and `since` does not.
    pub fn new(repo: &Repository, since: &ObjectId, tip: &ObjectId) -> Result<Self, GitError> {
        let between = Between::walk(repo, since, tip)?;
        let mut range = Self {
            failures: between.failures.clone(),
            ..Self::default()
        };
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
                range.compare(repo, tree, before)?;
            }
        }
        range.fresh = range.fresh.difference(&range.old).copied().collect();
        Ok(range)
    }

    /// Compares a tree with those that stand in its place in the parents.
    fn compare(
        &mut self,
        repo: &Repository,
        tree: ObjectNo,
        before: Vec<Before>,
    ) -> Result<(), GitError> {
        let mut open = vec![(tree, before)];
        while let Some((tree, before)) = open.pop() {
            let is_same = before.iter().any(|(other, _)| *other == tree);
            if is_same || !self.compared.insert((tree, before.clone())) {
                continue;
            }
            self.trees.insert(tree);
            let items = self.entries(repo, tree)?;
            let mut sides = Vec::with_capacity(before.len());
            for (other, is_old) in before {
                if is_old {
                    self.old_trees.insert(other);
                }
                sides.push((self.entries(repo, other)?, is_old));
            }
            for (name, item) in &items {
                let stood = |(side, is_old): &(Items, bool)| Some((*side.get(name)?, *is_old));
                let stood: Vec<(Item, bool)> = sides.iter().filter_map(stood).collect();
                if stood.iter().any(|(other, _)| other == item) {
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
                for (_, gone) in side.iter().filter(|(name, _)| !items.contains_key(*name)) {
                    self.remove(repo, *gone)?;
                }
            }
        }
        Ok(())
    }

    /// Notes what was there before and is not any more: it may have moved.
    fn remove(&mut self, repo: &Repository, gone: Item) -> Result<(), GitError> {
        let mut open = vec![gone];
        while let Some(item) = open.pop() {
            if !item.is_tree {
                self.old.insert(item.object);
            } else if self.old_trees.insert(item.object) {
                open.extend(self.entries(repo, item.object)?.into_values());
            }
        }
        Ok(())
    }

    /// The entries of a tree by name. What is damaged or missing is noted.
    fn entries(&mut self, repo: &Repository, tree: ObjectNo) -> Result<Items, GitError> {
        let mut items = Items::new();
        let data = match repo.read(tree, u64::MAX) {
            Ok(object) => object.data,
            Err(GitError::Stopped(stop)) => return Err(stop.into()),
            Err(_) => {
                self.fail(repo.id(tree), "it cannot be read");
                return Ok(items);
            }
        };
        for entry in tree_entries(&data, repo.hash_kind()) {
            let Ok(entry) = entry else {
                self.fail(repo.id(tree), "a malformed tree");
                break;
            };
            if entry.is_submodule() {
                continue;
            }
            if let Some(object) = repo.table().find_raw(entry.id) {
                let is_tree = entry.is_tree();
                items.insert(entry.name.into(), Item { object, is_tree });
            } else if let Some(id) = ObjectId::from_bytes(entry.id) {
                self.fail(id, MISSING);
            }
        }
        Ok(items)
    }

    fn fail(&mut self, id: ObjectId, reason: &str) {
        let (what, reason) = (id.to_string(), reason.to_owned());
        self.failures.push(Failure { what, reason });
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

type Items = BTreeMap<Box<[u8]>, Item>;

/// Why an object is a failure that something names and that is not here.
pub(crate) const MISSING: &str = "an object of the history names it, but it is missing";

fn mask<const N: usize>(repo: &Repository, sets: [&BTreeSet<ObjectNo>; N]) -> Vec<bool> {
    let mut mask = vec![false; repo.object_count() as usize];
    for object in sets.into_iter().flatten() {
        mask[*object as usize] = true;
    }
    mask
}
