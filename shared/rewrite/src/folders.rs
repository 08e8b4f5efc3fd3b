//! What becomes of a folder: ids of entries that change, and names that hold a value.
//!
//! Nothing else of a tree is touched, so that trees that are not quite regular stay as irregular as they are. Only where a new name
//! breaks the order are the entries sorted anew.

use std::collections::{HashMap, HashSet};

use git::{HashKind, ObjectId, ObjectNo, Repository, TreeEntry, tree_entries};

use crate::edits::{self, Edit, Patch};
use crate::likely::Likely;
use crate::removal::{Fate, PlaceNo, Removed, span};
use crate::values::Values;

/// What folders are rewritten with.
#[derive(Clone, Copy)]
pub(crate) struct Folder<'a> {
    pub(crate) repo: &'a Repository,
    pub(crate) values: &'a Values,
    pub(crate) new_ids: &'a HashMap<ObjectNo, ObjectId>,
    /// What these may be of, if that is known: few of all entries change.
    pub(crate) likely: Option<&'a Likely>,
    /// What trees become where they are the root of something.
    pub(crate) roots: &'a HashMap<ObjectNo, ObjectId>,
    /// What is removed from them.
    pub(crate) removed: &'a Removed,
}

impl Folder<'_> {
    /// The edits of a tree that stands at this path.
    pub(crate) fn edits(&self, data: &[u8], place: PlaceNo) -> Vec<Edit> {
        let hash = self.repo.hash_kind();
        let entries: Vec<TreeEntry<'_>> = tree_entries(data, hash).filter_map(Result::ok).collect();
        let fate = |entry: &TreeEntry<'_>| self.removed.fate(self.repo, place, entry);
        let fates: Vec<Fate> = entries.iter().map(fate).collect();
        let left = entries.iter().zip(&fates);
        let left = left.filter(|(_, fate)| **fate != Fate::Gone);
        let names = self.names(&left.map(|(entry, _)| *entry).collect::<Vec<_>>());
        let mut all = Vec::new();
        for (entry, fate) in entries.iter().zip(fates) {
            if fate == Fate::Gone {
                let (at, length) = span(entry);
                all.push(Edit::bytes_at(at, length, &[]));
                continue;
            }
            if let Some((value, name)) = names.get(entry.name) {
                let end = entry.id_at - 1;
                let text = name.as_slice().into();
                all.push(Edit::text(end - entry.name.len(), end, *value, text));
            }
            all.extend(match fate {
                Fate::Becomes(id) if id.as_bytes() == entry.id => None,
                Fate::Becomes(id) => {
                    Some(Edit::bytes_at(entry.id_at, entry.id.len(), id.as_bytes()))
                }
                Fate::Usual | Fate::Gone => self.id_edit(entry),
            });
        }
        if names.is_empty() {
            return all;
        }
        let new = edits::apply(data, &all, self.new_ids);
        match sorted(&new, hash) {
            Some(sorted) => vec![Edit::bytes_at(0, data.len(), &sorted)],
            None => all,
        }
    }

    fn id_edit(&self, entry: &TreeEntry<'_>) -> Option<Edit> {
        let (child, _) = self.changed(entry)?;
        Some(Edit {
            at: entry.id_at,
            length: entry.id.len(),
            patch: Patch::Id(child),
        })
    }

    /// The new id of what an entry names; none if it stays.
    pub(crate) fn new_id(&self, entry: &TreeEntry<'_>) -> Option<&ObjectId> {
        self.changed(entry).map(|(_, new)| new)
    }

    /// What an entry names, and its new id.
    fn changed(&self, entry: &TreeEntry<'_>) -> Option<(ObjectNo, &ObjectId)> {
        if self.likely.is_some_and(|likely| !likely.may_have(entry.id)) {
            return None;
        }
        let child = self.repo.table().find_raw(entry.id)?;
        let new = self.new_ids.get(&child).filter(|_| !entry.is_submodule());
        Some((child, new?))
    }

    /// Names that hold a value: the value, and the new name.
    pub(crate) fn names<'e>(&self, entries: &[TreeEntry<'e>]) -> HashMap<&'e [u8], (u32, Vec<u8>)> {
        let holds = |entry: &&TreeEntry<'_>| self.values.is_in(entry.name);
        let (named, others): (Vec<&TreeEntry<'e>>, Vec<&TreeEntry<'e>>) =
            entries.iter().partition(holds);
        if named.is_empty() {
            return HashMap::new();
        }
        let mut taken: HashSet<Vec<u8>> = others.iter().map(|entry| entry.name.to_vec()).collect();
        let mut new = HashMap::new();
        for entry in named {
            let tries = (0..).map_while(|try_no| self.values.name(entry.name, try_no));
            let is_free = |(_, name): &(u32, Vec<u8>)| !is_reserved(name) && !taken.contains(name);
            if let Some((value, name)) = tries.into_iter().find(is_free) {
                taken.insert(name.clone());
                new.insert(entry.name, (value, name));
            }
        }
        new
    }
}

fn is_reserved(name: &[u8]) -> bool {
    matches!(name, b"" | b"." | b"..") || name.eq_ignore_ascii_case(b".git")
}

/// The tree with its entries in Git's order; none if they are.
fn sorted(tree: &[u8], hash: HashKind) -> Option<Vec<u8>> {
    let mut entries: Vec<(Vec<u8>, &[u8])> = Vec::new();
    let mut from = 0;
    for entry in tree_entries(tree, hash).filter_map(Result::ok) {
        let end = entry.id_at + entry.id.len();
        // A folder is sorted as if its name ended with a slash.
        let slash: &[u8] = if entry.is_tree() { b"/" } else { b"" };
        entries.push(([entry.name, slash].concat(), &tree[from..end]));
        from = end;
    }
    if entries.is_sorted_by(|a, b| a.0 <= b.0) {
        return None;
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let bytes = entries.iter().flat_map(|(_, bytes)| *bytes);
    Some(bytes.copied().collect())
}
