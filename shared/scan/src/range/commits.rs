//! The commits between two ends of a history, found without reading all of it.

use std::collections::{BinaryHeap, HashMap};

use domain::Failure;
use git::{CommitView, GitError, ObjectId, ObjectNo, Reader};

use super::MISSING;

/// How many commits older than all new ones are still followed, for clocks that went wrong.
const SLOP: usize = 64;

/// A commit on the way.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) tree: Option<ObjectNo>,
    pub(super) parents: Vec<ObjectNo>,
    /// Whether the old end reaches it.
    pub(super) is_old: bool,
    time: i64,
}

/// The commits that were met.
#[derive(Debug, Default)]
pub(super) struct Between {
    pub(super) commits: HashMap<ObjectNo, Commit>,
    pub(super) failures: Vec<Failure>,
    /// Those whose parents were not followed yet, by time.
    open: BinaryHeap<(i64, ObjectNo)>,
    /// How many of these are new.
    open_new: usize,
    oldest_new: i64,
}

impl Between {
    /// Walks back from both ends, always from the youngest commit, until everything left is old.
    pub(super) fn walk(
        reader: &mut Reader<'_>,
        old: &ObjectId,
        new: &ObjectId,
    ) -> Result<Self, GitError> {
        let mut between = Self {
            oldest_new: i64::MAX,
            ..Self::default()
        };
        between.meet(reader, old, true)?;
        between.meet(reader, new, false)?;
        let mut slop = SLOP;
        while let Some((time, object)) = between.open.pop() {
            let commit = &between.commits[&object];
            let is_old = commit.is_old;
            if between.open_new == 0 && time < between.oldest_new {
                slop -= 1;
                if slop == 0 {
                    break;
                }
            }
            if !is_old {
                between.open_new -= 1;
                between.oldest_new = between.oldest_new.min(time);
            }
            for parent in commit.parents.clone() {
                between.meet_parent(reader, parent, is_old)?;
            }
        }
        Ok(between)
    }

    /// New commits, the oldest first.
    pub(super) fn new_commits(&self) -> Vec<(ObjectNo, &Commit)> {
        let new = self.commits.iter().filter(|(_, commit)| !commit.is_old);
        let mut new: Vec<_> = new.map(|(object, commit)| (*object, commit)).collect();
        new.sort_unstable_by_key(|(object, commit)| (commit.time, *object));
        new
    }

    fn meet(
        &mut self,
        reader: &mut Reader<'_>,
        id: &ObjectId,
        is_old: bool,
    ) -> Result<(), GitError> {
        if let Some(object) = reader.repo().table().find(id) {
            return self.meet_parent(reader, object, is_old);
        }
        self.fail(id, MISSING);
        Ok(())
    }

    fn meet_parent(
        &mut self,
        reader: &mut Reader<'_>,
        object: ObjectNo,
        is_old: bool,
    ) -> Result<(), GitError> {
        if self.commits.contains_key(&object) {
            if is_old {
                self.make_old(object);
            }
            return Ok(());
        }
        let repo = reader.repo();
        let data = match reader.read(object) {
            Ok((_, data)) => data,
            Err(GitError::Stopped(stop)) => return Err(stop.into()),
            Err(_) => {
                self.fail(&repo.id(object), "it cannot be read");
                return Ok(());
            }
        };
        let view = CommitView::parse(&data);
        let mut known = |id: &ObjectId| {
            let found = repo.table().find(id);
            if found.is_none() && !is_old {
                self.fail(id, MISSING);
            }
            found
        };
        let commit = Commit {
            tree: view.tree.as_ref().and_then(&mut known),
            parents: view.parents.iter().filter_map(&mut known).collect(),
            is_old,
            time: view.commit_time,
        };
        self.open.push((commit.time, object));
        self.open_new += usize::from(!is_old);
        self.commits.insert(object, commit);
        Ok(())
    }

    /// What was taken for new is old, and so is all that it reaches.
    fn make_old(&mut self, object: ObjectNo) {
        let mut found = vec![object];
        while let Some(object) = found.pop() {
            let Some(commit) = self.commits.get_mut(&object) else {
                continue;
            };
            if !std::mem::replace(&mut commit.is_old, true) {
                found.extend_from_slice(&commit.parents);
            }
        }
        let new = |(_, object): &&(i64, ObjectNo)| !self.commits[object].is_old;
        self.open_new = self.open.iter().filter(new).count();
    }

    fn fail(&mut self, id: &ObjectId, reason: &str) {
        let (what, reason) = (id.to_string(), reason.to_owned());
        self.failures.push(Failure { what, reason });
    }
}
