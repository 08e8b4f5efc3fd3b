//! The engine that reads, writes and moves Git histories. Synchronous; knows no cloud and no clock.
//!
//! # Model
//! A repository is a set of *objects* (commits, trees, blobs, tags), each named by the hash of its
//! content, and a set of *refs* that name some of them. Objects lie in *packs*, most of them as
//! differences (*deltas*) from another object of the same pack, or *loose*, one file each.
//! [`Repository::open`] maps the packs into memory, gives every distinct object a number
//! ([`ObjectNo`], in order of id) and leaves the rest to three readers:
//!
//! - [`Repository::walk`] decodes every object once, a delta's base before the delta, on all cores;
//! - [`Repository::read`] decodes one object by following its chain of deltas;
//! - [`Pack`] gives the entries of a pack as they are stored, to be copied without decoding.
//!
//! # Invariants
//! - Nothing panics on data: sizes are checked against what could possibly follow before memory is
//!   taken, offsets before they are read.
//! - An object that cannot be decoded is reported, with everything built on it, and counted; the
//!   walk goes on.
//! - What a walk reports does not depend on the number of threads or on how objects are packed.
//!
//! # Example
//! ```no_run
//! use domain::Unwatched;
//! use git::{KindSet, Repository, Visit, Visitor, WalkOptions};
//!
//! #[derive(Default)]
//! struct Bytes(u64);
//! impl Visitor for Bytes {
//!     fn visit(&mut self, object: Visit<'_>) { self.0 += object.data.len() as u64; }
//!     fn failed(&mut self, failure: git::WalkFailure) { eprintln!("{}", failure.reason); }
//! }
//! let repository = Repository::open(".".as_ref())?;
//! let options = WalkOptions { kinds: KindSet::ALL, ..WalkOptions::default() };
//! let sum: u64 = repository.walk(&options, Bytes::default, &Unwatched)?.iter().map(|b| b.0).sum();
//! # Ok::<(), git::GitError>(())
//! ```

mod buffer;
pub mod bundle;
mod error;
mod hash;
mod inflate;
mod kind;
mod loose;
mod map;
mod object;
mod pack;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod reader;
mod refs;
pub mod remote;
mod repository;
pub mod revision;
pub mod staging;
mod table;
mod walk;

pub use error::GitError;
pub use hash::{HashKind, Hasher, ObjectId};
pub use inflate::{Deflater, Inflater};
pub use kind::{Kind, KindSet};
pub use object::{CommitView, Header, Headers, TreeEntry, person, tree_entries};
pub use pack::copies::{Copied, Copies};
pub use pack::entry::Base;
pub use pack::indexer::{PackSummary, index_pack};
pub use pack::writer::{FinishedPack, PackWriter};
pub use pack::{Pack, Rank};
pub use pack::{delta, difference};
pub use reader::Reader;
pub use refs::{Head, Ref, RefStore};
pub use repository::{Object, Repository};
pub use table::{ObjectFinder, ObjectNo, ObjectTable};
pub use walk::{FamilyVisitor, Visit, Visitor, WalkFailure, WalkOptions};
