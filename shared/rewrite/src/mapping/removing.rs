//! Folders that lose files, and what stands nowhere after that.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::Watch;
use git::{Head, Kind, ObjectNo, Ref, Repository};

use super::Mapping;
use crate::affected::{Folders, Found, Meta};
use crate::edits::Edit;
use crate::folders::Folder;
use crate::notes::Notes;
use crate::removal::{self, Contexts, Matcher, Removed, Roots};
use crate::values::Values;
use crate::{CleanOptions, Removal, RewriteError};

/// What is known before.
pub(super) struct Removing<'a> {
    pub(super) repo: &'a Repository,
    pub(super) values: &'a Values,
    pub(super) removal: &'a Removal,
    pub(super) matcher: &'a Matcher,
    pub(super) folders: &'a Folders,
    pub(super) notes: &'a Notes,
    pub(super) found: &'a Found,
}

impl Removing<'_> {
    /// Rewrites all folders. Blobs have their new ids already.
    pub(super) fn carry_out(
        &self,
        mapping: &mut Mapping,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<Removed, RewriteError> {
        let (repo, values) = (self.repo, self.values);
        mapping.by_place = removal::above(self.folders);
        mapping.trees(repo, values, self.folders, options, watch)?;
        if self.matcher.is_empty() {
            return Ok(Removed::default());
        }
        let lost = (&mapping.by_place, self.found.dropped.clone());
        let roots = self.roots(&mapping.by_place);
        let contexts = Contexts::new(repo, self.matcher, lost, &roots, options, watch)?;
        let mut removed = Removed::new(contexts);
        let folder = Folder {
            repo,
            values,
            new_ids: &mapping.new_ids,
            likely: None,
            roots: &mapping.roots,
            removed: &Removed::default(),
        };
        removed.rebuild(&folder, options, watch)?;
        let settled = removed.settle(repo);
        mapping.made = removal::write_more(repo, &settled.more, &mapping.new_ids)?;
        for (tree, id, edits) in settled.became {
            mapping.count(edits.iter().filter_map(Edit::value));
            mapping.new_ids.insert(tree, id);
            mapping.edits.insert(tree, edits);
        }
        mapping.roots.extend(settled.roots);
        let gone = removal::gone(repo, &removed, &self.found.metas, options, watch)?;
        mapping.gone = settled.gone;
        mapping.gone.extend(gone.objects);
        let mut plan = removal::describe(repo, self.removal, &removed, values);
        plan.elsewhere = gone.elsewhere;
        mapping.removal = Some(plan);
        Ok(removed)
    }

    /// Those of these folders that something other than a folder names, or nothing.
    fn roots(&self, trees: &HashSet<ObjectNo>) -> Roots {
        let metas = &self.found.metas;
        let named = metas.iter().flat_map(|meta| meta.names.iter().copied());
        let targets = self.repo.refs().iter();
        let targets = targets.filter_map(|r| self.repo.table().find(&r.target));
        let is_alone = |tree: &&ObjectNo| self.folders.holders(**tree).next().is_none();
        let alone = trees.iter().filter(is_alone).copied();
        let all: BTreeSet<ObjectNo> = named
            .chain(targets)
            .filter(|object| trees.contains(object))
            .chain(alone)
            .collect();
        Roots {
            all,
            of_notes: self.trees_of_notes(),
        }
    }

    /// Trees of commits that only `refs/notes/…` reach: what looks like paths in them are ids. A tree of other commits too is
    /// one of files.
    fn trees_of_notes(&self) -> HashSet<ObjectNo> {
        if self.notes.roots.is_empty() {
            return HashSet::new();
        }
        let repo = self.repo;
        let metas = self.found.metas.iter();
        let by_object: HashMap<ObjectNo, &Meta> =
            metas.clone().map(|meta| (meta.object, meta)).collect();
        let of_notes = |r: &&Ref| r.name.starts_with("refs/notes/");
        let target = |r: &Ref| repo.table().find(&r.target);
        let refs = repo.refs().iter();
        let notes = reach(&by_object, refs.clone().filter(of_notes).filter_map(target));
        let head = match repo.head() {
            Head::Detached(id) => repo.table().find(id),
            Head::Branch(_) => None,
        };
        let others = refs.filter(|r| !of_notes(r)).filter_map(target).chain(head);
        let others = reach(&by_object, others);
        let is_of_notes = |meta: &&Meta| {
            meta.kind == Kind::Commit
                && notes.contains(&meta.object)
                && !others.contains(&meta.object)
        };
        let (own, foreign): (Vec<&Meta>, Vec<&Meta>) = metas.partition(is_of_notes);
        let mut trees: HashSet<ObjectNo> = own.iter().flat_map(|meta| meta.names.clone()).collect();
        for named in foreign.iter().flat_map(|meta| &meta.names).chain(&others) {
            trees.remove(named);
        }
        trees
    }
}

/// All that these objects name, and they.
fn reach(
    metas: &HashMap<ObjectNo, &Meta>,
    from: impl Iterator<Item = ObjectNo>,
) -> HashSet<ObjectNo> {
    let (mut all, mut open) = (HashSet::new(), from.collect::<Vec<_>>());
    while let Some(object) = open.pop() {
        if all.insert(object)
            && let Some(meta) = metas.get(&object)
        {
            open.extend(&meta.names);
        }
    }
    all
}
