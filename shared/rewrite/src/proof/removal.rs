//! Files that are to go: what each folder must become at each path that it stands at, worked out from the roots downward; and that
//! what stands nowhere any more is not left behind.

mod paths;
mod sources;

use std::collections::{HashMap, HashSet};

use git::{Kind, ObjectId, ObjectNo, Visit};

use super::trees::{self, Entry, Fate};
use super::{Places, Reasons, Sides};
use crate::mapping::mask;
use crate::removal::Meant;
use crate::{Request, RewriteError};
use paths::Paths;

/// A folder, and the path that it stands at; none where nothing below can be meant by its path.
type Standing = (ObjectNo, Option<Vec<u8>>);

/// What the proof expects of the removal of files.
#[derive(Default)]
pub(super) struct Removal {
    paths: Paths,
    ids: HashSet<ObjectId>,
    limit: Option<u64>,
    /// Blobs that go wherever they stand.
    dropped: HashSet<ObjectNo>,
    /// Folders in or below which something may go, with their contents.
    touched: sources::Folders,
    /// What each becomes where it stands; none if nothing is left of it.
    becomes: HashMap<Standing, Option<ObjectId>>,
    /// By folder: all that it may be in the result.
    versions: HashMap<ObjectNo, HashSet<ObjectId>>,
    /// What stands at paths that go.
    taken: HashSet<ObjectNo>,
    /// The same with all below.
    below: HashSet<ObjectNo>,
    /// Trees of notes alone.
    of_notes: HashSet<ObjectId>,
    /// What folders become that something other than a folder names, or nothing.
    pub(super) roots: HashMap<ObjectId, ObjectId>,
    /// Every folder that the result may have after this.
    pub(super) made: HashSet<ObjectId>,
}

impl Removal {
    /// Works it out from the request and the source.
    pub(super) fn of(
        sides: &Sides<'_>,
        request: &Request,
        reasons: &mut Reasons,
    ) -> Result<Self, RewriteError> {
        if request.removal.is_empty() {
            return Ok(Self::default());
        }
        let ids = request
            .removal
            .files
            .iter()
            .filter_map(|file| match file.meant {
                Meant::Blob(id) => Some(id),
                Meant::Path { .. } => None,
            });
        let mut removal = Self {
            paths: Paths::new(&request.removal),
            ids: ids.collect(),
            limit: request.removal.larger_than,
            ..Self::default()
        };
        removal.dropped = removal.find_dropped(sides, reasons)?;
        let (touched, alone) = sources::touched(sides, &removal.paths, &removal.dropped, reasons)?;
        removal.touched = touched;
        let (named, of_notes) = sources::named(sides, reasons)?;
        removal.of_notes = of_notes;
        let alone = alone.into_iter().map(|tree| sides.source.id(tree));
        let roots: HashSet<ObjectId> = named.into_iter().chain(alone).collect();
        for root in roots {
            removal.add_root(sides, root);
        }
        removal.follow(sides, reasons)?;
        Ok(removal)
    }

    fn add_root(&mut self, sides: &Sides<'_>, root: ObjectId) {
        let tree = sides.source.table().find(&root);
        let Some(tree) = tree.filter(|tree| self.touched.contains_key(tree)) else {
            return;
        };
        let empty = sides.source.hash_kind().object_id(Kind::Tree, b"");
        let path = self.path_of_root(&root);
        let new = self
            .become_at(sides, tree, path.as_deref())
            .unwrap_or(empty);
        self.versions.entry(tree).or_default().insert(new);
        self.made.insert(new);
        self.roots.insert(root, new);
    }

    /// The path of a root: none in notes, where no path is meant.
    pub(super) fn path_of_root(&self, root: &ObjectId) -> Option<Vec<u8>> {
        (!self.of_notes.contains(root)).then(Vec::new)
    }

