//! Notes stay with what they are about: what each tree of notes must become, worked out from the list of all its paths.

use std::collections::{BTreeMap, HashMap, HashSet};

use git::{GitError, Headers, Kind, ObjectId, ObjectNo};

use super::Sides;
use super::trees::{Entry, entries, entries_now};

/// What the proof expects of notes.
#[derive(Default)]
pub(super) struct Notes {
    /// By a commit's old tree, if notes in it must move: the new one.
    pub(super) roots: HashMap<ObjectId, ObjectId>,
    /// Trees that may be in the result, since notes moved there.
    pub(super) made: HashSet<ObjectId>,
    /// Trees of the source that need not be in the result, since notes moved away.
    pub(super) may_go: HashSet<ObjectNo>,
}

impl Notes {
    /// Looks through every version of all notes of the source.
    pub(super) fn of(sides: &mut Sides<'_>) -> Result<Self, GitError> {
        let mut notes = Self::default();
        let (mut open, mut order) = (Vec::new(), Vec::new());
        let refs = sides.source.refs().iter();
        open.extend(
            refs.filter(|r| r.name.starts_with("refs/notes/"))
                .map(|r| r.target),
        );
        let mut seen = HashSet::new();
        while let Some(id) = open.pop() {
            let Some(object) = sides.source.find(&id)?.filter(|_| seen.insert(id)) else {
                continue;
            };
            let named = |name: &'static [u8]| {
                let headers = Headers::of(&object.data).filter(move |header| header.name == name);
                headers.filter_map(|header| ObjectId::from_hex(header.value))
            };
            if object.kind == Kind::Commit {
                open.extend(named(b"parent"));
                order.extend(named(b"tree"));
            }
        }
        // A note may be about a tree of notes: as often as something is learnt, look again.
        loop {
            let known = notes.roots.len();
            for tree in &order {
                if !notes.roots.contains_key(tree) {
                    notes.tree(sides, tree)?;
                }
            }
            if notes.roots.len() == known {
                return Ok(notes);
            }
            sides.roots.extend(&notes.roots);
        }
    }

    fn tree(&mut self, sides: &Sides<'_>, root: &ObjectId) -> Result<(), GitError> {
        let mut list = List {
            is_among_files: sides.removal.path_of_root(root).is_some(),
            ..List::default()
        };
        list.add(sides, root, "")?;
        if list.moving.is_empty() {
            return Ok(());
        }
        self.may_go.extend(&list.folders);
        let paths = list.settle();
        let all: Vec<(&[u8], &Entry)> = paths
            .iter()
            .flat_map(|(path, all)| all.iter().map(|entry| (path.as_slice(), entry)))
            .collect();
        let now = self.build(sides, &all);
        self.roots.insert(*root, now);
        Ok(())
    }

    /// Writes a tree of entries with these paths; keeps the ids of all that it is made of.
    fn build(&mut self, sides: &Sides<'_>, all: &[(&[u8], &Entry)]) -> ObjectId {
        let mut here: Vec<Entry> = Vec::new();
        let mut below: BTreeMap<&[u8], Vec<(&[u8], &Entry)>> = BTreeMap::new();
        for (path, entry) in all {
            match memchr::memchr(b'/', path) {
                Some(at) => below
                    .entry(&path[..at])
                    .or_default()
                    .push((&path[at + 1..], entry)),
                None => here.push(Entry {
                    name: (*path).into(),
                    ..(*entry).clone()
                }),
            }
        }
        for (name, all) in below {
            here.push(Entry {
                mode: b"40000"[..].into(),
                name: name.into(),
                id: self.build(sides, &all).as_bytes().to_vec().into(),
            });
        }
        here.sort_by_key(Entry::order);
        let mut data = Vec::new();
        here.iter().for_each(|entry| entry.write(&mut data));
        let id = sides.source.hash_kind().object_id(Kind::Tree, &data);
        self.made.insert(id);
        id
    }
}

/// The paths of a tree of notes.
#[derive(Default)]
struct List {
    /// What stays under its path.
    staying: BTreeMap<Vec<u8>, Vec<Entry<'static>>>,
    /// Old path, what the note is about now, the entry.
    moving: Vec<(Vec<u8>, String, Entry<'static>)>,
    folders: HashSet<ObjectNo>,
    /// Whether its paths can be meant as those of files.
    is_among_files: bool,
}

impl List {
    fn add(&mut self, sides: &Sides<'_>, tree: &ObjectId, above: &str) -> Result<(), GitError> {
        let width = sides.source.hash_kind().len();
        let Some(object) = sides.source.find(tree)? else {
            return Ok(());
        };
        self.folders.extend(sides.source.table().find(tree));
        let (old, _) = entries(&object.data, width);
        let here = above.trim_end_matches('/').as_bytes();
        let fates = sides
            .removal
            .fates(sides, self.is_among_files.then_some(here), &old);
        for (old, now) in old.iter().zip(entries_now(sides, &old, &fates)) {
            let Some(now) = now else { continue };
            let plain_name = std::str::from_utf8(&old.name).ok().filter(|name| {
                name.bytes().all(|byte| b"0123456789abcdef".contains(&byte)) && now.name == old.name
            });
            let name = plain_name.unwrap_or_default();
            let digits = above.replace('/', "") + name;
            let child =
                ObjectId::from_bytes(&old.id).filter(|id| sides.source.table().find(id).is_some());
            if name.len() == 2
                && old.is_tree()
                && digits.len() < width * 2
                && let Some(child) = child
            {
                self.add(sides, &child, &format!("{above}{name}/"))?;
                continue;
            }
            let is_note = !name.is_empty() && !old.is_tree() && digits.len() == width * 2;
            let about = ObjectId::from_hex(digits.as_bytes()).filter(|_| is_note);
            let path = [above.as_bytes(), &now.name].concat();
            let now = now.into_owned();
            match about.and_then(|about| sides.root_id(&about)) {
                Some(about) => self.moving.push((path, about.to_string(), now)),
                None => self.staying.entry(path).or_default().push(now),
            }
        }
        Ok(())
    }

    /// Gives every note its new path: in as many folders as it was, or, if another note is there, in the fewest others.
    fn settle(mut self) -> BTreeMap<Vec<u8>, Vec<Entry<'static>>> {
        self.moving.sort_by(|a, b| a.0.cmp(&b.0));
        for (old, about, entry) in self.moving {
            let own = old.split(|byte| *byte == b'/').count() - 1;
            let others = (0..about.len() / 2).filter(|folders| *folders != own);
            for folders in [own].into_iter().chain(others) {
                let cut = |at: usize| {
                    if at < folders {
                        format!("{}/", &about[at * 2..at * 2 + 2])
                    } else {
                        String::new()
                    }
                };
                let above: String = (0..folders).map(cut).collect();
                // A folder cannot be where a file is.
                if (1..=folders).any(|n| self.staying.contains_key(&above.as_bytes()[..n * 3 - 1]))
                {
                    continue;
                }
                let path = (above + &about[folders * 2..]).into_bytes();
                let there = self.staying.entry(path).or_default();
                let is_same = |other: &Entry| other.mode == entry.mode && other.id == entry.id;
                if there.is_empty() {
                    there.push(entry.clone());
                } else if !there.iter().any(is_same) {
                    continue;
                }
                break;
            }
        }
        self.staying
    }
}
