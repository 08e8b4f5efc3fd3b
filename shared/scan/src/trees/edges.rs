//! Which trees have what: millions of edges in a large history, of which few lead to something that matters.

use git::ObjectNo;

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
    parts: Vec<Vec<Edge>>,
}

/// Edges of a part.
const PART: usize = 1 << 15;

impl Edges {
    pub(crate) fn push(&mut self, edge: Edge) {
        match self.parts.last_mut().filter(|part| part.len() < PART) {
            Some(part) => part.push(edge),
            None => self.parts.push(vec![edge]),
        }
    }

    /// Adds another thread's edges, in whose names `numbers` are the numbers here.
    pub(crate) fn absorb(&mut self, other: Self, numbers: &[u32]) {
        for mut part in other.parts {
            for edge in &mut part {
                edge.name = numbers[edge.name as usize];
            }
            self.parts.push(part);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Edge> {
        self.parts.iter().flatten()
    }

    /// Drops all others.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Edge) -> bool) {
        for part in &mut self.parts {
            part.retain(&keep);
            part.shrink_to_fit();
        }
    }

    /// All of them in order, each once.
    pub(crate) fn sorted(&mut self) -> &[Edge] {
        let mut all = std::mem::take(&mut self.parts).concat();
        all.sort_unstable();
        all.dedup();
        self.parts = vec![all];
        &self.parts[0]
    }
}

impl Extend<Edge> for Edges {
    fn extend<I: IntoIterator<Item = Edge>>(&mut self, edges: I) {
        edges.into_iter().for_each(|edge| self.push(edge));
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Edges, PART};

    fn edge(parent: usize, child: u32, name: u32) -> Edge {
        let parent = u32::try_from(parent).unwrap();
        Edge {
            parent,
            child,
            name,
        }
    }

    #[test]
    fn what_two_threads_gathered_is_one_list() {
        let (mut one, mut other) = (Edges::default(), Edges::default());
        one.extend((0..PART + 2).rev().map(|parent| edge(parent, 1, 0)));
        other.extend([edge(7, 1, 1), edge(3, 2, 0), edge(PART, 5, 0)]);
        one.absorb(other, &[4, 0]);
        assert_eq!(one.iter().count(), PART + 5);
        one.retain(|edge| edge.child != 5);
        let sorted = one.sorted();
        assert_eq!(sorted.len(), PART + 3, "one stood in both");
        assert!(sorted.is_sorted() && sorted.contains(&edge(3, 2, 4)));
    }
}
