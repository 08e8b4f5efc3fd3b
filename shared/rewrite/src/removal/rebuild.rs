//! The touched folders, written anew: level by level from the leaves up, at each path that they stand at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectId, ObjectNo, Repository, TreeEntry, Visit};

use super::{Contexts, Fate, NOWHERE, PlaceNo};
use crate::edits::{self, Edit};
use crate::folders::Folder;
use crate::levels::levels;
use crate::mapping::mask;
use crate::reading::{look, walk_options};
use crate::{CleanOptions, RewriteError};

/// What the folders become that something is removed from.
#[derive(Default)]
pub(crate) struct Removed {
    /// Where they stand; none if nothing is to be removed.
    pub(super) contexts: Option<Contexts>,
    /// By folder and path: its new id; none if nothing is left of it.
    results: HashMap<(ObjectNo, PlaceNo), Option<ObjectId>>,
    /// By folder: its versions other than the original, in order of path, and how each is made.
    versions: BTreeMap<ObjectNo, Vec<(ObjectId, Vec<Edit>)>>,
}

/// What the versions of all folders are to a history.
#[derive(Default)]
pub(crate) struct Settled {
    /// Folders with the version that counts as what they became.
    pub(crate) became: Vec<(ObjectNo, ObjectId, Vec<Edit>)>,
    /// What roots become, if that is another version.
    pub(crate) roots: HashMap<ObjectNo, ObjectId>,
    /// Versions beside these.
    pub(crate) more: BTreeMap<ObjectId, (ObjectNo, Vec<Edit>)>,
    /// Folders that stand nowhere any more.
    pub(crate) gone: HashSet<ObjectNo>,
}

impl Removed {
    /// For what stands where.
    pub(crate) fn new(contexts: Contexts) -> Self {
        Self {
            contexts: Some(contexts),
            ..Self::default()
        }
    }

    /// What becomes of an entry of a folder at this path.
    pub(crate) fn fate(&self, repo: &Repository, folder: PlaceNo, entry: &TreeEntry<'_>) -> Fate {
        let contexts = self.contexts.as_ref();
        contexts.map_or(Fate::Usual, |all| {
            all.fate(repo, folder, entry, &self.results)
        })
    }

    /// The path of a root.
    pub(crate) fn root(&self, tree: ObjectNo) -> PlaceNo {
        let contexts = self.contexts.as_ref();
        let root = contexts.and_then(|all| all.roots.get(&tree));
        root.copied().unwrap_or(NOWHERE)
    }

    /// The path of an entry of a folder; a place without anything of interest if there is nothing of interest below.
    pub(crate) fn below(&self, folder: PlaceNo, name: &[u8]) -> PlaceNo {
        let contexts = self.contexts.as_ref();
        let place = contexts.and_then(|all| all.places.below(folder, name));
        place.unwrap_or(NOWHERE)
    }

