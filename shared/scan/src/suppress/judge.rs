//! What a policy says of one finding after the other.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use domain::secret::Preview;
use domain::{Finding, FindingId, Secret};

use super::{Account, Cause, Expired, IGNORE_FILE, Policy, Reason, Suppressed, Suppression};
use crate::Spellings;
use crate::report::Marks;

/// Applies a policy, and keeps the accounts.
pub(super) struct Judge<'a> {
    policy: &'a Policy,
    marks: &'a Marks,
    values: &'a BTreeMap<FindingId, Spellings>,
    /// Finds the values, and what is shown in their place.
    mask: OnceCell<Option<(AhoCorasick, Vec<String>)>>,
    accounts: BTreeMap<Reason, Account>,
    /// The lines of the ignore file that meant something.
    used: BTreeSet<usize>,
    expired: BTreeSet<Expired>,
    faults: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        marks: &'a Marks,
        values: &'a BTreeMap<FindingId, Spellings>,
    ) -> Self {
        Self {
            policy,
            marks,
            values,
            mask: OnceCell::new(),
            accounts: BTreeMap::new(),
            used: BTreeSet::new(),
            expired: BTreeSet::new(),
            faults: BTreeSet::new(),
        }
    }

    pub(super) fn account(&mut self, by: Reason) -> &mut Account {
        self.accounts.entry(by).or_insert_with(|| Account::of(by))
    }

    /// Why the finding is left out as a whole.
    pub(super) fn left_out(&mut self, finding: &Finding) -> Option<Cause> {
        let policy = self.policy;
        self.used.extend(policy.ignore_file.lines_for(finding));
        let cause = |by| Cause { by, reason: None };
        if !policy.only_rules.is_empty() && !policy.only_rules.contains(&finding.rule) {
            return Some(cause(Reason::OnlyRule));
        }
        if policy.exclude_rules.contains(&finding.rule) {
            return Some(cause(Reason::ExcludedRule));
        }
        if finding.confidence < policy.min_confidence {
            return Some(cause(Reason::Confidence));
        }
        if let Some(line) = policy.ignore_file.finding(finding) {
            return Some(self.line(line));
        }
        let causes = (0..finding.occurrences.len()).map(|place| self.place(finding, place));
        let causes: Option<Vec<Cause>> = causes.collect();
        causes?.into_iter().next()
    }

    /// Why one place of the finding is left out.
    fn place(&self, finding: &Finding, place: usize) -> Option<Cause> {
        let path = finding.occurrences.get(place)?;
        if self.policy.exclude_paths.of(path).is_some() {
            let by = Reason::ExcludedPath;
            return Some(Cause { by, reason: None });
        }
        if let Some(line) = self.policy.ignore_file.path(path) {
            return Some(self.line(line));
        }
        let mark = self.marks.get(&finding.id)?.get(place)?.as_ref()?;
        let holds = self.policy.honours_marks
            && mark.fault.is_none()
            && mark.until.is_none_or(|day| day >= self.policy.today);
        holds.then(|| Cause {
            by: Reason::Mark,
            reason: self.masked(mark.reason.as_deref()),
        })
    }

    fn line(&self, at: usize) -> Cause {
        let line = self.policy.ignore_file.lines.get(at);
        let reason = line.and_then(|line| line.reason.as_deref());
        Cause {
            by: Reason::IgnoreFile,
            reason: self.masked(reason),
        }
    }

    /// A reason stands in the history, and so can hold anything.
    fn masked(&self, reason: Option<&str>) -> Option<String> {
        let reason = reason?;
        let mask = self.mask.get_or_init(|| {
            let values = self.values.values().flat_map(Spellings::all);
            let values = values.map(Secret::expose);
            let previews = values
                .clone()
                .map(|value| Preview::of(value).as_str().to_owned());
            let finder = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(values);
            Some((finder.ok()?, previews.collect()))
        });
        let (finder, previews) = mask.as_ref()?;
        Some(finder.replace_all(reason, previews))
    }

    /// Of a finding that is reported: what is left out of its places goes behind the others, and what would have left it out
    /// once is told.
    pub(super) fn put_last_what_is_left_out(&mut self, finding: &mut Finding) {
        let causes = (0..finding.occurrences.len()).map(|place| self.place(finding, place));
        let causes: Vec<_> = causes.collect();
        self.tell_what_does_not_hold(finding);
        for cause in causes.iter().flatten() {
            self.account(cause.by).places += 1;
        }
        let places = std::mem::take(&mut finding.occurrences).into_iter();
        let (out, left): (Vec<_>, Vec<_>) =
            places.zip(causes).partition(|(_, cause)| cause.is_some());
        let in_order = left.into_iter().chain(out);
        finding.occurrences = in_order.map(|(place, _)| place).collect();
        if let Some(first) = finding.occurrences.first() {
            finding.file_path.clone_from(&first.file_path);
            finding.line_number = first.line_number;
            finding.commit_hash.clone_from(&first.commit_hash);
            finding.author.clone_from(&first.author);
            finding.commit_date = first.commit_date;
        }
    }

    fn tell_what_does_not_hold(&mut self, finding: &Finding) {
        if let Some(line) = self.policy.ignore_file.past(finding)
            && let Some(until) = line.until
        {
            self.expired.insert(Expired {
                by: Reason::IgnoreFile,
                file: IGNORE_FILE.to_owned(),
                line: line.number as u64,
                until,
            });
        }
        if !self.policy.honours_marks {
            return;
        }
        let marks = self.marks.get(&finding.id).into_iter().flatten();
        for (mark, place) in marks.zip(&finding.occurrences) {
            let Some(mark) = mark else { continue };
            let (file, line) = (place.file_path.clone(), place.line_number);
            match (&mark.fault, mark.until) {
                (Some(fault), _) => {
                    let what = format!("the mark at {file}:{line}: {fault}");
                    self.faults.insert(what);
                }
                (None, Some(until)) if until < self.policy.today => {
                    let by = Reason::Mark;
                    self.expired.insert(Expired {
                        by,
                        file,
                        line,
                        until,
                    });
                }
                _ => {}
            }
        }
    }

    pub(super) fn conclude(
        mut self,
        findings: Vec<Suppressed>,
        by_baselines: Vec<Account>,
        is_whole: bool,
    ) -> Suppression {
        let lines = &self.policy.ignore_file.lines;
        let is_stale = |(at, line): &(usize, &super::ignore_file::Line)| {
            !line.takes_back() && !self.used.contains(at)
        };
        let stale = lines.iter().enumerate().filter(is_stale).count() as u64;
        if !lines.is_empty() {
            let account = self.account(Reason::IgnoreFile);
            account.file = Some(IGNORE_FILE.to_owned());
            account.stale = is_whole.then_some(stale);
        }
        let of_file = self.policy.ignore_file.faults.iter();
        let of_file = of_file.map(|fault| format!("{IGNORE_FILE}, {fault}"));
        Suppression {
            findings,
            accounts: self.accounts.into_values().chain(by_baselines).collect(),
            expired: self.expired.into_iter().collect(),
            faults: of_file.chain(self.faults).collect(),
        }
    }
}
