//! New commits, tags and trees of notes, from the past on: a commit's turn comes when its parents have their new ids.

use std::collections::{HashMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit, Visitor, WalkFailure};

use super::{Mapping, mask};
use crate::affected::Meta;
use crate::folders::Folder;
use crate::notes::Notes;
use crate::reading::{refuse, walk_options};
use crate::removal::Removed;
use crate::values::Values;
use crate::{CleanOptions, RewriteError, messages, notes, parts};

/// Commits, tags, trees of notes.
pub(super) struct History<'a> {
    pub(super) repo: &'a Repository,
    pub(super) values: &'a Values,
    pub(super) metas: &'a [Meta],
    pub(super) notes: &'a Notes,
    pub(super) removed: &'a Removed,
}

impl History<'_> {
    /// Finds out which of them change, and what they become. Blobs and other trees have their new ids already.
    pub(super) fn rewrite(
        &self,
        mapping: &mut Mapping,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let Self {
            repo,
            values,
            metas,
            ..
        } = *self;
        let places: HashMap<ObjectNo, usize> = metas
            .iter()
            .enumerate()
            .map(|(place, meta)| (meta.object, place))
            .collect();
        let order = targets_first(metas, &places);
        let affected = affected(mapping, metas, &places, &order);
        let mut rewriter = messages::Rewriter {
            repo,
            values,
            raw: read_all(repo, &affected, options, watch)?,
            metas,
            places: &places,
            affected: &affected,
            keep_message_ids: options.keep_message_ids,
        };
        for place in rewriter.order(&order) {
            let meta = &metas[place];
            if meta.kind == Kind::Tree {
                self.notes(mapping, meta.object)?;
                continue;
            }
            let rewritten = rewriter.rewrite(meta, mapping);
            if let Some(value) = parts::first_value(
                &rewritten.data,
                &values.heads(&rewritten.data, None),
                values,
            ) {
                return Err(values.comes_back(value));
            }
            if rewritten.was_signed {
                mapping.unsigned.push(meta.object);
            }
            let is_commit = |name: &ObjectNo| {
                places
                    .get(name)
                    .is_some_and(|at| metas[*at].kind == Kind::Commit)
            };
            let is_later = meta
                .names
                .iter()
                .any(|name| affected.contains(name) && is_commit(name));
            if meta.kind == Kind::Commit && !is_later {
                mapping.first_changed.push(meta.object);
            }
            mapping.count(rewritten.values.into_iter());
            let id = repo.hash_kind().object_id(meta.kind, &rewritten.data);
            mapping.new_ids.insert(meta.object, id);
            mapping
                .fresh
                .insert(meta.object, (meta.kind, rewritten.data));
        }
        mapping.unsigned.sort_unstable();
        mapping.first_changed.sort_unstable();
        Ok(())
    }

    /// A tree of notes, after everything that the notes are about.
    fn notes(&self, mapping: &mut Mapping, tree: ObjectNo) -> Result<(), RewriteError> {
        if !self.notes.roots.contains(&tree) {
            return Ok(());
        }
        let folder = Folder {
            repo: self.repo,
            values: self.values,
            new_ids: &mapping.new_ids,
            likely: None,
            roots: &mapping.roots,
            removed: self.removed,
        };
        if let Some(moved) = notes::move_notes(&folder, tree)? {
            mapping.notes_moved = mapping.notes_moved.max(moved.notes);
            mapping.roots.insert(tree, moved.root);
            mapping.made.extend(moved.trees);
        }
        Ok(())
    }
}

/// Commits and tags that hold a value or name something that changes.
fn affected(
    mapping: &Mapping,
    metas: &[Meta],
    places: &HashMap<ObjectNo, usize>,
    order: &[usize],
) -> HashSet<ObjectNo> {
    let mut changed = vec![false; metas.len()];
    for &place in order {
        let meta = &metas[place];
        let named = |object: &ObjectNo| {
            mapping.new_ids.contains_key(object)
                || mapping.roots.contains_key(object)
                || places.get(object).is_some_and(|at| changed[*at])
        };
        changed[place] = meta.holds_value || meta.names.iter().any(named);
    }
    let is_changed = |(meta, changed): (&Meta, &bool)| changed.then_some(meta.object);
    metas.iter().zip(&changed).filter_map(is_changed).collect()
}

/// Places of commits and tags, what they name before they themselves.
fn targets_first(metas: &[Meta], places: &HashMap<ObjectNo, usize>) -> Vec<usize> {
    let mut order = Vec::with_capacity(metas.len());
    let mut state = vec![0_u8; metas.len()];
    for root in 0..metas.len() {
        let mut stack = vec![root];
        while let Some(&place) = stack.last() {
            if state[place] == 0 {
                state[place] = 1;
                let names = metas[place]
                    .names
                    .iter()
                    .filter_map(|name| places.get(name));
                stack.extend(names.filter(|name| state[**name] == 0));
            } else {
                stack.pop();
                if std::mem::replace(&mut state[place], 2) == 1 {
                    order.push(place);
                }
            }
        }
    }
    order
}

/// The contents of some commits and tags.
fn read_all(
    repo: &Repository,
    objects: &HashSet<ObjectNo>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<HashMap<ObjectNo, Vec<u8>>, RewriteError> {
    #[derive(Default)]
    struct Reader(Vec<(ObjectNo, Vec<u8>)>, Option<WalkFailure>);
    impl Visitor for Reader {
        fn visit(&mut self, object: Visit<'_>) {
            self.0.push((object.no, object.data.to_vec()));
        }
        fn failed(&mut self, failure: WalkFailure) {
            self.1 = Some(failure);
        }
    }
    if objects.is_empty() {
        return Ok(HashMap::new());
    }
    let only = mask(repo, objects.iter().copied());
    let walk = walk_options(
        options,
        KindSet::of(&[Kind::Commit, Kind::Tag]),
        Some(&only),
        "rewriting commits",
    );
    let mut all = HashMap::with_capacity(objects.len());
    for reader in repo.walk(&walk, Reader::default, watch)? {
        refuse(reader.1)?;
        all.extend(reader.0);
    }
    Ok(all)
}
