//! Folders in or below which something may have to go, and what of their entries matters for that.

use std::collections::{BTreeMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit, Visitor, WalkFailure, tree_entries};

use super::Matcher;
use crate::affected::{Folders, refuse, walk_options};
use crate::mapping::mask;
use crate::{CleanOptions, RewriteError};

/// An entry that may be removed, or below which something may be.
pub(super) struct Item {
    pub(super) name: Box<[u8]>,
    /// What it names, if that is here.
    pub(super) child: Option<ObjectNo>,
    /// Whether it says that it is a folder.
    pub(super) is_folder: bool,
    /// Whether it is one.
    pub(super) is_tree: bool,
}

/// By folder: these entries, in their order.
pub(super) type Items = BTreeMap<ObjectNo, Vec<Item>>;

/// The folders that hold one of these, and all above them.
pub(crate) fn above(folders: &Folders) -> HashSet<ObjectNo> {
    let mut all = HashSet::new();
    let mut open = folders.may_lose.clone();
    while let Some(tree) = open.pop() {
        if all.insert(tree) {
            open.extend(folders.holders(tree));
        }
    }
    all
}

/// Reads the entries that matter.
pub(super) fn items(
    repo: &Repository,
    matcher: &Matcher,
    (touched, dropped): (&HashSet<ObjectNo>, &HashSet<ObjectNo>),
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Items, RewriteError> {
    let only = mask(repo, touched.iter().copied());
    let kinds = KindSet::of(&[Kind::Tree]);
    let walk = walk_options(options, kinds, Some(&only), "looking for the files");
    let make = || Reader {
        repo,
        matcher,
        touched,
        dropped,
        items: Items::new(),
        failure: None,
    };
    let mut all = Items::new();
    for reader in repo.walk(&walk, make, watch)? {
        refuse(reader.failure)?;
        all.extend(reader.items);
    }
    Ok(all)
}

struct Reader<'a> {
    repo: &'a Repository,
    matcher: &'a Matcher,
    touched: &'a HashSet<ObjectNo>,
    dropped: &'a HashSet<ObjectNo>,
    items: Items,
    failure: Option<WalkFailure>,
}

impl Visitor for Reader<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let mut items = Vec::new();
        for entry in tree_entries(tree.data, self.repo.hash_kind()).flatten() {
            let child = self.repo.table().find_raw(entry.id);
            let child = child.filter(|_| !entry.is_submodule());
            let is_in = |set: &HashSet<ObjectNo>| child.is_some_and(|child| set.contains(&child));
            if is_in(self.touched) || is_in(self.dropped) || self.matcher.may_end(entry.name) {
                let kind = child.and_then(|child| self.repo.kind(child));
                items.push(Item {
                    name: entry.name.into(),
                    child,
                    is_folder: entry.is_tree(),
                    is_tree: kind.map_or(entry.is_tree(), |kind| kind == Kind::Tree),
                });
            }
        }
        self.items.insert(tree.no, items);
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}
