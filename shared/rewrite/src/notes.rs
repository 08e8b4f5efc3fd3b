//! Notes: trees whose entries are named by the ids of what they are about, cut into folders of two digits. When these objects get
//! new ids, the notes move along.

mod moved;

use std::collections::{BTreeMap, HashMap, HashSet};

use git::{
    CommitView, GitError, Kind, ObjectId, ObjectNo, Repository, TreeEntry, WalkOptions,
    tree_entries,
};

use crate::affected::Meta;
use crate::values::Values;
pub(crate) use moved::move_notes;

/// The trees of notes.
#[derive(Default)]
pub(crate) struct Notes {
    /// Those of the commits of `refs/notes/…`.
    pub(crate) roots: HashSet<ObjectNo>,
    /// By tree: its folders of notes, and what its notes are about, as far as it is here.
    names: BTreeMap<ObjectNo, Vec<ObjectNo>>,
    /// What else is in them.
    others: HashSet<ObjectNo>,
}

/// What an entry of a tree of notes is.
pub(crate) enum Role {
    /// A folder of notes whose ids begin with these digits.
    Folder(Vec<u8>),
    /// A note about this object.
    Note(ObjectId),
    /// Something else.
    Other,
}

impl Notes {
    /// Finds them.
    pub(crate) fn of(repo: &Repository, values: &Values) -> Result<Self, GitError> {
        let mut notes = Self::default();
        let of_notes = |name: &str| name.starts_with("refs/notes/");
        let refs = repo.refs().iter().filter(|r| of_notes(&r.name));
        let mut open: Vec<ObjectId> = refs.map(|r| r.target).collect();
        let (mut seen, mut looked_at) = (HashSet::new(), HashSet::new());
        while let Some(id) = open.pop() {
            let Some(number) = repo.table().find(&id).filter(|no| seen.insert(*no)) else {
                continue;
            };
            let object = repo.read(number, WalkOptions::default().max_object_bytes)?;
            if object.kind != Kind::Commit {
                continue;
            }
            let commit = CommitView::parse(&object.data);
            open.extend(&commit.parents);
            let Some(root) = commit.tree.and_then(|tree| repo.table().find(&tree)) else {
                continue;
            };
            notes.roots.insert(root);
            notes.look(repo, values, root, &mut looked_at)?;
        }
        Ok(notes)
    }

    /// Looks through a tree and the folders of notes in it.
    fn look(
        &mut self,
        repo: &Repository,
        values: &Values,
        root: ObjectNo,
        looked_at: &mut HashSet<(ObjectNo, Vec<u8>)>,
    ) -> Result<(), GitError> {
        let mut open = vec![(root, Vec::new())];
        while let Some((tree, digits)) = open.pop() {
            if !looked_at.insert((tree, digits.clone())) {
                continue;
            }
            let object = repo.read(tree, WalkOptions::default().max_object_bytes)?;
            for entry in tree_entries(&object.data, repo.hash_kind()).flatten() {
                let (named, inside) = match role(repo, values, &digits, &entry) {
                    Role::Folder(digits) => (repo.table().find_raw(entry.id), Some(digits)),
                    Role::Note(about) => (repo.table().find(&about), None),
                    Role::Other => {
                        self.others.extend(repo.table().find_raw(entry.id));
                        continue;
                    }
                };
                self.names.entry(tree).or_default().extend(named);
                open.extend(named.zip(inside));
            }
        }
        Ok(())
    }

    /// Trees of notes as what changes along with what it names.
    pub(crate) fn metas(&self) -> impl Iterator<Item = Meta> {
        self.names.iter().map(|(tree, names)| Meta {
            object: *tree,
            kind: Kind::Tree,
            names: names.clone(),
            holds_value: false,
        })
    }
}

/// What an entry is in a folder of notes whose ids begin with `digits`. A name that holds a value is a name like any other.
pub(crate) fn role(
    repo: &Repository,
    values: &Values,
    digits: &[u8],
    entry: &TreeEntry<'_>,
) -> Role {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !entry.name.iter().all(is_digit) || values.is_in(entry.name) {
        return Role::Other;
    }
    let all = [digits, entry.name].concat();
    match all.len().cmp(&(repo.hash_kind().len() * 2)) {
        std::cmp::Ordering::Less if entry.is_tree() && entry.name.len() == 2 => Role::Folder(all),
        std::cmp::Ordering::Equal if !entry.is_tree() => {
            ObjectId::from_hex(&all).map_or(Role::Other, Role::Note)
        }
        _ => Role::Other,
    }
}

/// Trees of notes that no tree or commit names any more, now that these roots became others: `holders` gives the trees that hold one.
pub(crate) fn gone<I: Iterator<Item = ObjectNo>>(
    notes: &Notes,
    metas: &[Meta],
    repo: &Repository,
    moved: &HashMap<ObjectNo, ObjectId>,
    holders: impl Fn(ObjectNo) -> I,
) -> HashSet<ObjectNo> {
    let below = |tree: &ObjectNo| {
        let names = notes.names.get(tree).cloned().unwrap_or_default();
        names
            .into_iter()
            .filter(|name| notes.names.contains_key(name))
    };
    let mut candidates = HashSet::new();
    let mut open: Vec<ObjectNo> = moved.keys().copied().collect();
    while let Some(tree) = open.pop() {
        if candidates.insert(tree) {
            open.extend(below(&tree));
        }
    }
    let in_commits = metas.iter().filter(|meta| meta.kind != Kind::Tree);
    let in_commits = in_commits.flat_map(|meta| meta.names.iter().copied());
    let in_refs = repo
        .refs()
        .iter()
        .filter_map(|r| repo.table().find(&r.target));
    let mut kept: Vec<ObjectNo> = in_commits
        .chain(in_refs)
        .filter(|tree| !moved.contains_key(tree))
        .collect();
    let is_held = |tree: &ObjectNo| holders(*tree).any(|holder| !candidates.contains(&holder));
    kept.extend(candidates.iter().copied().filter(is_held));
    kept.extend(&notes.others);
    while let Some(tree) = kept.pop() {
        if candidates.remove(&tree) {
            kept.extend(below(&tree));
        }
    }
    candidates
}
