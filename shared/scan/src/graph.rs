//! The commits of a repository, in an order in which every parent comes before its children.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use git::{CommitView, ObjectId, ObjectNo, ObjectTable};

use crate::grouped::Grouped;

/// A commit as it was read: its tree and its parents, where they are here.
#[derive(Clone, Debug)]
pub(crate) struct RawCommit {
    pub(crate) object: ObjectNo,
    pub(crate) tree: Option<ObjectNo>,
    parents: Parents,
    pub(crate) time: i64,
}

/// Most commits have one parent.
#[derive(Clone, Debug)]
enum Parents {
    One(ObjectNo),
    Others(Box<[ObjectNo]>),
}

impl RawCommit {
    /// Parses a commit. Ids that it names and that are not in the table go to `missing`.
    pub(crate) fn parse(
        object: ObjectNo,
        data: &[u8],
        table: &ObjectTable,
        missing: &mut Vec<ObjectId>,
    ) -> Self {
        let view = CommitView::parse(data);
        let mut known = |id: &ObjectId| {
            let found = table.find(id);
            if found.is_none() {
                missing.push(*id);
            }
            found
        };
        let tree = view.tree.as_ref().and_then(&mut known);
        let parents = view.parents.iter().filter_map(known).collect();
        Self::new(object, tree, parents, view.commit_time)
    }

    pub(crate) fn new(
        object: ObjectNo,
        tree: Option<ObjectNo>,
        parents: Vec<ObjectNo>,
        time: i64,
    ) -> Self {
        Self {
            object,
            tree,
            parents: match parents[..] {
                [only] => Parents::One(only),
                _ => Parents::Others(parents.into()),
            },
            time,
        }
    }

    pub(crate) fn parents(&self) -> &[ObjectNo] {
        match &self.parents {
            Parents::One(parent) => std::slice::from_ref(parent),
            Parents::Others(parents) => parents,
        }
    }
}

/// A commit's place in [`Graph::commits`].
pub(crate) type Place = u32;

/// No place.
const NOWHERE: Place = Place::MAX;

/// One commit of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Commit {
    pub(crate) object: ObjectNo,
    /// None if it is missing.
    pub(crate) tree: Option<ObjectNo>,
}

/// All commits: parents first, then by commit time, then by id.
pub(crate) struct Graph {
    pub(crate) commits: Vec<Commit>,
    parents: Grouped,
    /// Object number → place, or [`NOWHERE`].
    places: Vec<Place>,
}

impl Graph {
    /// The graph of `raw`, the commits of a repository with so many `objects`.
    pub(crate) fn new(mut raw: Vec<RawCommit>, objects: u32) -> Self {
        raw.sort_unstable_by_key(|commit| commit.object);
        let mut places = vec![NOWHERE; objects as usize];
        for (at, commit) in (0..).zip(&raw) {
            places[commit.object as usize] = at;
        }
        let order = {
            let parents = grouped_parents(&raw, &places);
            let key = |at: Place| (raw[at as usize].time, raw[at as usize].object);
            parents_first(&parents, key)
        };
        raw = order.iter().map(|at| raw[*at as usize].clone()).collect();
        for (place, commit) in (0..).zip(&raw) {
            places[commit.object as usize] = place;
        }
        let parents = grouped_parents(&raw, &places);
        let commit = |commit: &RawCommit| Commit {
            object: commit.object,
            tree: commit.tree,
        };
        Self {
            commits: raw.iter().map(commit).collect(),
            parents,
            places,
        }
    }

    /// The places of all commits.
    pub(crate) fn all(&self) -> Range<Place> {
        // There are fewer objects than numbers for them.
        0..Place::try_from(self.commits.len()).unwrap_or(NOWHERE)
    }

    /// The parents of a commit that are here.
    pub(crate) fn parents(&self, place: Place) -> &[Place] {
        self.parents.of(place)
    }

    /// The place of a commit.
    pub(crate) fn place(&self, object: ObjectNo) -> Option<Place> {
        let place = self.places.get(object as usize).copied();
        place.filter(|place| *place != NOWHERE)
    }

    /// For each commit, whether one of `tips` reaches it.
    pub(crate) fn reachable(&self, tips: impl Iterator<Item = Place>) -> Vec<bool> {
        let mut reached = vec![false; self.commits.len()];
        tips.for_each(|tip| reached[tip as usize] = true);
        // Parents stand before their children: one pass from the back sees every child first.
        for place in self.all().rev() {
            if reached[place as usize] {
                let parents = self.parents(place).iter();
                parents.for_each(|parent| reached[*parent as usize] = true);
            }
        }
        reached
    }
}

/// For each commit the places of its parents.
fn grouped_parents(commits: &[RawCommit], places: &[Place]) -> Grouped {
    let pairs = || {
        let of = |(at, commit): (Place, &'_ RawCommit)| {
            let place = |parent: &ObjectNo| places[*parent as usize];
            let here = commit
                .parents()
                .iter()
                .map(place)
                .filter(|place| *place != NOWHERE);
            here.map(|place| (at, place)).collect::<Vec<_>>()
        };
        (0..).zip(commits).flat_map(of)
    };
    Grouped::new(Place::try_from(commits.len()).unwrap_or(NOWHERE), pairs)
}

/// An order of commits in which parents come before children and, among those that could come next, the smallest key.
fn parents_first<K: Ord>(parents: &Grouped, key: impl Fn(u32) -> K) -> Vec<u32> {
    let numbers = || 0..parents.count();
    let upwards =
        || numbers().flat_map(|at| parents.of(at).iter().map(move |parent| (*parent, at)));
    let children = Grouped::new(parents.count(), upwards);
    let mut waiting: Vec<usize> = numbers().map(|at| parents.of(at).len()).collect();
    let entry = |at: u32| Reverse((key(at), at));
    let free = numbers().filter(|at| parents.of(*at).is_empty());
    let mut ready: BinaryHeap<_> = free.map(entry).collect();
    let mut order = Vec::with_capacity(parents.count() as usize);
    while let Some(Reverse((_, at))) = ready.pop() {
        order.push(at);
        for child in children.of(at) {
            let open = &mut waiting[*child as usize];
            *open -= 1;
            if *open == 0 {
                ready.push(entry(*child));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::parents_first;
    use crate::grouped::Grouped;

    #[test]
    fn parents_come_first_and_the_rest_goes_by_key() {
        let pairs = [(0, 1), (0, 2), (1, 3), (2, 3)];
        let parents = Grouped::new(4, || pairs.into_iter());
        assert_eq!(parents_first(&parents, |at| at), [3, 1, 2, 0]);
        assert_eq!(parents_first(&parents, std::cmp::Reverse), [3, 2, 1, 0]);
    }
}
