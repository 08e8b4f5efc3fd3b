//! A baseline: what is known and accepted, so that a scan tells only of what is new.
//!
//! An entry names a finding by its id, a value by a hash of it, or, where another tool's file gives no more, a place.
//! What an entry applies to is not a finding any more; it is counted, and the verdict is on the rest.

pub mod document;
mod matching;
mod place;

use domain::{FindingId, WorkspaceKey};
use git::Repository;

use crate::ScanReport;
use crate::suppress::{Account, Reason};
use matching::Matching;
pub use place::Place;
pub(crate) use place::content;

/// How an entry names what it accepts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// A finding, by its id in this workspace; where its value has several lines, also by a keyed hash of it without white space.
    Finding(FindingId, Option<String>),
    /// A value of another tool, which may have cut it out differently.
    Value(Value),
    /// A value by its SHA-1; or the SHA-1 of how it begins (a private key's first line, a token's `ghp`) and the place.
    Sha1([u8; 20], Place),
    /// Whatever stands there.
    Place(Place),
}

/// A value, known by its hash and by its place: another tool may take more or less of the same text for the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// The SHA-256 of the value, without white space around it.
    pub sha256: [u8; 32],
    /// How many bytes these are.
    pub length: usize,
    /// Where it stands.
    pub place: Place,
}

/// One thing that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What.
    pub known: Known,
    /// Why, in the words of the person who accepted it.
    pub reason: Option<String>,
}

impl From<Known> for Entry {
    fn from(known: Known) -> Self {
        let reason = None;
        Self { known, reason }
    }
}

/// The entries of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    file: String,
    entries: Vec<Entry>,
}

impl Baseline {
    /// The baseline that `file` holds; what it names twice counts once.
    pub fn new(file: impl Into<String>, mut entries: Vec<Entry>) -> Self {
        entries.sort();
        entries.dedup_by(|a, b| a.known == b.known);
        Self {
            file: file.into(),
            entries,
        }
    }

    /// How many things it accepts.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Which baseline accepts a finding.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// Its place among the baselines.
    pub(crate) by: usize,
    pub(crate) reason: Option<String>,
    /// Whether it is known by more than its place.
    pub(crate) is_exact: bool,
}

/// For each finding, the first baseline that accepts it; and an account for each baseline, without the findings yet.
/// `is_whole`: the report is on all of the history, so that an entry that applies to nothing is stale.
pub(crate) fn take(
    report: &ScanReport,
    repo: &Repository,
    key: &WorkspaceKey,
    baselines: &[Baseline],
    is_whole: bool,
) -> (Vec<Option<Taken>>, Vec<Account>) {
    let matching = Matching::new(report, repo, key);
    let mut all: Vec<Option<Taken>> = vec![None; report.findings.len()];
    let mut accounts = Vec::with_capacity(baselines.len());
    for (by, baseline) in baselines.iter().enumerate() {
        let mut stale = 0;
        for entry in &baseline.entries {
            let (found, is_exact) = matching.find(&entry.known);
            stale += u64::from(found.is_empty());
            for index in found {
                let reason = entry.reason.clone();
                let taken = all[index].get_or_insert(Taken {
                    by,
                    reason: None,
                    is_exact: false,
                });
                if taken.by == by {
                    taken.is_exact |= is_exact;
                    taken.reason = taken.reason.take().or(reason);
                }
            }
        }
        accounts.push(Account {
            file: Some(baseline.file.clone()),
            approximate: Some(0),
            stale: is_whole.then_some(stale),
            ..Account::of(Reason::Baseline)
        });
    }
    (all, accounts)
}