    /// Blobs that are not in the result, and must not be: too large, or meant by their ids, before or after values are replaced.
    fn find_dropped(
        &self,
        sides: &Sides<'_>,
        reasons: &mut Reasons,
    ) -> Result<HashSet<ObjectNo>, RewriteError> {
        if self.limit.is_none() && self.ids.is_empty() {
            return Ok(HashSet::new());
        }
        let only = mask(sides.source, sides.gone.iter().copied());
        let look = |blob: &Visit<'_>, found: &mut Vec<ObjectNo>| {
            let hash = sides.source.hash_kind();
            let now = sides
                .plain
                .file(blob.data, &Places::of(blob.data, sides.plain, None));
            let old = sides.source.id(blob.no);
            let is_meant = self.means(&old, blob.data.len() as u64)
                || self.means(&hash.object_id(Kind::Blob, &now), now.len() as u64);
            found.extend(is_meant.then_some(blob.no));
        };
        let found = sources::walk(sides, &[Kind::Blob], Some(&only), look, reasons)?;
        Ok(found.into_iter().collect())
    }

    /// Whether a blob has to go wherever it stands.
    pub(super) fn means(&self, id: &ObjectId, bytes: u64) -> bool {
        self.ids.contains(id) || self.limit.is_some_and(|limit| bytes > limit)
    }

    /// What a folder becomes at this path; none if nothing is left of it.
    fn become_at(
        &mut self,
        sides: &Sides<'_>,
        tree: ObjectNo,
        path: Option<&[u8]>,
    ) -> Option<ObjectId> {
        let Some(data) = self.touched.get(&tree).cloned() else {
            let usual = sides.new_ids.get(&tree).copied();
            return Some(usual.unwrap_or_else(|| sides.source.id(tree)));
        };
        let path = path.filter(|path| self.paths.reach_below(path));
        let standing = (tree, path.map(<[u8]>::to_vec));
        if let Some(known) = self.becomes.get(&standing) {
            return *known;
        }
        let hash = sides.source.hash_kind();
        let (old, rest) = trees::entries(&data, hash.len());
        for entry in &old {
            let path = path.map(|path| below(path, &entry.name));
            let Some(child) = child(sides, entry) else {
                continue;
            };
            if self.takes(path.as_deref(), entry) {
                self.taken.insert(child);
            } else if self.touched.contains_key(&child) {
                self.become_at(sides, child, path.as_deref());
            }
        }
        let new = trees::write(sides, &old, &self.fates(sides, path, &old), rest);
        let id = (!new.is_empty() || data.is_empty()).then(|| hash.object_id(Kind::Tree, &new));
        self.versions.entry(tree).or_default().extend(id);
        self.made.extend(id);
        self.becomes.insert(standing, id);
        id
    }

    fn takes(&self, path: Option<&[u8]>, entry: &Entry<'_>) -> bool {
        path.is_some_and(|path| self.paths.take(path, entry.is_tree()))
    }

    /// What becomes of the entries of a folder at this path. Folders below it were looked at before.
    pub(super) fn fates(
        &self,
        sides: &Sides<'_>,
        path: Option<&[u8]>,
        entries: &[Entry<'_>],
    ) -> Vec<Fate> {
        let fate = |entry: &Entry| {
            let path = path.map(|path| below(path, &entry.name));
            if self.takes(path.as_deref(), entry) {
                return Fate::Gone;
            }
            let Some(child) = child(sides, entry) else {
                return Fate::Usual;
            };
            if self.dropped.contains(&child) {
                return Fate::Gone;
            }
            let path = path.filter(|path| self.paths.reach_below(path));
            match self.becomes.get(&(child, path)) {
                Some(Some(id)) => Fate::Becomes(*id),
                Some(None) => Fate::Gone,
                None => Fate::Usual,
            }
        };
        entries.iter().map(fate).collect()
    }

    /// Follows what stands at paths that go to all below it.
    fn follow(&mut self, sides: &Sides<'_>, reasons: &mut Reasons) -> Result<(), RewriteError> {
        let width = sides.source.hash_kind().len();
        let mut level: Vec<ObjectNo> = self.taken.iter().copied().collect();
        while !level.is_empty() {
            self.below.extend(&level);
            let only = mask(sides.source, level);
            let look = |tree: &Visit<'_>, found: &mut Vec<ObjectNo>| {
                let entries = trees::entries(tree.data, width).0;
                found.extend(entries.iter().filter_map(|entry| child(sides, entry)));
            };
            level = sources::walk(sides, &[Kind::Tree], Some(&only), look, reasons)?;
            level.sort_unstable();
            level.dedup();
            level.retain(|object| !self.below.contains(object));
        }
        Ok(())
    }

    /// Whether a folder may become something else at each path.
    pub(super) fn touches(&self, object: ObjectNo) -> bool {
        self.touched.contains_key(&object)
    }

    /// Whether an object of the source need not be in the result.
    pub(super) fn may_lose(&self, object: ObjectNo) -> bool {
        self.dropped.contains(&object) || self.below.contains(&object) || self.touches(object)
    }

    /// Whether a folder may be this in the result: something that it becomes, or that another does if it stays.
    pub(super) fn allows(&self, tree: ObjectNo, own: &ObjectId, now: &ObjectId) -> bool {
        let versions = self.versions.get(&tree);
        versions.is_some_and(|all| all.contains(now)) || own == now && self.made.contains(own)
    }

    /// What stood at paths that went, or below, and is in the result: all of it must still be named there.
    pub(super) fn left(&self, sides: &Sides<'_>) -> HashSet<ObjectId> {
        let others: HashSet<&ObjectId> = sides.new_ids.values().collect();
        let left = self
            .below
            .iter()
            .filter(|one| !sides.new_ids.contains_key(one));
        let left = left.map(|one| sides.source.id(*one));
        let is_left = |id: &ObjectId| sides.result.table().find(id).is_some();
        left.filter(|id| is_left(id) && !others.contains(id))
            .collect()
    }
}

/// What an entry names here.
fn child(sides: &Sides<'_>, entry: &Entry<'_>) -> Option<ObjectNo> {
    let child = sides.source.table().find_raw(&entry.id);
    child.filter(|_| *entry.mode != *b"160000")
}

fn below(path: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
    [path, slash, name].concat()
}
