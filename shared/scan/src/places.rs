//! Which of the objects that matter stand where in which tree.
//!
//! Works upwards from the objects that matter: only trees that hold one, however deep, are considered.
//! A tree's *content* is the sorted list of (path, object) in it; equal contents are stored once, so that
//! thousands of commits that do not touch a secret share one list. Most trees have what another one has, entry by entry: then
//! nothing is listed at all.

use std::collections::HashMap;
use std::rc::Rc;

use foldhash::fast::RandomState;
use git::ObjectNo;

use crate::names::{HERE, Paths};
use crate::trees::{ByTree, Edges};

/// One object at one path.
pub(crate) type Spot = (u32, ObjectNo);

/// The contents of trees. An object that matters contains itself.
pub(crate) struct Places {
    /// For each object the number of its content.
    of_tree: Vec<u32>,
    contents: Vec<Rc<[Spot]>>,
}

/// The number of the content that is empty.
const NOTHING: u32 = 0;

impl Places {
    /// From all edges of the second pass and the objects that matter.
    pub(crate) fn new(edges: &Edges, matters: &[bool], paths: &mut Paths) -> Self {
        let mut places = Self {
            of_tree: vec![NOTHING; matters.len()],
            contents: vec![Rc::from([])],
        };
        if !matters.contains(&true) {
            return places;
        }
        let edges = edges.by_tree(matters.len());
        // Numbers of contents, by what the entries of a tree have, and by what comes of that.
        let mut by_parts: HashMap<Box<[(u32, u32)]>, u32, RandomState> = HashMap::default();
        let mut by_spots: HashMap<Rc<[Spot]>, u32, RandomState> = HashMap::default();
        let mut parts = Vec::new();
        for object in Search::new(&edges, matters).children_first() {
            places.list_parts(object, &edges, matters, &mut parts);
            let known = by_parts.get(&parts[..]).copied();
            let number = known.unwrap_or_else(|| {
                let spots = places.spots(&parts, paths);
                let number = *by_spots.entry(spots).or_insert_with_key(|spots| {
                    places.contents.push(Rc::clone(spots));
                    number_of(places.contents.len() - 1)
                });
                by_parts.insert(parts[..].into(), number);
                number
            });
            places.of_tree[object as usize] = number;
        }
        places
    }

    /// What a tree holds.
    pub(crate) fn content(&self, tree: ObjectNo) -> Rc<[Spot]> {
        let number = self.of_tree.get(tree as usize).copied();
        Rc::clone(&self.contents[number.unwrap_or(NOTHING) as usize])
    }

    /// Of each entry of a tree that holds anything, its name and the number of what it holds; [`HERE`] and itself if the tree matters.
    fn list_parts(
        &self,
        tree: ObjectNo,
        edges: &ByTree<'_>,
        matters: &[bool],
        parts: &mut Vec<(u32, u32)>,
    ) {
        parts.clear();
        if matters[tree as usize] {
            parts.push((HERE, tree));
        }
        let held = edges
            .links(tree)
            .map(|(child, name)| (name, self.of_tree[child as usize]));
        parts.extend(held.filter(|(_, content)| *content != NOTHING));
    }

    /// The content that such parts make up.
    fn spots(&self, parts: &[(u32, u32)], paths: &mut Paths) -> Rc<[Spot]> {
        let mut spots = Vec::new();
        for &(name, part) in parts {
            if name == HERE {
                spots.push((HERE, part));
                continue;
            }
            let below = self.contents[part as usize].iter();
            spots.extend(below.map(|(rest, object)| (paths.number(name, *rest), *object)));
        }
        spots.sort_unstable();
        spots.dedup();
        spots.into()
    }
}

/// No history has so many contents as there are numbers: each is one of an object.
fn number_of(content: usize) -> u32 {
    u32::try_from(content).unwrap_or(NOTHING)
}

/// What is known of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// It is being looked at, or it leads to nothing that matters.
    Seen,
    /// It matters, or leads to what does.
    Relevant,
}

/// Looks for everything that matters or leads to it, depth first.
struct Search<'s> {
    edges: &'s ByTree<'s>,
    matters: &'s [bool],
    states: Vec<State>,
    /// What is relevant, every object before what holds it.
    order: Vec<ObjectNo>,
}

impl<'s> Search<'s> {
    fn new(edges: &'s ByTree<'s>, matters: &'s [bool]) -> Self {
        Self {
            edges,
            matters,
            states: vec![State::New; matters.len()],
            order: Vec::new(),
        }
    }

