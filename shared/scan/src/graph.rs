//! The commits of a repository, in an order in which every parent comes before its children.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use git::{CommitView, ObjectId, ObjectNo, ObjectTable};

/// A commit as it was read.
#[derive(Clone, Debug)]
pub(crate) struct RawCommit {
    object: ObjectNo,
    tree: Option<ObjectId>,
    parents: Vec<ObjectId>,
    time: i64,
}

impl RawCommit {
    pub(crate) fn parse(object: ObjectNo, data: &[u8]) -> Self {
        let view = CommitView::parse(data);
        Self {
            object,
            tree: view.tree,
            parents: view.parents,
            time: view.commit_time,
        }
    }
}

/// A commit's place in [`Graph::commits`].
pub(crate) type Place = u32;

/// One commit of the graph.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub(crate) object: ObjectNo,
    /// None if it is missing.
    pub(crate) tree: Option<ObjectNo>,
    /// Those that are here.
    pub(crate) parents: Vec<Place>,
}

/// All commits: parents first, then by commit time, then by id.
pub(crate) struct Graph {
    pub(crate) commits: Vec<Commit>,
    /// Object number → place, for commits.
    places: Vec<(ObjectNo, Place)>,
    /// Ids of trees and parents that commits name and that are not here.
    pub(crate) missing: Vec<ObjectId>,
}

impl Graph {
    pub(crate) fn new(mut raw: Vec<RawCommit>, table: &ObjectTable) -> Self {
        raw.sort_by_key(|commit| commit.object);
        let mut missing = Vec::new();
        let mut known = |id: &ObjectId| {
            let found = table.find(id);
            if found.is_none() {
                missing.push(*id);
            }
            found
        };
        let trees: Vec<_> = raw
            .iter()
            .map(|commit| commit.tree.as_ref().and_then(&mut known))
            .collect();
        let place_of = |object: ObjectNo| {
            raw.binary_search_by_key(&object, |commit| commit.object)
                .ok()
        };
        let parents: Vec<Vec<usize>> = raw
            .iter()
            .map(|commit| {
                commit
                    .parents
                    .iter()
                    .filter_map(&mut known)
                    .filter_map(place_of)
                    .collect()
            })
            .collect();
        let order = parents_first(&parents, |at| (raw[at].time, raw[at].object));
        let mut place = vec![0; raw.len()];
        for (to, from) in (0..).zip(&order) {
            place[*from] = to;
        }
        let commit = |at: &usize| Commit {
            object: raw[*at].object,
            tree: trees[*at],
            parents: parents[*at].iter().map(|parent| place[*parent]).collect(),
        };
        let commits = order.iter().map(commit).collect();
        let places = raw
            .iter()
            .zip(&place)
            .map(|(commit, place)| (commit.object, *place))
            .collect();
        Self {
            commits,
            places,
            missing,
        }
    }

    /// The place of a commit.
    pub(crate) fn place(&self, object: ObjectNo) -> Option<Place> {
        let at = self
            .places
            .binary_search_by_key(&object, |entry| entry.0)
            .ok()?;
        Some(self.places[at].1)
    }

    /// For each commit, whether one of `tips` reaches it.
    pub(crate) fn reachable(&self, tips: impl Iterator<Item = Place>) -> Vec<bool> {
        let mut reached = vec![false; self.commits.len()];
        tips.for_each(|tip| reached[tip as usize] = true);
        // Parents stand before their children: one pass from the back sees every child first.
        for (at, commit) in self.commits.iter().enumerate().rev() {
            if reached[at] {
                commit
                    .parents
                    .iter()
                    .for_each(|parent| reached[*parent as usize] = true);
            }
        }
        reached
    }
}

/// An order in which parents come before children and, among those that could come next, the smallest key.
fn parents_first<K: Ord>(parents: &[Vec<usize>], key: impl Fn(usize) -> K) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    for (child, list) in parents.iter().enumerate() {
        list.iter().for_each(|parent| children[*parent].push(child));
    }
    let entry = |at: usize| Reverse((key(at), at));
    let mut ready: BinaryHeap<_> = (0..parents.len())
        .filter(|at| waiting[*at] == 0)
        .map(entry)
        .collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        order.push(at);
        for child in &children[at] {
            waiting[*child] -= 1;
            if waiting[*child] == 0 {
                ready.push(entry(*child));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::parents_first;

    #[test]
    fn parents_come_first_and_the_rest_goes_by_key() {
        let parents = vec![vec![1, 2], vec![3], vec![3], vec![]];
        assert_eq!(parents_first(&parents, |at| at), [3, 1, 2, 0]);
        assert_eq!(parents_first(&parents, std::cmp::Reverse), [3, 2, 1, 0]);
    }
}
