//! Folders in or below which something may have to go, and what of their entries matters for that.

use std::collections::{BTreeMap, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit, tree_entries};

use super::Matcher;
use crate::affected::Folders;
use crate::mapping::mask;
use crate::reading::{child, look, walk_options};
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
    let read = |all: &mut Items, tree: &Visit<'_>| {
        let mut items = Vec::new();
        for entry in tree_entries(tree.data, repo.hash_kind()).flatten() {
            let child = child(repo, &entry);
            let is_in =
                |set: &HashSet<ObjectNo>| child.is_some_and(|(child, _)| set.contains(&child));
            if is_in(touched) || is_in(dropped) || matcher.may_end(entry.name) {
                items.push(Item {
                    name: entry.name.into(),
                    child: child.map(|(child, _)| child),
                    is_folder: entry.is_tree(),
                    is_tree: child.map_or(entry.is_tree(), |(_, is_tree)| is_tree),
                });
            }
        }
        all.insert(tree.no, items);
    };
    Ok(look(repo, &walk, watch, read)?
        .into_iter()
        .flatten()
        .collect())
}