    /// Everything that matters, and the trees that hold it, however deep: every folder before what holds it.
    fn children_first(mut self) -> Vec<ObjectNo> {
        let matter = (0..).zip(self.matters).filter(|(_, matters)| **matters);
        let matter = matter.map(|(object, _)| object);
        // As they are kept: one version of a folder after the other, which have most of what they have in common.
        for object in matter.chain(self.edges.trees()) {
            if self.is_to_be_entered(object) {
                self.enter(object);
            }
        }
        self.order
    }

    /// Whether it is not known yet what this object, which may be a tree, leads to.
    fn is_to_be_entered(&self, object: ObjectNo) -> bool {
        let at = object as usize;
        self.states[at] == State::New && (self.matters[at] || self.edges.has(object))
    }

    /// Goes through all that is below an object.
    fn enter(&mut self, object: ObjectNo) {
        let mut open = vec![self.open(object)];
        while let Some(folder) = open.last_mut() {
            let mut next = None;
            for child in folder.children.by_ref() {
                if self.is_to_be_entered(child) {
                    next = Some(child);
                    break;
                }
                folder.is_relevant |= self.states[child as usize] == State::Relevant;
            }
            if let Some(child) = next {
                open.push(self.open(child));
                continue;
            }
            if folder.is_relevant {
                self.states[folder.object as usize] = State::Relevant;
                self.order.push(folder.object);
            }
            let is_relevant = folder.is_relevant;
            open.pop();
            if let Some(holder) = open.last_mut() {
                holder.is_relevant |= is_relevant;
            }
        }
    }

    fn open(&mut self, object: ObjectNo) -> Folder<impl Iterator<Item = ObjectNo> + use<'s>> {
        self.states[object as usize] = State::Seen;
        Folder {
            object,
            children: self.edges.children(object),
            is_relevant: self.matters[object as usize],
        }
    }
}

/// An object on the way down.
struct Folder<I> {
    object: ObjectNo,
    /// What is left to be looked at of what it has.
    children: I,
    is_relevant: bool,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Places;
    use crate::names::{HERE, Names, Paths};
    use crate::trees::Edges;

    /// For each object what it has (objects before it, by names), whether it matters, and a number that says nothing of these.
    fn some_trees() -> impl Strategy<Value = Vec<(Links, bool, u32)>> {
        let links = |object: u32| match object {
            0 => Just(Links::new()).boxed(),
            _ => prop::collection::vec((0..object, 0..4_u32), 0..5).boxed(),
        };
        (1..30_u32).prop_flat_map(move |count| {
            let objects: Vec<_> = (0..count).map(links).collect();
            let matter = prop::collection::vec(prop::bool::weighted(0.2), count as usize);
            let numbers = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
            (objects, matter, numbers).prop_map(|(objects, matter, numbers)| {
                let both = objects.into_iter().zip(matter).zip(numbers);
                both.map(|((links, matters), number)| (links, matters, number))
                    .collect()
            })
        })
    }

    type Links = Vec<(u32, u32)>;

    /// Every path that leads to something that matters, found by trying all.
    fn walk(objects: &[(Links, bool, u32)], object: u32) -> BTreeSet<(String, u32)> {
        let (links, matters, number) = &objects[object as usize];
        let mut found = BTreeSet::new();
        if *matters {
            found.insert((String::new(), *number));
        }
        for (child, name) in links {
            for (rest, below) in walk(objects, *child) {
                let path = format!("{name}/{rest}");
                found.insert((path.trim_end_matches('/').to_owned(), below));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn trees_hold_what_every_way_down_leads_to(objects in some_trees()) {
            let (mut edges, mut names, mut paths) = (Edges::default(), Names::default(), Paths::default());
            (0..4).for_each(|name| assert_eq!(names.number(name.to_string().as_bytes()), name));
            let mut all_matters = vec![false; objects.len()];
            for (links, matters, number) in &objects {
                let links = links.iter().map(|(child, name)| (objects[*child as usize].2, *name));
                edges.add(*number, links);
                all_matters[*number as usize] = *matters;
            }
            let places = Places::new(&edges, &all_matters, &mut paths);
            for (object, (.., number)) in (0..).zip(&objects) {
                let text = |path| if path == HERE { String::new() } else { paths.text(path, &names) };
                let content = places.content(*number);
                let held = content.iter().map(|(path, object)| (text(*path), *object));
                prop_assert_eq!(held.collect::<BTreeSet<_>>(), walk(&objects, object));
            }
        }
    }
}
