//! The proof: reads source and result anew and accounts for every object of both. Shares no code with the rewriter but the reading of
//! objects and their hashes; in particular it replaces values in its own, plain way.
//!
//! 1. Every object of the result is what its id says, or stored byte for byte as the source stores it; and holds no value. No path
//!    spells one.
//! 2. Every object of the source is in the result: as it was, or as what the plain way makes of it. Folders of notes may be
//!    gone, if the notes moved along with what they are about; files that were to be removed, and the folders above them, must be
//!    gone or something else at each path that they stood at. Nothing in the result names what is gone.
//! 3. The result has nothing else but the folders that such notes are in now, and what such folders became.
//! 4. Every ref and HEAD name what they named, or what that became; under its old name, or that without the values in it.

mod copied;
mod lines;
mod notes;
mod places;
pub(crate) mod plain;
mod refs;
mod removal;
mod result;
mod search;
mod source;
mod spans;
#[cfg(test)]
mod tests;
mod trees;
mod writings;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use domain::Watch;
use git::{KindSet, ObjectId, ObjectNo, Pack, Repository, WalkFailure, WalkOptions};

use crate::plan::Residue;
use crate::{CleanOptions, Request, RewriteError};
pub(crate) use places::Places;
pub(crate) use plain::Plain;
pub(crate) use search::{Search, Seen};

/// What the proof found. Made only if nothing speaks against the result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// Objects of the result, each searched, and hashed if it is not stored as in the source.
    pub(crate) objects: u64,
    /// Bytes of them.
    pub(crate) bytes: u64,
    /// Objects of the source that are in the result as they were.
    pub(crate) unchanged: u64,
    /// Objects of the source that are in the result as something else.
    pub(crate) replaced: u64,
    /// Objects of the source that are not in the result, each for a reason.
    pub(crate) gone: u64,
    /// Values that stay in names and archives.
    pub(crate) residue: Vec<Residue>,
    /// By reason: how many archives were not looked into to their end.
    pub(crate) unopened: BTreeMap<String, u64>,
}

/// How many reasons against a result are listed.
const MAX_REASONS: usize = 20;

/// What speaks against the result.
type Reasons = Vec<String>;

/// What the rewriter says: every changed object's new id, and which objects are not in the result. And what the proof saw itself
/// while the rewriter read the source.
pub(crate) struct Claim<'a> {
    pub(crate) new_ids: &'a HashMap<ObjectNo, ObjectId>,
    pub(crate) gone: &'a HashSet<ObjectNo>,
    pub(crate) seen: &'a Seen,
}

/// Both repositories, and what is between them.
struct Sides<'a> {
    source: &'a Repository,
    result: &'a Repository,
    plain: &'a Plain,
    new_ids: &'a HashMap<ObjectNo, ObjectId>,
    gone: &'a HashSet<ObjectNo>,
    seen: &'a Seen,
    /// What the tree of a commit must become, if that is not what it becomes elsewhere.
    roots: HashMap<ObjectId, ObjectId>,
    removal: removal::Removal,
    options: &'a CleanOptions,
    watch: &'a dyn Watch,
}

impl Sides<'_> {
    /// What an object of the source became that a commit, a tag or a ref names; none if it stayed.
    fn root_id(&self, old: &ObjectId) -> Option<ObjectId> {
        if let Some(root) = self.roots.get(old) {
            return Some(*root);
        }
        let object = self.source.table().find(old)?;
        self.new_ids.get(&object).copied()
    }

    fn walk<'w>(&self, only: Option<&'w [bool]>, phase: &'static str) -> WalkOptions<'w> {
        WalkOptions {
            kinds: KindSet::ALL,
            only,
            threads: self.options.threads,
            max_object_bytes: self.options.max_object_bytes,
            phase,
            ..WalkOptions::default()
        }
    }
}

/// Proves that the repository at `result` is `source` without the values.
pub(crate) fn prove(
    source: &Repository,
    result: &Path,
    (request, plain): (&Request, &Plain),
    claim: &Claim<'_>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Proof, RewriteError> {
    let mut sides = Sides {
        source,
        result: &Repository::open(result)?,
        plain,
        new_ids: claim.new_ids,
        gone: claim.gone,
        seen: claim.seen,
        roots: HashMap::new(),
        removal: removal::Removal::default(),
        options,
        watch,
    };
    // To open it, each entry was looked at.
    sides.result.packs().iter().for_each(Pack::release);
    let (mut proof, mut reasons) = (Proof::default(), Reasons::new());
    sides.removal = removal::Removal::of(&sides, request, &mut reasons)?;
    sides.roots = sides.removal.roots.clone();
    let notes = notes::Notes::of(&mut sides)?;
    result::check(&sides, &notes, &mut proof, &mut reasons)?;
    source::check(&sides, &notes, &mut proof, &mut reasons)?;
    refs::check(&sides, &mut proof, &mut reasons);
    archives(&sides, request, &mut proof);
    if reasons.is_empty() {
        proof.residue.sort_by(|a, b| a.object_id.cmp(&b.object_id));
        return Ok(proof);
    }
    reasons.truncate(MAX_REASONS);
    Err(RewriteError::NotProven { reasons })
}

/// What became of archives in which the proof saw values, or whoever scanned the source: they are not rewritten.
fn archives(sides: &Sides<'_>, request: &Request, proof: &mut Proof) {
    let (source, seen) = (sides.source, &sides.seen.archives);
    let old = seen.holding.iter().map(|archive| source.id(*archive));
    let all: BTreeSet<ObjectId> = old
        .chain(request.archives.iter().copied())
        .map(|old| sides.root_id(&old).unwrap_or(old))
        .collect();
    let here = all
        .iter()
        .filter(|id| sides.result.table().find(id).is_some());
    proof.residue.extend(here.map(Residue::in_archive));
    for (archive, reason) in &seen.unopened {
        if !sides.gone.contains(archive) {
            *proof
                .unopened
                .entry(reason.reason().to_owned())
                .or_default() += 1;
        }
    }
}

fn unreadable(failure: &WalkFailure) -> String {
    format!("object {} cannot be read: {}", failure.id, failure.reason)
}
