//! A baseline: what is known and accepted, so that a scan tells only of what is new.
//!
//! An entry names a finding by its id, a value by a hash of it, or, where another tool's file gives no more, a place.
//! What an entry applies to is not a finding any more; it is counted, and the verdict is on the rest.

pub mod document;
mod matching;
mod place;

use domain::{Finding, FindingId, WorkspaceKey};
use git::Repository;
use serde::Serialize;

use crate::ScanReport;
use matching::Matching;
pub use place::Place;

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

/// What baselines took out of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    /// The findings, in the order of the report.
    pub findings: Vec<Suppressed>,
    /// What each baseline did, in the order in which they were given.
    pub accounts: Vec<Account>,
}

/// A finding that a baseline accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The baseline's file.
    pub file: String,
    /// Why it was accepted, if anyone said.
    pub reason: Option<String>,
}

/// What one baseline did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// What kind of thing suppressed the findings.
    pub by: &'static str,
    /// The file.
    pub file: String,
    /// How many findings it took out that no baseline before it had.
    pub findings: u64,
    /// How many of these it knew by their place, not by their value.
    pub approximate: u64,
    /// How many of its entries apply to nothing any more; unknown unless the whole history was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<u64>,
}

/// Takes what `baselines` accept out of `report`, whose ids were made with `key`, and says what. `is_whole`: the report is
/// on all of the history, so that an entry that applies to nothing is stale.
pub fn suppress(
    report: &mut ScanReport,
    repo: &Repository,
    key: &WorkspaceKey,
    baselines: &[Baseline],
    is_whole: bool,
) -> Suppression {
    let is_whole = is_whole && report.coverage.complete().is_ok();
    let (taken, mut accounts) = take(report, repo, key, baselines, is_whole);
    let mut findings = Vec::new();
    let mut kept = Vec::with_capacity(report.findings.len());
    for (finding, taken) in report.findings.drain(..).zip(taken) {
        let Some(taken) = taken else {
            kept.push(finding);
            continue;
        };
        let account = &mut accounts[taken.by];
        account.findings += 1;
        account.approximate += u64::from(!taken.is_exact);
        let (file, reason) = (account.file.clone(), taken.reason);
        findings.push(Suppressed {
            finding,
            file,
            reason,
        });
    }
    report.findings = kept;
    Suppression { findings, accounts }
}

/// Which baseline accepts a finding.
#[derive(Clone, Debug)]
struct Taken {
    by: usize,
    reason: Option<String>,
    /// Whether it is known by more than its place.
    is_exact: bool,
}

/// For each finding, the first baseline that accepts it; and for each baseline, how many entries apply to nothing.
fn take(
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
            by: "baseline",
            file: baseline.file.clone(),
            findings: 0,
            approximate: 0,
            stale: is_whole.then_some(stale),
        });
    }
    (all, accounts)
}
