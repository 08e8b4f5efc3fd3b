//! Trees that are compared: read once while they are at hand, their entries in order of name.

use std::collections::HashMap;
use std::rc::Rc;

use domain::Failure;
use git::{
    GitError, ObjectFinder, ObjectId, ObjectNo, Reader, Repository, TreeEntry, tree_entries,
};

use super::MISSING;

/// Trees of so many bytes are kept at hand.
const AT_HAND: usize = 8 << 20;

/// Bytes of an entry with a name of one character (mode, space, name, NUL, SHA-1).
const SHORTEST: usize = 29;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) object: ObjectNo,
    pub(super) is_tree: bool,
}

/// Reads trees. Those of neighbouring commits are mostly the same.
pub(super) struct Folders<'r> {
    repo: &'r Repository,
    reader: Reader<'r>,
    finder: ObjectFinder<'r>,
    at_hand: HashMap<ObjectNo, Rc<Folder>>,
    bytes: usize,
    /// What could not be read, each time that it was asked for.
    pub(super) failures: Vec<Failure>,
}

impl<'r> Folders<'r> {
    pub(super) fn new(reader: Reader<'r>) -> Self {
        let repo = reader.repo();
        Self {
            repo,
            reader,
            finder: repo.table().finder(),
            at_hand: HashMap::new(),
            bytes: 0,
            failures: Vec::new(),
        }
    }

    /// The entries of a tree. What is damaged or missing is noted.
    pub(super) fn of(&mut self, tree: ObjectNo) -> Result<Rc<Folder>, GitError> {
        let folder = match self.at_hand.get(&tree) {
            Some(folder) => Rc::clone(folder),
            None => self.read(tree)?,
        };
        self.failures.extend_from_slice(&folder.failures);
        Ok(folder)
    }

    fn read(&mut self, tree: ObjectNo) -> Result<Rc<Folder>, GitError> {
        let folder = Rc::new(self.folder(tree)?);
        self.bytes += folder.data.len();
        if self.bytes > AT_HAND {
            self.at_hand.clear();
            self.bytes = folder.data.len();
        }
        self.at_hand.insert(tree, Rc::clone(&folder));
        Ok(folder)
    }

    fn folder(&mut self, tree: ObjectNo) -> Result<Folder, GitError> {
        let (mut folder, id) = (Folder::default(), self.repo.id(tree));
        let data = match self.reader.read(tree) {
            Ok((_, data)) => data,
            Err(GitError::Stopped(stop)) => return Err(stop.into()),
            Err(_) => {
                folder.fail(id, "it cannot be read");
                return Ok(folder);
            }
        };
        let whole = tree_entries(&data, self.repo.hash_kind()).map_while(Result::ok);
        let mut end = 0;
        let whole = whole.inspect(|entry| end = entry.id_at + entry.id.len());
        let mut entries = Vec::with_capacity(data.len() / SHORTEST);
        entries.extend(whole.filter(|entry| !entry.is_submodule()));
        let found = self.finder.find_all(entries.iter().map(|entry| entry.id));
        folder.list(&entries, found);
        if end < data.len() {
            folder.fail(id, "a malformed tree");
        }
        folder.sort(&data);
        folder.data = data;
        Ok(folder)
    }
}

/// One tree, as far as it can be read.
#[derive(Default)]
pub(super) struct Folder {
    data: Rc<Vec<u8>>,
    /// In order of name; of several that have one name the last.
    entries: Vec<Entry>,
    failures: Vec<Failure>,
}

struct Entry {
    /// Where its name stands in the data.
    name: (usize, usize),
    item: Item,
}

impl Folder {
    /// Takes over `entries` of the folder's data, each of which is `found` where it is here.
    fn list(&mut self, entries: &[TreeEntry<'_>], found: &[Option<ObjectNo>]) {
        self.entries.reserve(entries.len());
        for (entry, object) in entries.iter().zip(found) {
            if let Some(object) = *object {
                let is_tree = entry.is_tree();
                // the NUL behind it stands right before the id
                let end = entry.id_at - 1;
                self.entries.push(Entry {
                    name: (end - entry.name.len(), end),
                    item: Item { object, is_tree },
                });
            } else if let Some(id) = ObjectId::from_bytes(entry.id) {
                self.fail(id, MISSING);
            }
        }
    }

    /// Brings the entries into order.
    fn sort(&mut self, data: &[u8]) {
        let name = |entry: &Entry| &data[entry.name.0..entry.name.1];
        self.entries
            .sort_by(|one, other| name(one).cmp(name(other)));
        self.entries.dedup_by(|later, earlier| {
            let is_same = name(later) == name(earlier);
            if is_same {
                earlier.item = later.item;
            }
            is_same
        });
    }

    fn fail(&mut self, id: ObjectId, reason: &str) {
        let (what, reason) = (id.to_string(), reason.to_owned());
        self.failures.push(Failure { what, reason });
    }

    /// Names and what they are, in order.
    pub(super) fn items(&self) -> impl Iterator<Item = (&[u8], Item)> {
        let entries = self.entries.iter();
        entries.map(|entry| (&self.data[entry.name.0..entry.name.1], entry.item))
    }

    /// Looks up names that come in order.
    pub(super) fn lookup(&self) -> Lookup<impl Iterator<Item = (&[u8], Item)>> {
        Lookup {
            items: self.items().peekable(),
        }
    }
}

/// Goes through the items of a folder beside another one.
pub(super) struct Lookup<I: Iterator> {
    items: std::iter::Peekable<I>,
}

impl<'f, I: Iterator<Item = (&'f [u8], Item)>> Lookup<I> {
    /// The item of this name; every name must come after those asked for before.
    pub(super) fn find(&mut self, name: &[u8]) -> Option<Item> {
        while self.items.next_if(|(other, _)| *other < name).is_some() {}
        let found = self.items.next_if(|(other, _)| *other == name);
        found.map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Entry, Folder, Item, Rc};

    proptest! {
        #[test]
        fn names_in_order_find_what_a_map_finds(
            has in prop::collection::btree_map("[a-d]{0,3}", any::<u32>(), 0..20),
            asked in prop::collection::btree_set("[a-d]{0,3}", 0..20),
        ) {
            let mut folder = Folder::default();
            let mut expected = BTreeMap::new();
            for (name, object) in &has {
                let item = Item { object: *object, is_tree: object % 2 == 0 };
                let start = folder.data.len();
                Rc::make_mut(&mut folder.data).extend_from_slice(name.as_bytes());
                folder.entries.push(Entry { name: (start, folder.data.len()), item });
                expected.insert(name.as_bytes(), item);
            }
            prop_assert!(folder.items().eq(expected.iter().map(|(name, item)| (*name, *item))));
            let mut lookup = folder.lookup();
            for name in &asked {
                prop_assert_eq!(lookup.find(name.as_bytes()), expected.get(name.as_bytes()).copied());
            }
        }
    }
}
