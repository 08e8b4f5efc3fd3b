//! A tree of notes with the notes at the new ids of what they are about.

use std::collections::{BTreeMap, HashMap};

use git::{GitError, Kind, ObjectId, ObjectNo, Repository, TreeEntry, WalkOptions, tree_entries};

use super::{Role, role};
use crate::folders::Folder;
use crate::removal::{Fate, PlaceNo};

/// Entries by folder (`ab/cd/`).
type Folders = BTreeMap<Vec<u8>, Vec<Entry>>;

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    mode: Vec<u8>,
    name: Vec<u8>,
    id: Vec<u8>,
}

/// A note that moves.
struct Moving {
    /// Where it was.
    from: Vec<u8>,
    /// What it is about now.
    about: ObjectId,
    entry: Entry,
}

/// The new tree and those below it (by id), and how many notes moved; none if none does.
pub(crate) fn move_notes(folder: &Folder<'_>, root: ObjectNo) -> Result<Option<Moved>, GitError> {
    let mut sorting = Sorting {
        folder,
        folders: Folders::new(),
        moving: Vec::new(),
    };
    sorting.look(root, folder.removed.root(root), &[], &[])?;
    let Sorting {
        mut folders,
        mut moving,
        ..
    } = sorting;
    if moving.is_empty() {
        return Ok(None);
    }
    let notes = moving.len() as u64;
    moving.sort_by(|a, b| a.from.cmp(&b.from));
    for note in moving {
        place(&mut folders, &note);
    }
    let (root, trees) = build(folder.repo, folders);
    Ok(Some(Moved { root, trees, notes }))
}

/// What became of a tree of notes.
pub(crate) struct Moved {
    /// Its new id.
    pub(crate) root: ObjectId,
    /// The contents of it and of those below it.
    pub(crate) trees: HashMap<ObjectId, Vec<u8>>,
    /// How many notes moved.
    pub(crate) notes: u64,
}

/// Takes a tree of notes apart into what stays where it is and what moves.
struct Sorting<'a> {
    folder: &'a Folder<'a>,
    folders: Folders,
    moving: Vec<Moving>,
}

impl Sorting<'_> {
    fn look(
        &mut self,
        tree: ObjectNo,
        place: PlaceNo,
        path: &[u8],
        digits: &[u8],
    ) -> Result<(), GitError> {
        let repo = self.folder.repo;
        let data = repo
            .read(tree, WalkOptions::default().max_object_bytes)?
            .data;
        let removed = self.folder.removed;
        let fate = |entry: &TreeEntry<'_>| removed.fate(repo, place, entry);
        let entries = tree_entries(&data, repo.hash_kind()).flatten();
        let entries: Vec<TreeEntry<'_>> =
            entries.filter(|entry| fate(entry) != Fate::Gone).collect();
        let names = self.folder.names(&entries);
        for entry in &entries {
            let is = role(repo, self.folder.values, digits, entry);
            let child = repo.table().find_raw(entry.id);
            if let (Role::Folder(digits), Some(child)) = (&is, child) {
                let place = removed.below(place, entry.name);
                self.look(child, place, &[path, entry.name, b"/"].concat(), digits)?;
                continue;
            }
            let now = Entry {
                mode: entry.mode.to_vec(),
                name: names
                    .get(entry.name)
                    .map_or(entry.name, |(_, name)| name)
                    .to_vec(),
                id: match fate(entry) {
                    Fate::Becomes(id) => id.as_bytes().to_vec(),
                    Fate::Usual | Fate::Gone => {
                        let new = self.folder.new_id(entry);
                        new.map_or(entry.id, |id| id.as_bytes()).to_vec()
                    }
                },
            };
            let moves_to = |about: &ObjectId| {
                let about = repo.table().find(about)?;
                let root = self.folder.roots.get(&about);
                root.or_else(|| self.folder.new_ids.get(&about)).copied()
            };
            match is {
                Role::Note(about) if let Some(about) = moves_to(&about) => {
                    self.moving.push(Moving {
                        from: [path, entry.name].concat(),
                        about,
                        entry: now,
                    });
                }
                _ => self.folders.entry(path.to_vec()).or_default().push(now),
            }
        }
        Ok(())
    }
}

/// Puts a note where it belongs: as deep as it was. Where another note about the same object is already, it goes to another
/// depth: Git reads them as one.
fn place(folders: &mut Folders, note: &Moving) {
    let id = note.about.to_string();
    let own = memchr::memchr_iter(b'/', &note.from).count();
    let depths = std::iter::once(own).chain((0..id.len() / 2).filter(|depth| *depth != own));
    for depth in depths {
        let (digits, name) = id.split_at(depth * 2);
        let parts: Vec<&str> = digits
            .as_bytes()
            .chunks(2)
            .filter_map(|c| std::str::from_utf8(c).ok())
            .collect();
        let holds = |folder: &str, name: &str| {
            let entries = folders.get(folder.as_bytes());
            entries.is_some_and(|all| all.iter().any(|entry| entry.name == name.as_bytes()))
        };
        let above = |depth: usize| {
            let mut path = parts[..depth].join("/");
            path.extend((depth > 0).then_some('/'));
            path
        };
        let is_blocked = (0..depth).any(|at| holds(&above(at), parts[at]));
        let folder = above(depth);
        let entry = Entry {
            name: name.as_bytes().to_vec(),
            ..note.entry.clone()
        };
        if is_blocked {
            continue;
        }
        if !holds(&folder, name) {
            folders.entry(folder.into_bytes()).or_default().push(entry);
            return;
        }
        if folders
            .get(folder.as_bytes())
            .is_some_and(|all| all.contains(&entry))
        {
            return; // the same note is here
        }
    }
}

/// Writes the folders, the deepest first.
fn build(repo: &Repository, mut folders: Folders) -> (ObjectId, HashMap<ObjectId, Vec<u8>>) {
    let mut trees = HashMap::new();
    loop {
        let (path, mut entries) = folders.pop_last().unwrap_or_default();
        let order = |entry: &Entry| {
            let is_tree = entry.mode.iter().find(|digit| **digit != b'0') == Some(&b'4');
            [&entry.name[..], if is_tree { b"/" } else { b"" }].concat()
        };
        entries.sort_by_key(order);
        let bytes = entries
            .iter()
            .flat_map(|e| [&e.mode, &b" "[..], &e.name, b"\0", &e.id].concat());
        let data: Vec<u8> = bytes.collect();
        let id = repo.hash_kind().object_id(Kind::Tree, &data);
        trees.insert(id, data);
        let Some(above) = path.len().checked_sub(3) else {
            return (id, trees);
        };
        folders
            .entry(path[..above].to_vec())
            .or_default()
            .push(Entry {
                mode: b"40000".to_vec(),
                name: path[above..above + 2].to_vec(),
                id: id.as_bytes().to_vec(),
            });
    }
}
