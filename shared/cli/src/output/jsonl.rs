//! A scan as JSON Lines: `scan` first, then one `finding` a line, one `suppressed` for each reason and
//! baseline, one `suppression_expired` for each that holds no more, `summary` last. A reader that sees no summary knows that the report is cut off.

use std::io::{self, Write};

use domain::{Coverage, Verdict};
use scan::suppress::{Account, Expired};
use serde::Serialize;
use verify::Counts;

use super::json::Row;
use super::{Report, SCAN_SCHEMA, Tool};
use crate::source::Place;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Scan {
        schema: &'static str,
        repository: &'a Place,
        tool: Tool<'a>,
    },
    Finding(Row<'a>),
    Suppressed(&'a Account),
    SuppressionExpired(&'a Expired),
    SuppressionRefused {
        what: &'a str,
    },
    Summary {
        verdict: Verdict,
        findings: usize,
        suppressed: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        validity: Option<Counts>,
        coverage: &'a Coverage,
    },
}

/// Writes the lines.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut put = |line: &Line<'_>| {
        serde_json::to_writer(&mut *out, line)?;
        writeln!(out)
    };
    put(&Line::Scan {
        schema: SCAN_SCHEMA,
        repository: report.place,
        tool: Tool::of(report.rules),
    })?;
    let scan = report.scan;
    for finding in &scan.findings {
        put(&Line::Finding(Row::of(report, finding)))?;
    }
    for account in &report.suppression.accounts {
        put(&Line::Suppressed(account))?;
    }
    for expired in &report.suppression.expired {
        put(&Line::SuppressionExpired(expired))?;
    }
    for what in &report.suppression.faults {
        put(&Line::SuppressionRefused { what })?;
    }
    put(&Line::Summary {
        verdict: scan.verdict(),
        findings: scan.findings.len(),
        suppressed: report.suppression.findings.len(),
        validity: report.validity.map(|asked| asked.counts),
        coverage: &scan.coverage,
    })
}
