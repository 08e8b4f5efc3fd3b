//! How results are written: a table for people, JSON, JSON Lines and SARIF for programs.

pub(crate) mod clean;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod mask;
pub(crate) mod sarif;
pub(crate) mod table;
pub(crate) mod text;

use std::io::{self, Write};

use domain::Finding;
use scan::baseline::Suppression;
use scan::{RuleSet, ScanReport};
use serde::Serialize;

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
        }
    }

    /// The finding's full value, if it may be shown.
    pub(crate) fn value(&self, finding: &Finding) -> Option<&[u8]> {
        if !self.show_secrets {
            return None;
        }
        let value = self.scan.values.get(&finding.id)?;
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
