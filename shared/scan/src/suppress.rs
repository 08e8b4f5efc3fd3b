//! What is found and not reported, because somebody said so: counted by reason, never silent.
//!
//! The engine finds everything; afterwards a finding is left out if it is of no interest as a whole (its rule, its confidence,
//! its id), if every one of its places is (its path, a mark beside it), or if a baseline accepts it.

mod ignore_file;
mod judge;
mod mark;
mod patterns;

use std::collections::BTreeSet;

use domain::{Finding, WorkspaceKey};
use git::Repository;
use jiff::civil::Date;
use serde::Serialize;

use crate::ScanReport;
use crate::baseline::{self, Baseline};
pub use ignore_file::{IGNORE_FILE, IgnoreFile};
use judge::Judge;
pub use mark::Mark;
pub use patterns::Patterns;

/// What is not to be reported.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// If there is any, findings of these rules alone are reported.
    pub only_rules: BTreeSet<String>,
    /// Findings of these rules are not reported.
    pub exclude_rules: BTreeSet<String>,
    /// Findings that are less sure are not reported.
    pub min_confidence: u8,
    /// What stands in such files is not reported.
    pub exclude_paths: Patterns,
    /// What the repository itself says.
    pub ignore_file: IgnoreFile,
    /// Whether marks beside values count.
    pub honours_marks: bool,
    /// The day on which this is: the engine knows no clock.
    pub today: Date,
}

/// By what a finding, or a place of one, was left out. The first that applies counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Only other rules were asked for.
    OnlyRule,
    /// The rule was excluded.
    ExcludedRule,
    /// It is less sure than what was asked for.
    Confidence,
    /// The path was excluded.
    ExcludedPath,
    /// A line of `.deployguardignore`.
    IgnoreFile,
    /// A mark `deployguard:ignore` beside the value.
    Mark,
    /// A baseline accepts it.
    Baseline,
}

/// What was left out of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    /// The findings, in the order of the report.
    pub findings: Vec<Suppressed>,
    /// How much each reason, and each baseline, left out.
    pub accounts: Vec<Account>,
    /// What does not suppress any more, since its day is over.
    pub expired: Vec<Expired>,
    /// What was meant to suppress and cannot be understood.
    pub faults: Vec<String>,
}

/// A finding that is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// By what.
    pub by: Reason,
    /// The baseline's or the ignore file's name.
    pub file: Option<String>,
    /// Why, if anyone said.
    pub reason: Option<String>,
}

/// What one reason, or one baseline, did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The reason.
    pub by: Reason,
    /// The baseline's or the ignore file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How many findings it took out that nothing before it had.
    pub findings: u64,
    /// How many places it means of findings that are reported all the same, since they stand elsewhere too.
    #[serde(skip_serializing_if = "is_zero")]
    pub places: u64,
    /// How many of the findings a baseline knew by their place, not by their value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approximate: Option<u64>,
    /// How many entries of a baseline, or lines of the ignore file, apply to nothing any more; unknown unless the whole history
    /// was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Account {
    /// Nothing, so far.
    pub(crate) fn of(by: Reason) -> Self {
        Self {
            by,
            file: None,
            findings: 0,
            places: 0,
            approximate: None,
            stale: None,
        }
    }
}

/// What does not suppress any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Expired {
    /// A mark, or a line of the ignore file.
    pub by: Reason,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: u64,
    /// The last day on which it held.
    pub until: Date,
}

/// Takes out of `report`, whose ids were made with `key`, what `policy` and `baselines` say, and tells what. `is_whole`: the
/// report is on all of the history, so that what applies to nothing is stale.
pub fn suppress(
    report: &mut ScanReport,
    repo: &Repository,
    key: &WorkspaceKey,
    policy: &Policy,
    baselines: &[Baseline],
    is_whole: bool,
) -> Suppression {
    let is_whole = is_whole && report.coverage.complete().is_ok();
    let (known, mut by_baselines) = baseline::take(report, repo, key, baselines, is_whole);
    let mut judge = Judge::new(policy, &report.marks, &report.values);
    let mut findings = Vec::new();
    let mut kept = Vec::with_capacity(report.findings.len());
    for (mut finding, known) in std::mem::take(&mut report.findings).into_iter().zip(known) {
        let cause = judge.left_out(&finding);
        if let Some(cause) = &cause {
            judge.account(cause.by).findings += 1;
            findings.push(Suppressed::new(finding, cause));
        } else if let Some(taken) = known {
            let account = &mut by_baselines[taken.by];
            account.findings += 1;
            if let Some(approximate) = &mut account.approximate {
                *approximate += u64::from(!taken.is_exact);
            }
            let (by, file, reason) = (Reason::Baseline, account.file.clone(), taken.reason);
            findings.push(Suppressed {
                finding,
                by,
                file,
                reason,
            });
        } else {
            judge.put_last_what_is_left_out(&mut finding);
            kept.push(finding);
        }
    }
    report.findings = kept;
    judge.conclude(findings, by_baselines, is_whole)
}

/// Why a finding or a place is left out.
struct Cause {
    by: Reason,
    reason: Option<String>,
}

impl Suppressed {
    fn new(finding: Finding, cause: &Cause) -> Self {
        let file = (cause.by == Reason::IgnoreFile).then(|| IGNORE_FILE.to_owned());
        Self {
            finding,
            by: cause.by,
            file,
            reason: cause.reason.clone(),
        }
    }
}
