//! From objects back to history: which commit brought each object that matters to each of its paths, which
//! tips still hold it, and which refs reach it.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use git::ObjectNo;

use crate::graph::{Graph, Place};
use crate::places::{Places, Spot};
use crate::tips::Tip;

/// The history of the objects that matter.
pub(crate) struct Attribution {
    /// Spot → every commit whose tree has it and whose parents' trees do not; those that a ref reaches
    /// first, then in the order of the graph.
    introduced: BTreeMap<(ObjectNo, u32), Vec<Place>>,
    /// Spots in the tree of a branch's or tag's tip.
    in_tips: HashSet<Spot>,
    /// For each commit, whether a ref reaches it.
    pub(crate) reachable: Vec<bool>,
}

impl Attribution {
    pub(crate) fn new(graph: &Graph, places: &Places, tips: &[Tip]) -> Self {
        let reachable = graph.reachable(tips.iter().filter_map(|tip| tip.commit));
        let contents: Vec<Rc<[Spot]>> = graph
            .commits
            .iter()
            .map(|commit| {
                commit
                    .tree
                    .map_or_else(|| Rc::from([]), |tree| places.content(tree))
            })
            .collect();
        let mut introduced: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        for (place, own) in (0..).zip(&contents) {
            let parents = graph.parents(place).iter();
            let parents: Vec<_> = parents.map(|parent| &contents[*parent as usize]).collect();
            if own.is_empty() || parents.iter().any(|parent| Rc::ptr_eq(parent, own)) {
                continue;
            }
            let inherited = |spot: &Spot| {
                parents
                    .iter()
                    .any(|parent| parent.binary_search(spot).is_ok())
            };
            for (path, object) in own.iter().filter(|spot| !inherited(spot)) {
                introduced.entry((*object, *path)).or_default().push(place);
            }
        }
        for commits in introduced.values_mut() {
            commits.sort_by_key(|place| (!reachable[*place as usize], *place));
        }
        let mut in_tips = HashSet::new();
        for tip in tips.iter().filter(|tip| tip.is_branch_or_tag()) {
            let of_commit = tip.commit.map(|place| Rc::clone(&contents[place as usize]));
            let of_others = tip.direct.iter().map(|object| places.content(*object));
            of_commit
                .into_iter()
                .chain(of_others)
                .for_each(|content| in_tips.extend(content.iter().copied()));
        }
        Self {
            introduced,
            in_tips,
            reachable,
        }
    }

    /// Gives what no commit has the places where it is staged.
    pub(crate) fn add_staged(&mut self, spots: Vec<(ObjectNo, u32)>) {
        let is_nowhere = |spot: &(ObjectNo, u32)| self.spots(spot.0).next().is_none();
        let new: Vec<_> = spots.into_iter().filter(is_nowhere).collect();
        let new = new.into_iter().map(|spot| (spot, Vec::new()));
        self.introduced.extend(new);
    }

    /// Files that no commit has yet.
    pub(crate) fn of_files(spots: impl IntoIterator<Item = (ObjectNo, u32)>) -> Self {
        Self {
            introduced: spots.into_iter().map(|spot| (spot, Vec::new())).collect(),
            in_tips: HashSet::new(),
            reachable: Vec::new(),
        }
    }

    /// The paths that an object has had, with the commits that brought it there.
    pub(crate) fn spots(&self, object: ObjectNo) -> impl Iterator<Item = (u32, &[Place])> {
        self.introduced
            .range((object, 0)..=(object, u32::MAX))
            .map(|((_, path), commits)| (*path, &commits[..]))
    }

    /// Whether a tip holds the object at this path.
    pub(crate) fn is_in_tip(&self, path: u32, object: ObjectNo) -> bool {
        self.in_tips.contains(&(path, object))
    }
}

/// For each list of starting commits and objects, the numbers of the tips that reach one of them, in order.
pub(crate) fn reaching_tips(
    graph: &Graph,
    tips: &[Tip],
    places: &Places,
    starts: &[Start],
) -> Vec<Vec<usize>> {
    let mut reaching = vec![Vec::new(); starts.len()];
    // 64 starts at a time: one bit each, handed down from parents to children in one pass.
    for (batch, chunk) in starts.chunks(64).enumerate() {
        let mut masks = vec![0_u64; graph.commits.len()];
        for (bit, start) in chunk.iter().enumerate() {
            start
                .commits
                .iter()
                .for_each(|place| masks[*place as usize] |= 1 << bit);
        }
        for place in graph.all() {
            let parents = graph.parents(place).iter();
            masks[place as usize] |= parents.fold(0, |mask, parent| mask | masks[*parent as usize]);
        }
        for (number, tip) in tips.iter().enumerate() {
            let by_commit = tip.commit.map_or(0, |place| masks[place as usize]);
            for (bit, start) in chunk.iter().enumerate() {
                if by_commit >> bit & 1 == 1 || start.is_named_by(tip, places) {
                    reaching[batch * 64 + bit].push(number);
                }
            }
        }
    }
    reaching
}

/// Where one finding comes into the history.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// Commits that brought it in, or hold it in their message.
    pub(crate) commits: Vec<Place>,
    /// Objects that hold it.
    pub(crate) objects: HashSet<ObjectNo>,
}

impl Start {
    /// Whether the tip names the finding without a commit: a tag object, or a tag of a tree or blob.
    fn is_named_by(&self, tip: &Tip, places: &Places) -> bool {
        let holds = |object: &ObjectNo| {
            let inside = places.content(*object);
            self.objects.contains(object)
                || inside.iter().any(|spot| self.objects.contains(&spot.1))
        };
        tip.direct.iter().any(holds)
    }
}
