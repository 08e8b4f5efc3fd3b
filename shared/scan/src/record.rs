//! What a scan searched, so that the next scan of the same history searches only what is new.
//!
//! A record lists the objects that were searched and hold nothing; what holds something is searched every time, so a record
//! has no trace of a secret. It knows the commits, and which trees lead to what holds something, because the way back
//! from an object to its commits is over all of them. It is good for the rules that it was made with, and as long as every
//! object that it knows is still there.

mod form;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::Tally;
use git::{ObjectNo, Repository};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::graph::RawCommit;
use crate::history::Scan;
use crate::hits::Gathered;
use crate::trees::{Edge, TreePass};
use crate::{RuleSet, ScanOptions};

pub use form::RecordError;

/// What a scan searched. Objects are named by their place in the list of ids.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What decides what is found.
    basis: String,
    /// The ids of all objects, in order, without gaps.
    ids: ByteBuf,
    /// For each object 0, or one more than its bytes if it was searched and holds nothing.
    searched: Vec<u64>,
    commits: Vec<CommitRow>,
    /// Parent, child, name.
    edges: Vec<(u32, u32, u32)>,
    names: Vec<ByteBuf>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} objects)", self.searched.len())
    }
}

/// Commit, tree, parents, time of commit.
type CommitRow = (u32, Option<u32>, Vec<u32>, i64);

fn basis(repo: &Repository, rules: &RuleSet, options: &ScanOptions) -> String {
    let (rules, hash) = (rules.fingerprint(), repo.hash_kind().name());
    format!("{rules} {hash} {}", options.max_object_bytes)
}

impl Record {
    /// The record of a scan that looked at everything.
    pub(crate) fn new(
        scan: &Scan<'_>,
        gathered: &Gathered,
        trees: &TreePass<'_>,
        commits: &[RawCommit],
        matters: &[bool],
    ) -> Self {
        let repo = scan.repo;
        let mut ids = Vec::new();
        (0..repo.object_count()).for_each(|no| ids.extend_from_slice(repo.id(no).as_bytes()));
        let mut searched = vec![0; matters.len()];
        let each = [&gathered.searched.each, &trees.searched.each];
        for (no, bytes) in each.into_iter().flatten().flatten() {
            searched[*no as usize] = bytes + 1;
        }
        // Tags are few: they are read every time instead of kept. Archives that were not opened are counted every time.
        let tags = gathered.tags.iter().map(|tag| tag.object);
        let unopened = gathered.unopened.iter().map(|(no, ..)| *no);
        let holders = (0..).zip(matters).filter(|(_, holds)| **holds);
        for no in tags.chain(unopened).chain(holders.map(|(no, _)| no)) {
            searched[no as usize] = 0;
        }
        let mut record = Self {
            basis: basis(repo, scan.rules, scan.options),
            ids: ByteBuf::from(ids),
            searched,
            commits: Vec::new(),
            edges: Vec::new(),
            names: Vec::new(),
        };
        record.add_commits(commits);
        record.add_edges(trees);
        record
    }

    fn holds_nothing(&self, object: u32) -> bool {
        self.searched[object as usize] > 0
    }

    fn add_commits(&mut self, commits: &[RawCommit]) {
        let kept = commits
            .iter()
            .filter(|commit| self.holds_nothing(commit.object));
        let row = |commit: &RawCommit| {
            let parents = commit.parents().to_vec();
            (commit.object, commit.tree, parents, commit.time)
        };
        self.commits = kept.map(row).collect();
        self.commits.sort_unstable();
    }

    /// Adds the edges of trees that are known; names are numbered in their order, so that the same scan makes the same record.
    fn add_edges(&mut self, trees: &TreePass<'_>) {
        let kept = trees
            .edges
            .iter()
            .filter(|edge| self.holds_nothing(edge.parent));
        let kept: Vec<(Edge, &[u8])> = kept
            .map(|edge| (edge, trees.names.name(edge.name)))
            .collect();
        let names: BTreeSet<&[u8]> = kept.iter().map(|(_, name)| *name).collect();
        let numbers: BTreeMap<&[u8], u32> = names.iter().copied().zip(0..).collect();
        let row = |(edge, name): &(Edge, &[u8])| (edge.parent, edge.child, numbers[name]);
        self.edges = kept.iter().map(row).collect();
        self.edges.sort_unstable();
        self.names = names.into_iter().map(ByteBuf::from).collect();
    }

    /// What is known of this repository; nothing if the record is of other rules, or of objects that are not here.
    pub(crate) fn of(
        &self,
        repo: &Repository,
        rules: &RuleSet,
        options: &ScanOptions,
    ) -> Option<Known> {
        if self.basis != basis(repo, rules, options) {
            return None;
        }
        let mut all = 0..repo.object_count();
        let ids = self.ids.chunks(repo.hash_kind().len());
        let number = |id: &[u8]| all.find(|no| repo.id(*no).as_bytes() == id);
        let numbers: Vec<ObjectNo> = ids.map(number).collect::<Option<_>>()?;
        let here = |object: &u32| numbers[*object as usize];
        let mut known = Known {
            searched: vec![0; repo.object_count() as usize],
            commits: Vec::with_capacity(self.commits.len()),
            edges: Vec::with_capacity(self.edges.len()),
            names: self.names.clone(),
        };
        for (object, size) in (0..).zip(&self.searched) {
            known.searched[here(&object) as usize] = *size;
        }
        for (object, tree, parents, time) in &self.commits {
            let parents = parents.iter().map(here).collect();
            let tree = tree.as_ref().map(here);
            known
                .commits
                .push(RawCommit::new(here(object), tree, parents, *time));
        }
        let edge = |(parent, child, name): &(u32, u32, u32)| Edge {
            parent: here(parent),
            child: here(child),
            name: *name,
        };
        known.edges.extend(self.edges.iter().map(edge));
        known.edges.sort_unstable();
        Some(known)
    }
}

/// A record, in the numbers of the repository that is scanned.
pub(crate) struct Known {
    searched: Vec<u64>,
    commits: Vec<RawCommit>,
    /// In order.
    edges: Vec<Edge>,
    names: Vec<ByteBuf>,
}

impl Known {
    /// The objects that must be searched.
    pub(crate) fn unknown(&self) -> Vec<bool> {
        self.searched.iter().map(|size| *size == 0).collect()
    }

    /// Adds what is known to what was found out.
    pub(crate) fn join(&self, gathered: &mut Gathered, trees: &mut TreePass<'_>) {
        let mut tally = Tally::default();
        let searched = (0..).zip(&self.searched).filter(|(_, size)| **size > 0);
        let each = searched.map(|(no, size)| (no, size - 1));
        let each: Vec<(ObjectNo, u64)> = each.inspect(|(_, bytes)| tally.add(*bytes)).collect();
        gathered.searched.absorb(crate::hits::Searched {
            tally,
            each: Some(each),
        });
        gathered.commits.extend(self.commits.iter().cloned());
        let numbers: Vec<u32> = self
            .names
            .iter()
            .map(|name| trees.names.number(name))
            .collect();
        for of_tree in self.edges.chunk_by(|one, next| one.parent == next.parent) {
            let link = |edge: &Edge| (edge.child, numbers[edge.name as usize]);
            trees.edges.add(of_tree[0].parent, of_tree.iter().map(link));
        }
    }
}
