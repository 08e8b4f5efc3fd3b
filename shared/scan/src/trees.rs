//! The second pass: which trees hold the objects that matter, and which names are secrets themselves.

use std::collections::HashMap;

use domain::{Carrier, Tally};
use git::{HashKind, ObjectId, ObjectNo, ObjectTable, Visit, Visitor, WalkFailure, tree_entries};

use crate::hits::{Gathered, HitVisitor};
use crate::{RuleSet, names::Names};

/// `parent` has an entry `name` that is `child`: a folder, or an object that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) parent: ObjectNo,
    pub(crate) child: ObjectNo,
    pub(crate) name: u32,
}

/// What the second pass gathers.
pub(crate) struct TreePass<'r> {
    table: &'r ObjectTable,
    hash: HashKind,
    /// Per object, whether an edge to it matters.
    matters: &'r [bool],
    hits: HitVisitor<'r>,
    /// Names seen so far, and whether the matcher found something in them.
    seen: HashMap<Box<[u8]>, bool>,
    pub(crate) names: Names,
    pub(crate) edges: Vec<Edge>,
    pub(crate) missing: Vec<ObjectId>,
    pub(crate) malformed: Vec<(ObjectNo, u64)>,
    pub(crate) scanned: Tally,
    pub(crate) failures: Vec<WalkFailure>,
}

impl<'r> TreePass<'r> {
    pub(crate) fn new(
        table: &'r ObjectTable,
        hash: HashKind,
        matters: &'r [bool],
        rules: &'r RuleSet,
    ) -> Self {
        Self {
            table,
            hash,
            matters,
            hits: HitVisitor::new(rules),
            seen: HashMap::new(),
            names: Names::default(),
            edges: Vec::new(),
            missing: Vec::new(),
            malformed: Vec::new(),
            scanned: Tally::default(),
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
        let renamed = |edge: Edge| Edge {
            name: numbers[edge.name as usize],
            ..edge
        };
        self.edges.extend(other.edges.into_iter().map(renamed));
        self.missing.extend(other.missing);
        self.malformed.extend(other.malformed);
        self.scanned.merge(other.scanned);
        self.failures.extend(other.failures);
    }

    fn look_at_name(&mut self, tree: ObjectNo, name: &[u8]) {
        match self.seen.get(name) {
            Some(false) => {}
            Some(true) => self.hits.look(tree, name, |_| Carrier::Path),
            None => {
                let before = self.hits.gathered.hits.len();
                self.hits.look(tree, name, |_| Carrier::Path);
                let found = self.hits.gathered.hits.len() > before;
                self.seen.insert(name.into(), found);
            }
        }
    }
}

impl Visitor for TreePass<'_> {
    fn visit(&mut self, tree: Visit<'_>) {
        let bytes = tree.data.len() as u64;
        for entry in tree_entries(tree.data, self.hash) {
            let Ok(entry) = entry else {
                self.malformed.push((tree.no, bytes));
                return;
            };
            self.look_at_name(tree.no, entry.name);
            if entry.is_submodule() {
                continue;
            }
            match self.table.find_raw(entry.id) {
                None => self.missing.extend(ObjectId::from_bytes(entry.id)),
                Some(child) if entry.is_tree() || self.matters[child as usize] => {
                    let name = self.names.number(entry.name);
                    self.edges.push(Edge {
                        parent: tree.no,
                        child,
                        name,
                    });
                }
                Some(_) => {}
            }
        }
        self.scanned.add(bytes);
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failures.push(failure);
    }
}
