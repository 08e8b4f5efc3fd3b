//! Old objects to new ids: blobs, then trees from the leaves up, then commits and tags from the past on.

mod history;
mod removing;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectId, ObjectNo, Repository, Visit};

use crate::affected::{Folders, first_pass, second_pass};
use crate::edits::{Edit, apply};
use crate::folders::Folder;
use crate::levels::levels;
use crate::likely::Likely;
use crate::packed::Archives;
use crate::proof::{Plain, Seen};
use crate::reading::{look, walk_options};
use crate::removal::{self, Matcher, NOWHERE, RemovalPlan, Removed};
use crate::values::Values;
use crate::{CleanOptions, Removal, RewriteError, names, notes, spans};

/// Everything that changes, and what it becomes.
#[derive(Default)]
pub(crate) struct Mapping {
    /// Every changed object's new id.
    pub(crate) new_ids: HashMap<ObjectNo, ObjectId>,
    /// What trees become where they are the root of something, if that is something else than below a folder.
    pub(crate) roots: HashMap<ObjectNo, ObjectId>,
    /// Trees that are made of several, by new id.
    pub(crate) made: BTreeMap<ObjectId, Vec<u8>>,
    /// Objects that become nothing.
    pub(crate) gone: HashSet<ObjectNo>,
    /// Those of these that are folders of notes, which moved.
    pub(crate) moved: HashSet<ObjectNo>,
    /// How many notes move along with what they are about.
    pub(crate) notes_moved: u64,
    /// The edits of changed blobs and trees.
    pub(crate) edits: HashMap<ObjectNo, Vec<Edit>>,
    /// How many of these are blobs.
    pub(crate) blobs: u64,
    /// By value: how many objects it leaves.
    pub(crate) leaves: Vec<u64>,
    /// The new content of changed commits and tags.
    pub(crate) fresh: BTreeMap<ObjectNo, (Kind, Vec<u8>)>,
    /// Changed commits and tags that were signed.
    pub(crate) unsigned: Vec<ObjectNo>,
    /// Changed commits without a changed parent.
    pub(crate) first_changed: Vec<ObjectNo>,
    /// Old to new name of refs whose names hold a value.
    pub(crate) names: BTreeMap<String, String>,
    /// What is removed whole, if anything was to be.
    pub(crate) removal: Option<RemovalPlan>,
    /// Folders that something is removed from: what they become depends on where they stand.
    pub(crate) by_place: HashSet<ObjectNo>,
    /// What is packed in archives.
    pub(crate) archives: Archives,
}

