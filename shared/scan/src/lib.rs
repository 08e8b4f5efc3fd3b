//! The engine that finds secrets: rules as data, a matcher over bytes, and the scan of a whole history.
//!
//! # Model
//! A rule names keywords and a pattern. One automaton looks for the keywords of all rules in one pass
//! over an object; only around a hit is a rule's pattern run, and only then is the value judged.
//!
//! [`scan_history`] runs that over every object of a repository, each once, whatever number of commits share it. Git stores
//! most objects as differences from others, and the scan keeps the difference: what was copied from the base was seen in
//! the base, so only new bytes, and what reaches across their edges, are looked at.
//! Then it works *backwards* from the few objects that hold something: which trees hold them, at which
//! paths, which commits brought them there, which refs reach those. No commit is ever compared with another.
//!
//! # Invariants
//! - The report depends on objects, refs, rules and key: not on threads, packs or time.
//! - Every object is accounted for. What could not be searched makes the verdict `incomplete`.
//! - Values leave the engine only in [`ScanReport::values`]; what is shown of them elsewhere is a preview.

mod assemble;
mod attribution;
pub mod baseline;
mod decode;
mod document;
pub mod entropy;
mod graph;
mod grouped;
mod history;
mod hits;
mod mask;
pub mod matcher;
mod memory;
mod names;
pub mod placeholder;
mod places;
mod placing;
mod policy;
mod print;
mod range;
mod record;
mod report;
pub mod rules;
mod seek;
mod seeker;
mod spelling;
mod staged;
mod stretches;
pub mod suppress;
mod tips;
mod trees;

use ::archive;

pub use document::{LeftOut, RepositoryFacts, SCAN_SCHEMA, ScanDocument};
pub use history::{scan_history, scan_history_again, scan_range};
pub use matcher::{Candidate, Match, Matcher, Step, explain};
pub use placing::{LIKELY, placed};
pub use policy::{Policies, Prepared};
pub use range::Range;
pub use record::{Record, RecordError};
pub use report::{Marks, ScanError, ScanOptions, ScanReport};
pub use rules::{Example, Problem, Rule, RuleError, RuleSet, Screen};
pub use spelling::Spellings;
pub use staged::scan_staged;
