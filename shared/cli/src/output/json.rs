//! A scan as one JSON document: the same words as the service's report.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{Coverage, Finding, Verdict};
use scan::LeftOut;
use serde::Serialize;
use verify::{Counts, Validity};

use super::{Report, SCAN_SCHEMA, Tool, write_json};
use crate::source::Place;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verdict: Verdict,
    repository: &'a Place,
    coverage: &'a Coverage,
    findings: Vec<Row<'a>>,
    #[serde(flatten)]
    left_out: LeftOut<'a>,
    /// How many secrets are still good, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    validity: Option<Counts>,
    tool: Tool<'a>,
}

/// A finding as the API writes it. On the command line nothing is marked yet, and `clean --all` takes all.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    is_false_positive: bool,
    selected_for_cleaning: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// Where the value is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
    /// Whether it is still good, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    validity: Option<&'a Validity>,
}

impl<'a> Row<'a> {
    pub(crate) fn of(report: &'a Report<'_>, finding: &'a Finding) -> Self {
        let value = report.value(finding);
        let text = value.map(std::str::from_utf8);
        Self {
            finding,
            is_false_positive: false,
            selected_for_cleaning: true,
            value: text.and_then(Result::ok),
            value_base64: match (text, value) {
                (Some(Err(_)), Some(bytes)) => Some(BASE64_STANDARD.encode(bytes)),
                _ => None,
            },
            validity: report.validity(finding),
        }
    }
}

/// Writes the document.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = &report.scan.findings;
    let document = Document {
        schema: SCAN_SCHEMA,
        verdict: report.scan.verdict(),
        repository: report.place,
        coverage: &report.scan.coverage,
        findings: findings
            .iter()
            .map(|finding| Row::of(report, finding))
            .collect(),
        left_out: report.suppression.into(),
        validity: report.validity.map(|asked| asked.counts),
        tool: Tool::of(report.rules),
    };
    write_json(out, &document)
}
