//! How results are written: a table, a page and a summary for people, and what programs, hosts and CI servers read.

pub(crate) mod clean;
mod csv;
mod gitlab;
pub(crate) mod heal;
mod html;
pub(crate) mod json;
pub(crate) mod jsonl;
mod junit;
mod markdown;
pub(crate) mod mask;
pub(crate) mod sarif;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod verification;

use std::io::{self, Write};

use domain::{Finding, Severity, Verdict};
use jiff::Timestamp;
use scan::suppress::Suppression;
use scan::{Rule, RuleSet, ScanReport};
use serde::Serialize;
use verify::{Validity, Verification};

use crate::args::ScanFormat;
use crate::source::Place;

/// Names the form of a scan's JSON; a change that breaks readers changes the number.
pub(crate) const SCAN_SCHEMA: &str = "deployguard.scan/1";

/// A scan, ready to be written.
pub(crate) struct Report<'a> {
    /// What was scanned.
    pub(crate) place: &'a Place,
    /// The rules that were used.
    pub(crate) rules: &'a RuleSet,
    /// What was found.
    pub(crate) scan: &'a ScanReport,
    /// What was found and is accepted.
    pub(crate) suppression: &'a Suppression,
    /// Whether what was found is still good, if that was asked.
    pub(crate) validity: Option<&'a Verification>,
    /// When the scan began.
    pub(crate) started: Timestamp,
    /// Whether full values are shown.
    pub(crate) show_secrets: bool,
}

impl Report<'_> {
    /// Writes the report.
    pub(crate) fn write(
        &self,
        format: ScanFormat,
        width: table::Width,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            ScanFormat::Table => table::write_scan(self, width, out),
            ScanFormat::Json => json::write(self, out),
            ScanFormat::Jsonl => jsonl::write(self, out),
            ScanFormat::Sarif => sarif::write(self, out),
            ScanFormat::Csv => csv::write(self, out),
            ScanFormat::Html => html::write(self, out),
            ScanFormat::Junit => junit::write(self, out),
            ScanFormat::Gitlab => gitlab::write(self, out),
            ScanFormat::Markdown => markdown::write(self, out),
        }
    }

    /// The verdict, for a person.
    pub(crate) fn conclusion(&self) -> String {
        let findings = &self.scan.findings;
        let secrets = text::count(findings.len() as u64, "secret");
        let all = [
            Severity::Critical,
            Severity::High,
            Severity::Medium,
            Severity::Low,
            Severity::Info,
        ];
        let counts = all.into_iter().filter_map(|severity| {
            let same = findings.iter().filter(|f| f.severity == severity);
            let number = same.count();
            (number > 0).then(|| format!("{number} {}", text::severity(severity)))
        });
        let counts = counts.collect::<Vec<_>>().join(", ");
        match self.scan.verdict() {
            Verdict::Clean(_) if !self.suppression.findings.is_empty() => format!(
                "clean, {} suppressed: no secret beyond them in what was searched",
                self.suppression.findings.len()
            ),
            Verdict::Clean(_) if self.scan.coverage.skipped().is_empty() => {
                "clean: no secret in any object".to_owned()
            }
            Verdict::Clean(_) => "clean: no secret in what was searched".to_owned(),
            Verdict::Findings => format!("FINDINGS: {secrets} ({counts})"),
            Verdict::Incomplete if findings.is_empty() => {
                "INCOMPLETE: nothing found in what could be read".to_owned()
            }
            Verdict::Incomplete => format!("INCOMPLETE: at least {secrets} ({counts})"),
        }
    }

    /// The rule that made a finding.
    pub(crate) fn rule(&self, finding: &Finding) -> Option<&Rule> {
        let mut rules = self.rules.rules().iter();
        rules.find(|rule| rule.id() == finding.rule)
    }

    /// Whether the finding is still good, if that was asked.
    pub(crate) fn validity(&self, finding: &Finding) -> Option<&Validity> {
        self.validity?.results.get(&finding.id)
    }

    /// [`Self::validity`] for a person; nothing about what nobody can be asked about.
    pub(crate) fn told_validity(&self, finding: &Finding) -> Option<String> {
        let validity = self.validity(finding)?;
        (*validity != Validity::NotSupported).then(|| text::validity(validity))
    }

    /// The finding's full value, if it may be shown.
    pub(crate) fn value(&self, finding: &Finding) -> Option<&[u8]> {
        if !self.show_secrets {
            return None;
        }
        let value = self.scan.values.get(&finding.id)?.first();
        Some(value.expose())
    }
}

/// Which program wrote a document.
#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    name: &'static str,
    version: &'static str,
    rules_fingerprint: &'a str,
}

impl<'a> Tool<'a> {
    pub(crate) fn of(rules: &'a RuleSet) -> Self {
        Self {
            name: "deployguard",
            version: env!("CARGO_PKG_VERSION"),
            rules_fingerprint: rules.fingerprint(),
        }
    }
}

/// Writes one indented document and a line feed.
pub(crate) fn write_json(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