    /// Rewrites all touched folders as `folder` says. Other objects below them have their new ids.
    pub(crate) fn rebuild(
        &mut self,
        folder: &Folder<'_>,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        for level in self.levels() {
            let repo = folder.repo;
            let only = mask(repo, level);
            let kinds = KindSet::of(&[Kind::Tree]);
            let walk = walk_options(options, kinds, Some(&only), "rewriting folders");
            let here = Folder {
                removed: self,
                ..*folder
            };
            let rewrite = |found: &mut Vec<_>, tree: &Visit<'_>| found.push(here.at_all(tree));
            let found = look(repo, &walk, watch, rewrite)?;
            for (tree, results, versions) in found.into_iter().flatten() {
                let results = results.into_iter();
                self.results
                    .extend(results.map(|(place, id)| ((tree, place), id)));
                self.versions.insert(tree, versions);
            }
        }
        Ok(())
    }

    /// Touched folders that stand somewhere, so that those below come in an earlier level.
    fn levels(&self) -> Vec<Vec<ObjectNo>> {
        let Some(contexts) = &self.contexts else {
            return Vec::new();
        };
        let mut holders: HashMap<ObjectNo, Vec<ObjectNo>> = HashMap::new();
        let mut waiting: HashMap<ObjectNo, usize> = HashMap::new();
        for tree in contexts.of.keys() {
            let items = contexts.items.get(tree).into_iter().flatten();
            let below = items.filter_map(|item| item.child);
            let below: BTreeSet<_> = below
                .filter(|child| contexts.of.contains_key(child))
                .collect();
            waiting.insert(*tree, below.len());
            for child in below {
                holders.entry(child).or_default().push(*tree);
            }
        }
        levels(waiting, |tree| {
            holders.get(&tree).into_iter().flatten().copied()
        })
    }

    /// Chooses of several versions of a folder the one that counts as what it became: the first, in order of path. A folder that
    /// is still itself somewhere, or that another became, counts as unchanged.
    pub(crate) fn settle(&self, repo: &Repository) -> Settled {
        let mut settled = Settled::default();
        let Some(contexts) = &self.contexts else {
            return settled;
        };
        let empty = repo.hash_kind().object_id(Kind::Tree, b"");
        let root = |tree: &ObjectNo| {
            let place = contexts.roots.get(tree)?;
            Some(self.results.get(&(*tree, *place))?.unwrap_or(empty))
        };
        let results = self.results.values().flatten().copied();
        let here: HashSet<ObjectId> = results
            .chain(contexts.roots.keys().filter_map(root))
            .collect();
        for tree in contexts.items.keys() {
            let own = repo.id(*tree);
            let places = contexts.of.get(tree).into_iter().flatten();
            let ids = places.filter_map(|place| self.results.get(&(*tree, *place))?.as_ref());
            let mut ids: Vec<ObjectId> = root(tree).into_iter().chain(ids.copied()).collect();
            let mut seen = HashSet::new();
            ids.retain(|id| seen.insert(*id));
            if ids.is_empty() {
                settled.gone.insert(*tree);
                continue;
            }
            let is_here = here.contains(&own);
            let became = ids.first().copied().filter(|_| !is_here);
            for id in ids.iter().filter(|id| **id != own) {
                let versions = self.versions.get(tree).into_iter().flatten();
                let edits = versions
                    .filter(|version| version.0 == *id)
                    .map(|one| &one.1);
                for edits in edits.take(1) {
                    if became == Some(*id) {
                        settled.became.push((*tree, *id, edits.clone()));
                    } else {
                        settled.more.insert(*id, (*tree, edits.clone()));
                    }
                }
            }
            if let Some(root) = root(tree).filter(|root| *root != became.unwrap_or(own)) {
                settled.roots.insert(*tree, root);
            }
        }
        settled
    }
}

type Results = Vec<(PlaceNo, Option<ObjectId>)>;
type Versions = Vec<(ObjectId, Vec<Edit>)>;

impl Folder<'_> {
    /// What a folder becomes at each of its paths.
    fn at_all(&self, tree: &Visit<'_>) -> (ObjectNo, Results, Versions) {
        let (mut results, mut versions) = (Results::new(), Versions::new());
        let contexts = self.removed.contexts.as_ref();
        let places = contexts.and_then(|contexts| contexts.of.get(&tree.no));
        for place in places.into_iter().flatten() {
            let edits = self.edits(tree.data, *place);
            let new = edits::apply(tree.data, &edits, self.new_ids);
            let id = self.repo.hash_kind().object_id(Kind::Tree, &new);
            // A folder that was empty before is as it was.
            let is_left = !new.is_empty() || tree.data.is_empty();
            results.push((*place, is_left.then_some(id)));
            if !edits.is_empty() && versions.iter().all(|version| version.0 != id) {
                versions.push((id, edits));
            }
        }
        (tree.no, results, versions)
    }
}

/// The bytes of versions that are written beside what folders became.
pub(crate) fn write_more(
    repo: &Repository,
    more: &BTreeMap<ObjectId, (ObjectNo, Vec<Edit>)>,
    new_ids: &HashMap<ObjectNo, ObjectId>,
) -> Result<BTreeMap<ObjectId, Vec<u8>>, RewriteError> {
    let write = |(id, (tree, edits)): (&ObjectId, &(ObjectNo, Vec<Edit>))| {
        let object = repo.read(*tree, u64::MAX)?;
        Ok((*id, edits::apply(&object.data, edits, new_ids)))
    };
    more.iter().map(write).collect()
}
