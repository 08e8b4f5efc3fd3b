//! A scan as one JSON document, schema `deployguard.scan/1`: the report of the service and of the command line.
//!
//! Holds previews only. A change that breaks readers changes the number of the schema.

use domain::{Coverage, Finding, PolicyVersion, Verdict};
use git::{Head, Repository};
use serde::Serialize;

use crate::suppress::{Account, Expired, Suppression};
use crate::{RuleSet, ScanReport};

/// Names the form of the document.
pub const SCAN_SCHEMA: &str = "deployguard.scan/1";

/// A scan, ready to be written as JSON.
#[derive(Debug, Serialize)]
pub struct ScanDocument<'a> {
    schema: &'static str,
    verdict: Verdict,
    repository: &'a RepositoryFacts,
    coverage: &'a Coverage,
    findings: Vec<FindingRow<'a>>,
    /// Which policy was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_version: Option<PolicyVersion>,
    #[serde(flatten)]
    left_out: LeftOut<'a>,
    tool: Tool<'a>,
}

impl<'a> ScanDocument<'a> {
    /// The document of `report`, made with `rules` on the repository that `facts` describe, without what `left_out` tells of.
    pub fn new(
        facts: &'a RepositoryFacts,
        rules: &'a RuleSet,
        report: &'a ScanReport,
        left_out: &'a Suppression,
        policy_version: Option<PolicyVersion>,
    ) -> Self {
        Self {
            schema: SCAN_SCHEMA,
            verdict: report.verdict(),
            repository: facts,
            coverage: &report.coverage,
            findings: report.findings.iter().map(FindingRow::new).collect(),
            policy_version,
            left_out: left_out.into(),
            tool: Tool {
                name: "deployguard",
                version: env!("CARGO_PKG_VERSION"),
                rules_fingerprint: rules.fingerprint(),
            },
        }
    }
}

/// What a report leaves out, in the words of every JSON document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LeftOut<'a> {
    #[serde(skip_serializing_if = "<[Account]>::is_empty")]
    suppressed: &'a [Account],
    /// What does not suppress any more.
    #[serde(skip_serializing_if = "<[Expired]>::is_empty")]
    suppressions_expired: &'a [Expired],
    /// What was meant to suppress and cannot be understood.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    suppressions_refused: &'a [String],
}

impl<'a> From<&'a Suppression> for LeftOut<'a> {
    fn from(suppression: &'a Suppression) -> Self {
        Self {
            suppressed: &suppression.accounts,
            suppressions_expired: &suppression.expired,
            suppressions_refused: &suppression.faults,
        }
    }
}

/// A repository, as a report names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RepositoryFacts {
    /// The path that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The address that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The hash function of its ids.
    pub object_format: &'static str,
    /// What HEAD names: a branch, or a commit.
    pub head: String,
    /// Branches, tags and all other refs.
    pub refs: u64,
    /// Distinct objects.
    pub objects: u64,
    /// The one branch that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

impl RepositoryFacts {
    /// What the repository itself says; path, address and branch are left out.
    pub fn of(repo: &Repository) -> Self {
        Self {
            object_format: repo.hash_kind().name(),
            head: match repo.head() {
                Head::Branch(name) => name.clone(),
                Head::Detached(id) => id.to_string(),
            },
            refs: repo.refs().len() as u64,
            objects: u64::from(repo.object_count()),
            ..Self::default()
        }
    }
}

/// A finding as the API writes it. A scan has just found it, so nothing is marked, and all is selected.
#[derive(Debug, Serialize)]
struct FindingRow<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    is_false_positive: bool,
    selected_for_cleaning: bool,
}

impl<'a> FindingRow<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            finding,
            is_false_positive: false,
            selected_for_cleaning: true,
        }
    }
}

/// Which program wrote the document.
#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'static str,
    rules_fingerprint: &'a str,
}
