//! Which trees have what: millions of edges in a large history, of which few lead to something that matters. They are kept
//! tree by tree, in some five bytes each.

mod run;

use std::sync::Arc;

use git::ObjectNo;

use run::{HEAD, LINK, Run};

/// `parent` has an entry `name` that is `child`: a folder, or an object that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) parent: ObjectNo,
    pub(crate) child: ObjectNo,
    pub(crate) name: u32,
}

/// Edges, in parts: a list that grows as one has room for twice what it holds, and is there twice while it grows.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    parts: Vec<Part>,
}

/// Bytes of a part; more if one tree takes more.
const PART: usize = 1 << 18;

#[derive(Debug)]
struct Part {
    /// Runs, one after another.
    bytes: Vec<u8>,
    /// For each name that it has the number here, if it is another thread's.
    names: Option<Arc<[u32]>>,
}

impl Edges {
    /// Adds what a tree has, of which nothing is here yet.
    pub(crate) fn add(
        &mut self,
        parent: ObjectNo,
        links: impl ExactSizeIterator<Item = (ObjectNo, u32)> + Clone,
    ) {
        let most = HEAD + links.len() * LINK;
        let has_room =
            |part: &Part| part.names.is_none() && part.bytes.len() + most <= part.bytes.capacity();
        if !self.parts.last().is_some_and(has_room) {
            let bytes = Vec::with_capacity(most.max(PART));
            self.parts.push(Part { bytes, names: None });
        }
        if let Some(part) = self.parts.last_mut() {
            Run::write(parent, links, &mut part.bytes);
        }
    }

    /// Adds what another thread gathered, in whose names `numbers` are the numbers here.
    pub(crate) fn absorb(&mut self, other: Self, numbers: &[u32]) {
        let numbers: Arc<[u32]> = numbers.into();
        let here = |part: Part| Part {
            names: Some(match part.names {
                None => Arc::clone(&numbers),
                Some(names) => names.iter().map(|name| numbers[*name as usize]).collect(),
            }),
            ..part
        };
        self.parts.extend(other.parts.into_iter().map(here));
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Edge> {
        let runs = self
            .parts
            .iter()
            .flat_map(|part| part.runs().map(move |(_, run)| (part, run)));
        runs.flat_map(|(part, run)| {
            let parent = run.parent;
            part.links(run).map(move |(child, name)| Edge {
                parent,
                child,
                name,
            })
        })
    }

    /// The edges of each tree. `objects`: how many objects there are.
    pub(crate) fn by_tree(&self, objects: usize) -> ByTree<'_> {
        let mut starts = vec![NOWHERE; objects];
        for (number, part) in (0..).zip(&self.parts) {
            for (start, run) in part.runs() {
                let known = &mut starts[run.parent as usize];
                if *known == NOWHERE {
                    *known = (number, start);
                }
            }
        }
        ByTree {
            parts: &self.parts,
            starts,
        }
    }
}

impl Part {
    /// Each run and where it starts.
    fn runs(&self) -> impl Iterator<Item = (u32, Run<'_>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let run = Run::read(&self.bytes, at)?;
            let start = std::mem::replace(&mut at, run.end());
            // no tree has 4 GiB
            Some((u32::try_from(start).unwrap_or(u32::MAX), run))
        })
    }

    /// The links of a run: child and name.
    fn links<'e>(&'e self, run: Run<'e>) -> impl Iterator<Item = (ObjectNo, u32)> + use<'e> {
        run.map(|(child, name)| match &self.names {
            None => (child, name),
            Some(names) => (child, names[name as usize]),
        })
    }
}

/// Edges that can be asked for.
pub(crate) struct ByTree<'e> {
    parts: &'e [Part],
    /// For each object the part that has its edges, and where they start there.
    starts: Vec<(u32, u32)>,
}

/// In no part.
const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);

impl ByTree<'_> {
    /// Whether an object is a tree that has edges.
    pub(crate) fn has(&self, object: ObjectNo) -> bool {
        self.starts[object as usize] != NOWHERE
    }

    /// The trees that have edges, as they are kept.
    pub(crate) fn trees(&self) -> impl Iterator<Item = ObjectNo> + use<'_> {
        let runs = self.parts.iter().flat_map(Part::runs);
        runs.map(|(_, run)| run.parent)
    }

    /// What a tree has, without names.
    pub(crate) fn children(&self, tree: ObjectNo) -> impl Iterator<Item = ObjectNo> + use<'_> {
        let run = self.run(tree).into_iter();
        run.flat_map(|(_, run)| run.map(|(child, _)| child))
    }

    /// What a tree has: child and name.
    pub(crate) fn links(&self, tree: ObjectNo) -> impl Iterator<Item = (ObjectNo, u32)> + use<'_> {
        let run = self.run(tree).into_iter();
        run.flat_map(|(part, run)| part.links(run))
    }

    fn run(&self, tree: ObjectNo) -> Option<(&Part, Run<'_>)> {
        let (part, start) = self.starts[tree as usize];
        let part = self.parts.get(part as usize)?;
        Some((part, Run::read(&part.bytes, start as usize)?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Edges, PART};

    fn sorted(edges: &Edges) -> Vec<Edge> {
        let mut all: Vec<Edge> = edges.iter().collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn what_two_threads_gathered_is_one_list_and_found_by_tree() {
        let (mut one, mut other) = (Edges::default(), Edges::default());
        let trees = u32::try_from(PART / 50).unwrap();
        let links = |tree: u32| (0..30).map(move |at| (tree + at, at % 7));
        (0..trees).for_each(|tree| one.add(tree, links(tree)));
        other.add(trees + 1, [(5, 1), (7, 0), (trees, 1)].into_iter());
        assert!(one.parts.len() > 1);
        one.absorb(other, &[4, 70_000]);
        one.add(trees, [(8, 1)].into_iter());
        let edge = |parent, (child, name)| Edge {
            parent,
            child,
            name,
        };
        let mut expected: Vec<Edge> = (0..trees)
            .flat_map(|tree| links(tree).map(move |link| edge(tree, link)))
            .collect();
        expected.push(edge(trees, (8, 1)));
        let of_other = [(5, 70_000), (7, 4), (trees, 70_000)];
        expected.extend(of_other.map(|link| edge(trees + 1, link)));
        assert_eq!(sorted(&one), expected);
        let by_tree = one.by_tree(trees as usize + 3);
        for edges in expected.chunk_by(|one, next| one.parent == next.parent) {
            let tree = edges[0].parent;
            let links = edges.iter().map(|edge| (edge.child, edge.name));
            assert!(by_tree.has(tree) && by_tree.links(tree).eq(links));
            let children = edges.iter().map(|edge| edge.child);
            assert!(by_tree.children(tree).eq(children));
        }
        assert!(!by_tree.has(trees + 2) && by_tree.links(trees + 2).next().is_none());
    }
}
