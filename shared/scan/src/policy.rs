//! A job's policy made fit for use: its rules compiled within their budget, its patterns and ids checked. What it leaves out
//! is what the options of the command line leave out.

use std::collections::BTreeSet;

use domain::{PolicyCheck, PolicyFault, ScanPolicy, WorkspaceKey};
use git::{Repository, revision};
use jiff::civil::Date;

use crate::baseline::{Baseline, Known};
use crate::rules::trial;
use crate::suppress::{IgnoreFile, Patterns, Policy, Suppression, suppress};
use crate::{LIKELY, Rule, RuleSet, ScanReport};

/// What rules of a policy are called where their line and column are told.
const FILE: &str = "rules.yaml";

/// A policy that can be used.
#[derive(Debug)]
pub struct Prepared {
    rules: RuleSet,
    leaves_out: Policy,
    baselines: Vec<Baseline>,
}

impl Prepared {
    /// Makes it fit for use, or says everything that is wrong with it.
    pub fn new(policy: &ScanPolicy) -> Result<Self, Vec<PolicyFault>> {
        let rules = rules(policy)?;
        let ids: BTreeSet<&str> = rules.rules().iter().map(Rule::id).collect();
        let mut faults = Vec::new();
        for (field, list) in [
            ("only_rules", &policy.only_rules),
            ("exclude_rules", &policy.exclude_rules),
        ] {
            let unknown = (1..).zip(list).filter(|(_, id)| !ids.contains(id.as_str()));
            faults.extend(unknown.map(|(number, _)| PolicyFault {
                field,
                message: format!("entry {number} is not the id of a rule"),
                remedy: "send ids of built-in rules, or of those in `rules`",
            }));
        }
        if !policy.only_rules.is_empty() && !policy.exclude_rules.is_empty() {
            faults.push(PolicyFault {
                field: "only_rules",
                message: "cannot be used together with `exclude_rules`".to_owned(),
                remedy: "send one of the two",
            });
        }
        let exclude_paths = Patterns::new(policy.exclude_paths.iter().map(String::as_str));
        let exclude_paths = exclude_paths.unwrap_or_else(|(_, message)| {
            faults.push(PolicyFault {
                field: "exclude_paths",
                message,
                remedy: "send patterns as in a .gitignore",
            });
            Patterns::default()
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let leaves_out = Policy {
            only_rules: policy.only_rules.iter().cloned().collect(),
            exclude_rules: policy.exclude_rules.iter().cloned().collect(),
            min_confidence: policy.min_confidence.unwrap_or(LIKELY),
            exclude_paths,
            honours_marks: !policy.no_ignore,
            ..Policy::default()
        };
        let accepted = policy.baseline.iter().cloned();
        let entries: Vec<_> = accepted.map(|id| Known::Finding(id, None).into()).collect();
        let baseline = (!entries.is_empty()).then(|| Baseline::new("baseline", entries));
        Ok(Self {
            rules,
            leaves_out,
            baselines: baseline.into_iter().collect(),
        })
    }

    /// The rules to search with.
    pub const fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Takes out of a report on a whole history, whose ids were made with `key`, what is not to be reported: findings and
    /// their values. `today` decides what does not hold any more.
    pub fn apply(
        &self,
        report: &mut ScanReport,
        repo: &Repository,
        key: &WorkspaceKey,
        today: Date,
    ) -> Suppression {
        let mut policy = Policy {
            today,
            ..self.leaves_out.clone()
        };
        if policy.honours_marks
            && let Some(tip) = revision::resolve(repo, "HEAD")
        {
            policy.ignore_file = IgnoreFile::of_commit(repo, &tip, &self.rules, today);
        }
        let is_whole = report.coverage.skipped().is_empty();
        let left_out = suppress(report, repo, key, &policy, &self.baselines, is_whole);
        for suppressed in &left_out.findings {
            report.values.remove(&suppressed.finding.id);
        }
        left_out
    }
}

fn rules(policy: &ScanPolicy) -> Result<RuleSet, Vec<PolicyFault>> {
    let fault = |message: String| PolicyFault {
        field: "rules",
        message,
        remedy: "mend the rule at that line; `deployguard rules validate` says the same",
    };
    let Some(text) = &policy.rules else {
        if policy.no_builtin_rules {
            return Err(vec![PolicyFault {
                field: "no_builtin_rules",
                message: "leaves no rule to search with".to_owned(),
                remedy: "send `rules`, or leave it out",
            }]);
        }
        return RuleSet::builtin().map_err(|error| vec![fault(error.to_string())]);
    };
    let files = [(FILE.to_owned(), text.clone())];
    // Beside the built-in ones in any case, so that an id that is taken is told.
    let all = RuleSet::with_files(true, &files);
    let wanted = all.and_then(|all| {
        if policy.no_builtin_rules {
            RuleSet::with_files(false, &files)
        } else {
            Ok(all)
        }
    });
    wanted.map_err(|problems| {
        let told = problems.iter().map(ToString::to_string);
        told.map(fault).collect()
    })
}

/// Judges the policies that are sent.
#[derive(Clone, Copy, Debug)]
pub struct Policies;

impl PolicyCheck for Policies {
    fn faults(&self, policy: &ScanPolicy) -> Vec<PolicyFault> {
        if let Err(faults) = Prepared::new(policy) {
            return faults;
        }
        let own = ScanPolicy {
            rules: policy.rules.clone(),
            no_builtin_rules: true,
            ..ScanPolicy::default()
        };
        let Ok(own) = rules(&own) else {
            return Vec::new();
        };
        let told = trial(&own).wrong.into_iter().map(|message| PolicyFault {
            field: "rules",
            message,
            remedy: "mend the pattern or the example; `deployguard rules test` says the same",
        });
        told.collect()
    }
}