impl Mapping {
    /// Works out what changes. With `plain`, the proof searches the source on the way; what it saw comes with the mapping.
    pub(crate) fn new(
        repo: &Repository,
        (values, wanted): (&Values, &Removal),
        plain: Option<&Plain>,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(Self, Seen), RewriteError> {
        if !repo.gaps().is_empty() {
            return Err(RewriteError::Gaps {
                reason: repo.gaps().join("; "),
            });
        }
        let mut mapping = Self {
            leaves: vec![0; values.len()],
            names: names::renamed(repo, values),
            ..Self::default()
        };
        let matcher = Matcher::new(wanted);
        let mut found = first_pass(repo, (values, &matcher), plain, options, watch)?;
        let files: Vec<ObjectNo> = found.blobs.iter().map(|blob| blob.0).collect();
        for (object, edits, id) in std::mem::take(&mut found.blobs) {
            mapping.count(edits.iter().filter_map(Edit::value));
            mapping.new_ids.insert(object, id);
            mapping.edits.insert(object, edits);
        }
        let known = (&mapping.new_ids, &found.dropped);
        let folders = second_pass(repo, (values, &matcher), known, options, watch)?;
        spans::refuse(repo, values, &folders.begun, options, watch)?;
        let notes = notes::Notes::of(repo, values)?;
        let removing = removing::Removing {
            repo,
            values,
            removal: wanted,
            matcher: &matcher,
            folders: &folders,
            notes: &notes,
            found: &found,
        };
        let removed = removing.carry_out(&mut mapping, options, watch)?;
        let is_removed = !mapping.gone.is_empty() || !mapping.roots.is_empty();
        found.metas.extend(notes.metas());
        let history = history::History {
            repo,
            values,
            metas: &found.metas,
            notes: &notes,
            removed: &removed,
        };
        history.rewrite(&mut mapping, options, watch)?;
        if is_removed || !mapping.roots.is_empty() {
            let gone = &mapping.gone;
            let holders = |tree| {
                folders
                    .holders(tree)
                    .filter(|holder| !gone.contains(holder))
            };
            let moved = notes::gone(&notes, &found.metas, repo, &mapping.roots, holders);
            mapping.gone.extend(&moved);
            mapping.moved = moved;
            mapping.settle(repo);
        }
        mapping.blobs = files
            .iter()
            .filter(|file| !mapping.gone.contains(file))
            .count() as u64;
        mapping.archives = std::mem::take(&mut found.archives);
        if let Some(plan) = &mut mapping.removal {
            (plan.blobs, plan.bytes) = removal::weigh(repo, &mapping.gone, options, watch)?;
        }
        if !mapping.new_ids.is_empty() && is_overlaid(repo) {
            return Err(RewriteError::Overlaid);
        }
        Ok((mapping, found.seen))
    }

    /// What an object becomes; none if it stays as it is.
    pub(crate) fn new_id(&self, repo: &Repository, old: &ObjectId) -> Option<ObjectId> {
        self.root_id(repo.table().find(old)?)
    }

    /// The same for an object that a commit, a tag or a ref names.
    pub(crate) fn root_id(&self, object: ObjectNo) -> Option<ObjectId> {
        let root = self.roots.get(&object);
        root.or_else(|| self.new_ids.get(&object)).copied()
    }

    /// What was made anew and is there anyway needs not be written; what is gone has no new id, and is not gone if something else
    /// becomes it.
    fn settle(&mut self, repo: &Repository) {
        let (new_ids, gone) = (&mut self.new_ids, &mut self.gone);
        let lost: HashSet<ObjectNo> = gone.clone();
        let stays = new_ids.iter().filter(|(object, _)| !lost.contains(object));
        let stays = stays.filter_map(|(_, id)| repo.table().find(id));
        for object in stays.filter(|object| !new_ids.contains_key(object)) {
            gone.remove(&object);
        }
        self.made.retain(|id, _| {
            let same = repo
                .table()
                .find(id)
                .filter(|object| !new_ids.contains_key(object));
            same.is_none_or(|object| {
                gone.remove(&object);
                false
            })
        });
        new_ids.retain(|object, _| !gone.contains(object));
        self.edits.retain(|object, _| !gone.contains(object));
        let there: HashSet<&ObjectId> = new_ids.values().collect();
        self.made.retain(|id, _| !there.contains(id));
    }

    /// How many folders change.
    pub(crate) fn changed_folders(&self) -> u64 {
        let roots = self
            .roots
            .keys()
            .filter(|tree| !self.edits.contains_key(tree));
        (self.edits.len() + roots.count()) as u64 - self.blobs
    }

    /// The name that a ref has afterwards.
    pub(crate) fn name<'a>(&'a self, old: &'a str) -> &'a str {
        self.names.get(old).map_or(old, String::as_str)
    }

    /// Every changed commit and what it becomes.
    pub(crate) fn commits(&self, repo: &Repository) -> BTreeMap<ObjectId, ObjectId> {
        let commits = self
            .fresh
            .iter()
            .filter(|(_, (kind, _))| *kind == Kind::Commit);
        let pair = |object: &ObjectNo| Some((repo.id(*object), *self.new_ids.get(object)?));
        commits.filter_map(|(object, _)| pair(object)).collect()
    }

    /// Counts one object that these values leave.
    fn count(&mut self, values: impl Iterator<Item = u32>) {
        let distinct: BTreeSet<u32> = values.collect();
        for value in distinct {
            self.leaves[value as usize] += 1;
        }
    }

    /// New ids of trees, level by level: a tree's turn comes when all its changed subtrees have their new ids. Those that something
    /// is removed from, which are above all others, are left out.
    fn trees(
        &mut self,
        repo: &Repository,
        values: &Values,
        folders: &Folders,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let is_usual = |tree: &ObjectNo| !self.by_place.contains(tree);
        let holders = |child| folders.holders(child).filter(is_usual);
        let mut open: Vec<ObjectNo> = folders.direct.iter().copied().filter(is_usual).collect();
        let mut waiting: HashMap<ObjectNo, usize> = open.iter().map(|tree| (*tree, 0)).collect();
        while let Some(tree) = open.pop() {
            for holder in holders(tree) {
                let count = waiting.entry(holder).or_insert_with(|| {
                    open.push(holder);
                    0
                });
                *count += 1;
            }
        }
        for level in levels(waiting, holders) {
            self.tree_level(repo, values, level, options, watch)?;
        }
        Ok(())
    }

    fn tree_level(
        &mut self,
        repo: &Repository,
        values: &Values,
        level: Vec<ObjectNo>,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let (only, none) = (mask(repo, level), Removed::default());
        let kinds = KindSet::of(&[Kind::Tree]);
        let walk = walk_options(options, kinds, Some(&only), "rewriting folders");
        let likely = Likely::new(repo, |object| self.new_ids.contains_key(&object));
        let folder = Folder {
            repo,
            values,
            new_ids: &self.new_ids,
            likely: Some(&likely),
            roots: &self.roots,
            removed: &none,
        };
        let rewrite = |found: &mut Vec<_>, tree: &Visit<'_>| {
            let edits = folder.edits(tree.data, NOWHERE);
            let new = apply(tree.data, &edits, folder.new_ids);
            let id = repo.hash_kind().object_id(Kind::Tree, &new);
            found.push((tree.no, edits, id));
        };
        for (tree, edits, id) in look(repo, &walk, watch, rewrite)?.into_iter().flatten() {
            self.count(edits.iter().filter_map(Edit::value));
            self.new_ids.insert(tree, id);
            self.edits.insert(tree, edits);
        }
        Ok(())
    }
}

/// Objects as a table by number.
pub(crate) fn mask(repo: &Repository, objects: impl IntoIterator<Item = ObjectNo>) -> Vec<bool> {
    let mut only = vec![false; repo.object_count() as usize];
    objects
        .into_iter()
        .for_each(|object| only[object as usize] = true);
    only
}

/// Replace refs hide objects behind others; grafts change parents. A rewrite that ignores them changes what people see.
fn is_overlaid(repo: &Repository) -> bool {
    repo.refs()
        .iter()
        .any(|r| r.name.starts_with("refs/replace/"))
        || repo.git_dir().join("info/grafts").is_file()
}
