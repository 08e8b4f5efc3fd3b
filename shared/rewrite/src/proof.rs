//! The proof: reads source and result anew and accounts for every object of both. Shares no code with the rewriter but the reading of
//! objects and their hashes; in particular it replaces values in its own, plain way.
//!
//! 1. Every object of the result is what its id says, and holds no value.
//! 2. Every object of the source is in the result: as it was, or as what the plain way makes of it.
//! 3. The result has nothing else.
//! 4. Every ref and HEAD name what they named, or what that became.

mod lines;
mod plain;
mod result;
mod source;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use domain::{Carrier, Watch};
use git::{Head, KindSet, ObjectId, ObjectNo, Repository, WalkFailure, WalkOptions};

use crate::plan::Residue;
use crate::{CleanOptions, Replacement, RewriteError};
use plain::Plain;

/// What the proof found. Made only if nothing speaks against the result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// Objects of the result, each hashed and searched.
    pub(crate) objects: u64,
    /// Bytes of them.
    pub(crate) bytes: u64,
    /// Objects of the source that are in the result as they were.
    pub(crate) unchanged: u64,
    /// Objects of the source that are in the result as something else.
    pub(crate) replaced: u64,
    /// Values that stay in names.
    pub(crate) residue: Vec<Residue>,
}

/// How many reasons against a result are listed.
const MAX_REASONS: usize = 20;

/// What speaks against the result.
type Reasons = Vec<String>;

/// Both repositories, and what is between them.
struct Sides<'a> {
    source: &'a Repository,
    result: &'a Repository,
    plain: &'a Plain,
    new_ids: &'a HashMap<ObjectNo, ObjectId>,
    options: &'a CleanOptions,
    watch: &'a dyn Watch,
}

impl Sides<'_> {
    /// What an object of the source became; none if it stayed.
    fn new_id(&self, old: &ObjectId) -> Option<ObjectId> {
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
        }
    }
}

/// Proves that the repository at `result` is `source` without the values.
pub(crate) fn prove(
    source: &Repository,
    result: &Path,
    replacements: &[Replacement],
    new_ids: &HashMap<ObjectNo, ObjectId>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Proof, RewriteError> {
    let sides = Sides {
        source,
        result: &Repository::open(result)?,
        plain: &Plain::new(replacements),
        new_ids,
        options,
        watch,
    };
    let (mut proof, mut reasons) = (Proof::default(), Reasons::new());
    result::check(&sides, &mut proof, &mut reasons)?;
    source::check(&sides, &mut proof, &mut reasons)?;
    check_refs(&sides, &mut proof, &mut reasons);
    if reasons.is_empty() {
        proof.residue.sort_by(|a, b| a.object_id.cmp(&b.object_id));
        return Ok(proof);
    }
    reasons.truncate(MAX_REASONS);
    Err(RewriteError::NotProven { reasons })
}

/// Every ref and HEAD name what they named, or what that became.
fn check_refs(sides: &Sides<'_>, proof: &mut Proof, reasons: &mut Reasons) {
    let became = |id: &ObjectId| sides.new_id(id).unwrap_or(*id);
    let source = sides.source.refs().iter();
    let expected = source.map(|r| (r.name.as_str(), became(&r.target)));
    let found = sides.result.refs().iter();
    if !expected.eq(found.map(|r| (r.name.as_str(), r.target))) {
        reasons.push("the refs of the result are not those of the source".to_owned());
    }
    let head = match sides.source.head() {
        Head::Branch(name) => Head::Branch(name.clone()),
        Head::Detached(id) => Head::Detached(became(id)),
    };
    if *sides.result.head() != head {
        reasons.push("HEAD is not what it should be".to_owned());
    }
    let refs = sides.result.refs().iter();
    let named = refs.filter(|r| sides.plain.is_in(r.name.as_bytes()));
    proof.residue.extend(named.map(|r| Residue {
        carrier: Carrier::RefName,
        object_id: r.target.to_string(),
    }));
}

fn unreadable(failure: &WalkFailure) -> String {
    format!("object {} cannot be read: {}", failure.id, failure.reason)
}
