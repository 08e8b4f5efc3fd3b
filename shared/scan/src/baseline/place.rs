//! A place in a file, as another tool tells of it, and what stands there.

use std::cell::RefCell;
use std::rc::Rc;

use git::{CommitView, ObjectId, Repository, tree_entries};
use sha2::{Digest as _, Sha256};

use super::Value;

/// A line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's path in the repository: the first of these that leads to something is meant.
    pub paths: Vec<String>,
    /// The line, from 1.
    pub line: u64,
    /// The commit; without one, the commit that HEAD names.
    pub commit: Option<String>,
}

/// The files of a history. The last one is kept at hand: other tools list their findings file by file.
pub(super) struct Files<'a> {
    repo: &'a Repository,
    last: RefCell<Option<Opened>>,
}

struct Opened {
    path: String,
    commit: Option<String>,
    data: Option<Rc<Vec<u8>>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(repo: &'a Repository) -> Self {
        let last = RefCell::new(None);
        Self { repo, last }
    }

    /// The line of the file at `path`. None where it cannot be read: then it holds nothing.
    pub(super) fn line(&self, path: &str, place: &Place) -> Option<Line> {
        let data = self.open(path, place.commit.as_ref())?;
        let (start, end) = bounds(&data, place.line)?;
        Some(Line { data, start, end })
    }

    fn open(&self, path: &str, commit: Option<&String>) -> Option<Rc<Vec<u8>>> {
        let mut last = self.last.borrow_mut();
        if let Some(opened) = &*last
            && opened.path == path
            && opened.commit.as_ref() == commit
        {
            return opened.data.clone();
        }
        let id = match commit {
            Some(id) => ObjectId::from_hex(id.as_bytes()),
            None => self.repo.ref_store().head_target(),
        };
        let data = id.and_then(|id| content(self.repo, id, path)).map(Rc::new);
        *last = Some(Opened {
            path: path.to_owned(),
            commit: commit.cloned(),
            data: data.clone(),
        });
        data
    }
}

/// A line, and the file behind it: a value may end further down.
pub(super) struct Line {
    data: Rc<Vec<u8>>,
    start: usize,
    end: usize,
}

/// Lines that are longer are not looked through: no hand wrote them.
const LONGEST_LINE: usize = 1 << 16;

impl Line {
    /// Whether `value` begins here.
    pub(super) fn holds(&self, value: &[u8]) -> bool {
        !self.beginnings(value).is_empty()
    }

    /// Whether `value` and `other` begin here and share bytes.
    pub(super) fn overlaps(&self, value: &[u8], other: &Value) -> bool {
        if self.end - self.start > LONGEST_LINE {
            return false;
        }
        let values = self.beginnings(value);
        let behind = |at: usize| at.saturating_add(other.length);
        let is_other = |at: usize| {
            let text = self.data.get(at..behind(at));
            text.is_some_and(|text| <[u8; 32]>::from(Sha256::digest(text)) == other.sha256)
        };
        let shares = |at: usize| {
            let mut values = values.iter();
            values.any(|start| at < start + value.len() && *start < behind(at))
        };
        // Only what would share bytes is worth a hash.
        (self.start..self.end).any(|at| shares(at) && is_other(at))
    }

    fn beginnings(&self, value: &[u8]) -> Vec<usize> {
        let reach = self.end.saturating_add(value.len()).min(self.data.len());
        let found = memchr::memmem::find_iter(&self.data[self.start..reach], value);
        let found = found.map(|at| self.start + at);
        found.filter(|at| *at < self.end).collect()
    }
}

/// Where a line begins, and where the next one does.
fn bounds(data: &[u8], number: u64) -> Option<(usize, usize)> {
    let breaks = || memchr::memchr_iter(b'\n', data).map(|at| at + 1);
    let before = usize::try_from(number.checked_sub(1)?).ok()?;
    let start = match before.checked_sub(1) {
        None => 0,
        Some(nth) => breaks().nth(nth)?,
    };
    Some((start, breaks().nth(before).unwrap_or(data.len())))
}

/// What the file at `path` holds in a commit.
pub(crate) fn content(repo: &Repository, commit: ObjectId, path: &str) -> Option<Vec<u8>> {
    let read = |id: &ObjectId| repo.find(id).ok().flatten().map(|object| object.data);
    let mut data = read(&CommitView::parse(&read(&commit)?).tree?)?;
    for name in path.split('/') {
        let entry = tree_entries(&data, repo.hash_kind())
            .map_while(Result::ok)
            .find(|entry| entry.name == name.as_bytes() && !entry.is_submodule())?;
        data = read(&ObjectId::from_bytes(entry.id)?)?;
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn lines_are_counted_from_one() {
        let text = b"one\ntwo\nthree";
        assert_eq!(bounds(text, 1), Some((0, 4)));
        assert_eq!(bounds(text, 2), Some((4, 8)));
        assert_eq!(bounds(text, 3), Some((8, 13)));
        assert_eq!((bounds(text, 0), bounds(text, 4)), (None, None));
        assert_eq!(bounds(b"", 1), Some((0, 0)));
    }
}
