//! New entries of the result's pack: what changes, and what was a difference from that.
//!
//! Where the source has an object as a difference, it stays one, worked out without any search. Only where that difference is
//! large, and another object was written anew from the same base, is the one looked for that leads from that object.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use domain::Watch;
use git::{
    Deflater, FamilyVisitor, Kind, KindSet, ObjectNo, Rank, Repository, Visit, WalkFailure,
    difference,
};

use crate::edits::{self, Edit};
use crate::mapping::Mapping;
use crate::reading::{refuse, walk_options};
use crate::{CleanOptions, RewriteError, deltas};

/// Bytes of a difference from which on it is worth looking for a smaller one.
const LARGE: usize = 4 << 10;

/// Bytes of the largest object that is kept to build another on; the search takes as much memory again.
const KEPT: usize = 16 << 20;

/// How many objects may be built one on the other in a row where the source had them side by side. What Git itself makes.
const LONGEST: u8 = 50;

/// A new entry.
pub(crate) struct Payload {
    pub(crate) kind: Kind,
    /// The rank of the entry that it is a difference from.
    pub(crate) base: Option<Rank>,
    pub(crate) size: u64,
    pub(crate) data: Vec<u8>,
}

/// Makes new entries of all objects that are `needed`.
pub(crate) fn encode(
    repo: &Repository,
    mapping: &Mapping,
    dropped: &HashSet<ObjectNo>,
    needed: &[bool],
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<HashMap<ObjectNo, Payload>, RewriteError> {
    let walk = walk_options(options, KindSet::ALL, Some(needed), "encoding");
    let make = || Encoder {
        repo,
        mapping,
        dropped,
        deflater: Deflater::new(),
        made: Vec::new(),
        failure: None,
    };
    let mut payloads = HashMap::new();
    for encoder in repo.walk(&walk, make, watch)? {
        refuse(encoder.failure)?;
        payloads.extend(encoder.made);
    }
    Ok(payloads)
}

/// Whether the entry is written, and in the stretch of the new pack that comes from this pack.
pub(crate) fn is_beside(
    repo: &Repository,
    pack: usize,
    rank: Rank,
    dropped: &HashSet<ObjectNo>,
) -> bool {
    let object = repo.table().number(pack, rank);
    repo.table().home(object) == Some((pack, rank)) && !dropped.contains(&object)
}

/// The last object of those built on one base whose difference from it is large.
struct Sibling {
    rank: Rank,
    content: Vec<u8>,
    /// How many siblings it is built on, one on the other.
    depth: u8,
}

struct Encoder<'a> {
    repo: &'a Repository,
    mapping: &'a Mapping,
    dropped: &'a HashSet<ObjectNo>,
    deflater: Deflater,
    made: Vec<(ObjectNo, Payload)>,
    failure: Option<WalkFailure>,
}

impl Encoder<'_> {
    fn edits(&self, object: ObjectNo) -> &[Edit] {
        let edits = self.mapping.edits.get(&object);
        edits.map(Vec::as_slice).unwrap_or_default()
    }

    /// What the object becomes.
    fn content(&self, object: &Visit<'_>) -> Vec<u8> {
        match self.mapping.fresh.get(&object.no) {
            Some((_, fresh)) => fresh.clone(),
            None => edits::apply(object.data, self.edits(object.no), &self.mapping.new_ids),
        }
    }

    /// The object as a difference from what its base is now, if that is possible.
    fn as_delta(&self, object: &Visit<'_>) -> Option<(Rank, Vec<u8>)> {
        if self.mapping.fresh.contains_key(&object.no) {
            return None;
        }
        let (number, rank) = object.stored?;
        let base = self.repo.packs()[number].base(rank)?;
        // A base that comes later in the pack (named by id) cannot be named by distance.
        let usable = base < rank && is_beside(self.repo, number, base, self.dropped);
        let is_text = matches!(object.kind, Kind::Blob | Kind::Tree);
        let delta = object.delta.filter(|_| usable && is_text)?;
        let base_edits = self.edits(self.repo.table().number(number, base));
        let rebased = deltas::rebase(
            delta,
            object.data,
            base_edits,
            self.edits(object.no),
            &self.mapping.new_ids,
        )
        .ok()?;
        Some((base, rebased))
    }

    /// The smaller of two differences: this one, and that from the sibling before.
    fn smaller(
        &self,
        object: &Visit<'_>,
        own: (Rank, Vec<u8>),
        last: &RefCell<Option<Sibling>>,
    ) -> (Rank, Vec<u8>) {
        let is_worth_it = own.1.len() >= LARGE && object.data.len() <= KEPT;
        let Some((_, rank)) = object.stored.filter(|_| is_worth_it) else {
            return own;
        };
        let content = self.content(object);
        let mut last = last.borrow_mut();
        let from_sibling = last
            .as_ref()
            .filter(|sibling| sibling.depth < LONGEST && sibling.rank < rank)
            .and_then(|sibling| {
                let delta = difference::between(&sibling.content, &content)?;
                let is_smaller = delta.len() < own.1.len() / 2;
                is_smaller.then_some((sibling.depth + 1, (sibling.rank, delta)))
            });
        let (depth, chosen) = from_sibling.unwrap_or((0, own));
        *last = Some(Sibling {
            rank,
            content,
            depth,
        });
        chosen
    }
}

impl FamilyVisitor for Encoder<'_> {
    /// The last of the objects built on this one.
    type Kept = RefCell<Option<Sibling>>;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Self::Kept>) -> Self::Kept {
        let (base, content) = match (self.as_delta(&object), base) {
            (Some(own), Some(siblings)) => {
                let (base, delta) = self.smaller(&object, own, siblings);
                (Some(base), delta)
            }
            (Some((base, delta)), None) => (Some(base), delta),
            (None, _) => (None, self.content(&object)),
        };
        let payload = Payload {
            kind: object.kind,
            base,
            size: content.len() as u64,
            data: self.deflater.deflate(&content),
        };
        self.made.push((object.no, payload));
        RefCell::new(None)
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}
