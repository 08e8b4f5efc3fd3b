//! Which of the objects that matter stand where in which tree.
//!
//! Works upwards from the objects that matter: only trees that hold one, however deep, are considered.
//! A tree's *content* is the sorted list of (path, object) in it; equal contents are stored once, so that
//! thousands of commits that do not touch a secret share one list.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use git::ObjectNo;

use crate::grouped::Grouped;
use crate::names::{HERE, Paths};
use crate::trees::{Edge, Edges};

/// One object at one path.
pub(crate) type Spot = (u32, ObjectNo);

/// The contents of trees. An object that matters contains itself.
pub(crate) struct Places {
    /// Only contents that are not empty.
    of_tree: HashMap<ObjectNo, Rc<[Spot]>>,
}

impl Places {
    /// From all edges of the second pass and the objects that matter.
    pub(crate) fn new(edges: &mut Edges, matters: &[bool], paths: &mut Paths) -> Self {
        keep_relevant(edges, matters);
        let edges = edges.sorted();
        let mut places = Self {
            of_tree: HashMap::new(),
        };
        let mut distinct = HashSet::new();
        for tree in children_first(edges, matters) {
            let content = places.content_of(tree, edges, matters, paths);
            if content.is_empty() {
                continue;
            }
            let shared = distinct.get(&content[..]).cloned().unwrap_or_else(|| {
                let shared: Rc<[Spot]> = content.into();
                distinct.insert(Rc::clone(&shared));
                shared
            });
            places.of_tree.insert(tree, shared);
        }
        places
    }

    /// What a tree holds.
    pub(crate) fn content(&self, tree: ObjectNo) -> Rc<[Spot]> {
        self.of_tree
            .get(&tree)
            .cloned()
            .unwrap_or_else(|| Rc::from([]))
    }

    fn content_of(
        &self,
        tree: ObjectNo,
        edges: &[Edge],
        matters: &[bool],
        paths: &mut Paths,
    ) -> Vec<Spot> {
        let mut content = Vec::new();
        if matters[tree as usize] {
            content.push((HERE, tree));
        }
        for edge in edges_of(edges, tree) {
            if let Some(below) = self.of_tree.get(&edge.child) {
                content.extend(
                    below
                        .iter()
                        .map(|(rest, object)| (paths.number(edge.name, *rest), *object)),
                );
            }
        }
        content.sort_unstable();
        content.dedup();
        content
    }
}

fn edges_of(edges: &[Edge], tree: ObjectNo) -> &[Edge] {
    let from = edges.partition_point(|edge| edge.parent < tree);
    let length = edges[from..].partition_point(|edge| edge.parent == tree);
    &edges[from..from + length]
}

/// Drops the edges that lead to nothing that matters.
fn keep_relevant(edges: &mut Edges, matters: &[bool]) {
    let holders = Grouped::new(u32::try_from(matters.len()).unwrap_or(u32::MAX), || {
        edges.iter().map(|edge| (edge.child, edge.parent))
    });
    let mut relevant = matters.to_vec();
    let mut open: Vec<ObjectNo> = all_that(matters).collect();
    while let Some(object) = open.pop() {
        for holder in holders.of(object) {
            if !std::mem::replace(&mut relevant[*holder as usize], true) {
                open.push(*holder);
            }
        }
    }
    edges.retain(|edge| relevant[edge.child as usize]);
}

/// The numbers of what `matters`.
fn all_that(matters: &[bool]) -> impl Iterator<Item = ObjectNo> {
    let numbered = (0..).zip(matters);
    numbered
        .filter(|(_, matters)| **matters)
        .map(|(object, _)| object)
}

/// The trees of all edges (and trees that matter themselves), every folder before what holds it.
fn children_first(edges: &[Edge], matters: &[bool]) -> Vec<ObjectNo> {
    let mut order = Vec::new();
    let mut done: HashSet<ObjectNo> = HashSet::new();
    let roots = edges.iter().map(|edge| edge.parent);
    for root in roots.chain(all_that(matters)) {
        let mut stack = vec![(root, false)];
        while let Some((tree, children_done)) = stack.pop() {
            if done.contains(&tree) {
                continue;
            }
            if children_done {
                done.insert(tree);
                order.push(tree);
                continue;
            }
            stack.push((tree, true));
            let open = edges_of(edges, tree)
                .iter()
                .filter(|edge| !done.contains(&edge.child));
            stack.extend(open.map(|edge| (edge.child, false)));
        }
    }
    order
}
