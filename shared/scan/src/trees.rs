//! The second pass: which trees hold the objects that matter, and which names are secrets themselves.

mod edges;
mod known;

use domain::Carrier;
use git::{
    FamilyVisitor, HashKind, ObjectFinder, ObjectId, ObjectNo, Repository, TreeEntry, Visit,
    WalkFailure, tree_entries,
};

use crate::hits::{Gathered, HitVisitor, Searched};
use crate::names::Names;
use crate::{RuleSet, ScanOptions};
pub(crate) use edges::{ByTree, Edge, Edges};
use known::{Known, Near};

/// An entry that no tree before had at this place.
struct Fresh {
    at: usize,
    id_at: usize,
    is_tree: bool,
    name: u32,
}

/// What the second pass gathers.
pub(crate) struct TreePass<'r> {
    finder: ObjectFinder<'r>,
    hash: HashKind,
    /// Per object, whether an edge to it matters.
    matters: &'r [bool],
    hits: HitVisitor<'r>,
    by_delta: bool,
    /// Those of the tree that is being read.
    fresh: Vec<Fresh>,
    pub(crate) names: Names,
    /// For each of this thread's names whether the matcher found something in it.
    secret: Vec<bool>,
    pub(crate) edges: Edges,
    pub(crate) missing: Vec<ObjectId>,
    pub(crate) malformed: Vec<(ObjectNo, u64)>,
    pub(crate) searched: Searched,
    pub(crate) failures: Vec<WalkFailure>,
}

impl<'r> TreePass<'r> {
    pub(crate) fn new(
        repo: &'r Repository,
        matters: &'r [bool],
        rules: &'r RuleSet,
        options: &ScanOptions,
    ) -> Self {
        let table = repo.table();
        Self {
            finder: table.finder(),
            hash: repo.hash_kind(),
            matters,
            hits: HitVisitor::new(table, rules, &ScanOptions::IN_FULL),
            by_delta: options.by_delta,
            fresh: Vec::new(),
            names: Names::default(),
            secret: Vec::new(),
            edges: Edges::default(),
            missing: Vec::new(),
            malformed: Vec::new(),
            searched: Searched::new(options.remember),
            failures: Vec::new(),
        }
    }

    /// Matches in names, as hits of the trees that hold them.
    pub(crate) fn take_hits(&mut self) -> Gathered {
        std::mem::take(&mut self.hits.gathered)
    }

    /// Adds another thread's hits.
    pub(crate) fn absorb_hits(&mut self, hits: Gathered) {
        self.hits.gathered.absorb(hits);
    }

    /// Adds what another thread gathered, but for its hits.
    pub(crate) fn absorb(&mut self, other: Self) {
        let numbers = self.names.absorb(&other.names);
        self.edges.absorb(other.edges, &numbers);
        self.missing.extend(other.missing);
        self.malformed.extend(other.malformed);
        self.searched.absorb(other.searched);
        self.failures.extend(other.failures);
    }

    /// Reads the entries of a tree, but for those that are known from its base. False if it is malformed.
    fn read(&mut self, tree: &Visit<'_>, base: Option<&Known>, known: &mut Known) -> bool {
        let base = tree.shared(base).filter(|_| self.by_delta);
        let (mut at, mut near) = (0, Near::default());
        while at < tree.data.len() {
            let taken =
                base.and_then(|(base, copies)| known.take_over(at, base, copies, &mut near));
            if let Some(next) = taken {
                at = next;
                continue;
            }
            let Some(Ok(entry)) = tree_entries(&tree.data[at..], self.hash).next() else {
                return false;
            };
            known.start(at);
            self.look_at(&entry, at, known);
            at += entry.id_at + self.hash.len();
        }
        true
    }

    /// Looks at an entry that is new, but for what it leads to.
    fn look_at(&mut self, entry: &TreeEntry<'_>, at: usize, known: &mut Known) {
        let name = self.names.number(entry.name);
        if self.is_secret(name, entry.name) {
            known.name(at);
        }
        if !entry.is_submodule() {
            self.fresh.push(Fresh {
                at,
                id_at: at + entry.id_at,
                is_tree: entry.is_tree(),
                name,
            });
        }
    }

    /// Notes what the new entries of a tree lead to.
    fn follow(&mut self, tree: &[u8], known: &mut Known) {
        let length = self.hash.len();
        let id = |fresh: &Fresh| &tree[fresh.id_at..fresh.id_at + length];
        let found = self.finder.find_all(self.fresh.iter().map(id));
        for (fresh, child) in self.fresh.iter().zip(found) {
            match *child {
                None => self.missing.extend(ObjectId::from_bytes(id(fresh))),
                Some(child) if fresh.is_tree || self.matters[child as usize] => {
                    known.link(fresh.at, child, fresh.name);
                }
                Some(_) => {}
            }
        }
        self.fresh.clear();
        known.sort();
    }

    /// Whether a name, which has this number, is a secret, or has one in it.
    fn is_secret(&mut self, number: u32, name: &[u8]) -> bool {
        if self.secret.len() < self.names.len() {
            let found = self.hits.finds(name);
            self.secret.push(found);
        }
        self.secret[number as usize]
    }

    /// Notes what was found: the tree's links, and secrets in its names.
    fn note(&mut self, tree: &Visit<'_>, known: &Known) {
        self.searched.add(tree.no, tree.data.len());
        let parent = tree.no;
        let links = known.links().iter().map(|link| (link.child, link.name));
        self.edges.add(parent, links);
        for at in known.named() {
            if let Some(Ok(entry)) = tree_entries(&tree.data[at..], self.hash).next() {
                self.hits.look_at_name(parent, entry.name, Carrier::Path);
            }
        }
    }
}

impl FamilyVisitor for TreePass<'_> {
    /// The entries of a tree; none of a malformed one.
    type Kept = Option<Known>;

    fn visit_from(&mut self, tree: Visit<'_>, base: Option<&Self::Kept>) -> Self::Kept {
        let base = base.and_then(Option::as_ref);
        let mut known = Known::like(base);
        let is_whole = self.read(&tree, base, &mut known);
        self.follow(tree.data, &mut known);
        if !is_whole {
            self.malformed.push((tree.no, tree.data.len() as u64));
            return None;
        }
        self.note(&tree, &known);
        Some(known)
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failures.push(failure);
    }
}
