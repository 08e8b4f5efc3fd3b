//! Old objects to new ids: blobs, then trees from the leaves up, then commits and tags from the past on.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectId, ObjectNo, Repository, Visit, Visitor, WalkFailure};

use crate::affected::{Folders, Meta, first_pass, refuse, second_pass, tree_edits, walk_options};
use crate::edits::{Edit, Patches};
use crate::messages;
use crate::replacement::Values;
use crate::{CleanOptions, RewriteError};

/// Everything that changes, and what it becomes.
#[derive(Default)]
pub(crate) struct Mapping {
    /// Every changed object's new id.
    pub(crate) new_ids: HashMap<ObjectNo, ObjectId>,
    /// The edits of changed blobs and trees.
    pub(crate) edits: HashMap<ObjectNo, Vec<Edit>>,
    /// The new content of changed commits and tags.
    pub(crate) fresh: BTreeMap<ObjectNo, (Kind, Vec<u8>)>,
    /// Changed commits and tags that were signed.
    pub(crate) unsigned: Vec<ObjectNo>,
    /// Changed commits without a changed parent.
    pub(crate) first_changed: Vec<ObjectNo>,
    /// Trees with a name that holds a value.
    pub(crate) named_trees: Vec<ObjectNo>,
}

impl Mapping {
    pub(crate) fn new(
        repo: &Repository,
        values: &Values,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<Self, RewriteError> {
        if !repo.gaps().is_empty() {
            return Err(RewriteError::Gaps {
                reason: repo.gaps().join("; "),
            });
        }
        let mut mapping = Self::default();
        let found = first_pass(repo, values, options, watch)?;
        for (object, edits, id) in found.blobs {
            mapping.new_ids.insert(object, id);
            mapping.edits.insert(object, edits);
        }
        let folders = second_pass(repo, values, &mapping.new_ids, options, watch)?;
        mapping.trees(repo, values, &folders, options, watch)?;
        mapping.named_trees = folders.named;
        mapping.metas(repo, values, &found.metas, options, watch)?;
        if !mapping.new_ids.is_empty() && is_overlaid(repo) {
            return Err(RewriteError::Overlaid);
        }
        Ok(mapping)
    }

    /// New ids of trees, level by level: a tree's turn comes when all its changed subtrees have their new ids.
    fn trees(
        &mut self,
        repo: &Repository,
        values: &Values,
        folders: &Folders,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let holders = |child: ObjectNo| {
            let from = folders.edges.partition_point(|edge| edge.0 < child);
            folders.edges[from..]
                .iter()
                .take_while(move |edge| edge.0 == child)
                .map(|edge| edge.1)
        };
        let mut waiting: HashMap<ObjectNo, u32> =
            folders.direct.iter().map(|tree| (*tree, 0)).collect();
        let mut open = folders.direct.clone();
        while let Some(tree) = open.pop() {
            for holder in holders(tree) {
                let count = waiting.entry(holder).or_insert_with(|| {
                    open.push(holder);
                    0
                });
                *count += 1;
            }
        }
        let mut level: Vec<ObjectNo> = waiting
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(tree, _)| *tree)
            .collect();
        while !level.is_empty() {
            self.tree_level(repo, values, &level, options, watch)?;
            let mut next = Vec::new();
            for tree in level {
                for holder in holders(tree) {
                    if let Some(count) = waiting.get_mut(&holder) {
                        *count -= 1;
                        if *count == 0 {
                            next.push(holder);
                        }
                    }
                }
            }
            level = next;
        }
        Ok(())
    }

    fn tree_level(
        &mut self,
        repo: &Repository,
        values: &Values,
        level: &[ObjectNo],
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let only = mask(repo, level.iter().copied());
        let walk = walk_options(
            options,
            KindSet::of(&[Kind::Tree]),
            Some(&only),
            "rewriting folders",
        );
        let make = || TreeLevel {
            repo,
            patches: Patches {
                values,
                new_ids: &self.new_ids,
            },
            found: Vec::new(),
            failure: None,
        };
        let visitors = repo.walk(&walk, make, watch)?;
        let mut found = Vec::new();
        for visitor in visitors {
            refuse(visitor.failure)?;
            found.extend(visitor.found);
        }
        for (tree, edits, id) in found {
            self.new_ids.insert(tree, id);
            self.edits.insert(tree, edits);
        }
        Ok(())
    }

    /// New commits and tags.
    fn metas(
        &mut self,
        repo: &Repository,
        values: &Values,
        metas: &[Meta],
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let places: HashMap<ObjectNo, usize> = metas
            .iter()
            .enumerate()
            .map(|(place, meta)| (meta.object, place))
            .collect();
        let order = targets_first(metas, &places);
        let mut changed = vec![false; metas.len()];
        for &place in &order {
            let meta = &metas[place];
            let named = |object: &ObjectNo| {
                self.new_ids.contains_key(object)
                    || places.get(object).is_some_and(|at| changed[*at])
            };
            changed[place] = meta.holds_value || meta.names.iter().any(named);
        }
        let affected: HashSet<ObjectNo> = metas
            .iter()
            .zip(&changed)
            .filter(|(_, changed)| **changed)
            .map(|(meta, _)| meta.object)
            .collect();
        let raw = read_all(repo, &affected, options, watch)?;
        let patches = messages::Rewriter {
            repo,
            values,
            raw: &raw,
            metas,
            places: &places,
            affected: &affected,
        };
        for place in patches.order(&order) {
            let meta = &metas[place];
            let rewritten = patches.rewrite(meta, &self.new_ids);
            if rewritten.was_signed {
                self.unsigned.push(meta.object);
            }
            let is_first = !meta.names.iter().any(|name| affected.contains(name));
            if meta.kind == Kind::Commit && is_first {
                self.first_changed.push(meta.object);
            }
            self.new_ids.insert(
                meta.object,
                repo.hash_kind().object_id(meta.kind, &rewritten.data),
            );
            self.fresh.insert(meta.object, (meta.kind, rewritten.data));
        }
        self.unsigned.sort_unstable();
        self.first_changed.sort_unstable();
        Ok(())
    }
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

struct TreeLevel<'a> {
    repo: &'a Repository,
    patches: Patches<'a>,
    found: Vec<(ObjectNo, Vec<Edit>, ObjectId)>,
    failure: Option<WalkFailure>,
}

impl Visitor for TreeLevel<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let hash = self.repo.hash_kind();
        let edits = tree_edits(tree.data, hash, self.repo, self.patches.new_ids);
        let id = hash.object_id(Kind::Tree, &self.patches.apply(tree.data, &edits));
        self.found.push((tree.no, edits, id));
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
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
