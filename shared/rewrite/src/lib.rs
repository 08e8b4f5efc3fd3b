//! The engine that rewrites a history without chosen values, and proves that it did.
//!
//! # Model
//! Only what must change is written anew: the blobs that hold a value, the trees above them, the commits above those and all
//! their descendants, and the tags that name any of them. Every other object is copied as it is stored, delta and all; a commit
//! without a changed ancestor keeps its id and its signature. [`dry_run`] finds out what must change and what it becomes;
//! [`clean`] also writes it, as a new bare repository, and has it proven.
//!
//! # Invariants
//! - New ids depend on the objects and the values alone: not on threads, packs or time.
//! - The source is only read. The result appears at once, when it is whole and proven, or not at all.
//! - The proof shares no code with the rewriter but what reads objects and hashes them.
//! - What could not be cleaned is listed as residue, never passed over.

mod affected;
mod certificate;
mod checklist;
mod context;
mod deltas;
mod edits;
mod encoder;
mod error;
mod expressions;
mod finder;
mod folders;
mod forms;
mod levels;
mod likely;
mod mapping;
mod messages;
mod names;
mod notes;
mod packed;
mod papers;
mod parts;
mod paths;
mod plan;
mod proof;
mod reading;
mod removal;
mod replacement;
mod result;
mod spans;
mod staging;
mod text;
mod values;
mod verify;
mod wrapped;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::Watch;
use git::{FinishedPack, ObjectId, Pack, Repository};

pub use certificate::{
    Certificate, CertificateError, CertifiedRef, Issuer, ProofVerdict, SCHEMA, Signature, Signer,
    Substitute,
};
pub use checklist::{Rotation, checklist, pre_receive_hook, proposals};
pub use error::RewriteError;
pub use expressions::{ExpressionError, expressions};
pub use papers::{CERTIFICATE, CHECKLIST, HOOK, PAPERS, write_papers};
pub use paths::Paths;
pub use plan::{ChangedRef, Plan, Residue};
pub use removal::{FilePattern, FilePatternError, FileRemover, Removal, RemovalPlan, RemovedBy};
pub use replacement::{DEFAULT_REPLACEMENT, Pattern, Replacement};
pub use text::TextCleaner;
pub use verify::{Difference, Verification, verify};

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Values to remove.
    pub replacements: Vec<Replacement>,
    /// Regular expressions to replace, in order.
    pub patterns: Vec<Pattern>,
    /// Archives of the source in which whoever scanned it saw values that are to be removed. They stay there, and are named, as in
    /// archives in which the rewrite sees them itself.
    pub archives: BTreeSet<ObjectId>,
    /// Files to take out whole.
    pub removal: Removal,
}

impl From<Vec<Replacement>> for Request {
    fn from(replacements: Vec<Replacement>) -> Self {
        Self {
            replacements,
            ..Self::default()
        }
    }
}

/// How to work.
#[derive(Clone, Copy, Debug)]
pub struct CleanOptions {
    /// Threads; the result does not depend on it.
    pub threads: usize,
    /// Objects with more bytes are an error: a rewrite must see everything.
    pub max_object_bytes: u64,
    /// Leave ids of rewritten commits in messages as they are, though they name nothing any more.
    pub keep_message_ids: bool,
}

impl Default for CleanOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            max_object_bytes: 2 << 30,
            keep_message_ids: false,
        }
    }
}

/// What a rewrite made.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What changed.
    pub plan: Plan,
    /// The proof.
    pub certificate: Certificate,
    /// The result's one pack.
    pub pack: FinishedPack,
    /// Every changed commit and what it became.
    pub commits: BTreeMap<ObjectId, ObjectId>,
}

/// A rewritten and proven history beside the place that it is for. Dropped, it is gone.
pub struct Prepared {
    /// What was made.
    pub outcome: Outcome,
    staging: staging::Staging,
}

impl Prepared {
    /// Where it lies until it is published.
    pub fn folder(&self) -> &Path {
        self.staging.path()
    }

    /// Gives it its name, with all that lies in its folder, in one step.
    pub fn publish(self) -> Result<Outcome, RewriteError> {
        let Self { outcome, staging } = self;
        let pack = FinishedPack {
            path: staging.publish(&outcome.pack.path)?,
            ..outcome.pack
        };
        Ok(Outcome { pack, ..outcome })
    }
}

/// What a rewrite would change, and the paths of the files among that: the dry run.
pub fn dry_run(
    repo: &Repository,
    request: &Request,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<(Plan, Paths), RewriteError> {
    let values = values::Values::new(&request.replacements, &request.patterns)?;
    let wanted = (&values, &request.removal);
    let (mapping, _) = mapping::Mapping::new(repo, wanted, None, options, watch)?;
    let plan = plan::describe(repo, request, &values, &mapping);
    let paths = paths::changed(repo, &values, &mapping, options, watch)?;
    Ok((plan, paths))
}

/// Writes the rewritten history to `out` (which must not exist, or be an empty folder) and proves it.
pub fn clean(
    repo: &Repository,
    request: &Request,
    out: &Path,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Outcome, RewriteError> {
    prepare(repo, request, out, options, watch)?.publish()
}

/// The same up to the last step: what is to lie beside the result can be laid there before it has its name.
pub fn prepare(
    repo: &Repository,
    request: &Request,
    out: &Path,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Prepared, RewriteError> {
    let values = values::Values::new(&request.replacements, &request.patterns)?;
    let staging = staging::Staging::new(out)?;
    let prover = proof::Plain::new(&request.replacements, &request.patterns);
    let wanted = (&values, &request.removal);
    let (mapping, seen) = mapping::Mapping::new(repo, wanted, Some(&prover), options, watch)?;
    let plan = plan::describe(repo, request, &values, &mapping);
    let pack = result::write(repo, &mapping, staging.path(), options, watch)?;
    repo.packs().iter().for_each(Pack::release);
    let proof = proof::prove(
        repo,
        staging.path(),
        (request, &prover),
        &proof::Claim {
            new_ids: &mapping.new_ids,
            gone: &mapping.gone,
            seen: &seen,
        },
        options,
        watch,
    )?;
    let certificate =
        certificate::certify((&plan, &mapping), repo, (request, options), &pack, proof)?;
    Ok(Prepared {
        outcome: Outcome {
            plan,
            certificate,
            pack,
            commits: mapping.commits(repo),
        },
        staging,
    })
}
