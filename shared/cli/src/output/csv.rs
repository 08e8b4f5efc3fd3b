//! A scan as CSV (RFC 4180): one row for each finding, whether reported or suppressed, and for each thing that was not searched.
//! Previews only.

use std::io::{self, Write};

use domain::Finding;

use super::{Report, text};

const HEADER: [&str; 19] = [
    "status",
    "id",
    "severity",
    "secret_type",
    "rule",
    "name",
    "confidence",
    "preview",
    "file",
    "line",
    "commit",
    "date",
    "author",
    "in_tree",
    "refs",
    "occurrences",
    "reason",
    "validity",
    "validity_reason",
];

/// Writes the rows.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADER)?;
    for finding in &report.scan.findings {
        table.write_record(row(report, "reported", finding, ""))?;
    }
    for known in &report.suppression.findings {
        let by = text::suppressed_by(known.by, known.file.as_deref());
        let why = known.reason.as_ref().map(|reason| format!(": {reason}"));
        let reason = format!("{by}{}", why.unwrap_or_default());
        table.write_record(row(report, "suppressed", &known.finding, &reason))?;
    }
    let coverage = &report.scan.coverage;
    for failure in coverage.failures() {
        table.write_record(remark("not searched", &failure.what, &failure.reason))?;
    }
    for expired in &report.suppression.expired {
        table.write_record(remark("expired", &expired.file, &text::expired(expired)))?;
    }
    for fault in &report.suppression.faults {
        table.write_record(remark("not understood", "", fault))?;
    }
    table.flush()
}

fn row(report: &Report<'_>, status: &str, finding: &Finding, reason: &str) -> [String; 19] {
    let validity = report.validity(finding);
    let state = validity.map_or("", |validity| validity.state().as_str());
    let date = finding.commit_date.map(|date| date.to_string());
    [
        status.to_owned(),
        finding.id.to_string(),
        text::severity(finding.severity).to_owned(),
        text::secret_type(finding.secret_type).to_owned(),
        finding.rule.clone(),
        finding.secret_name.clone(),
        finding.confidence.to_string(),
        finding.secret_value_preview.clone(),
        finding.file_path.clone(),
        finding.line_number.to_string(),
        finding.commit_hash.clone(),
        date.unwrap_or_default(),
        finding.author.clone(),
        finding.in_tree.to_string(),
        finding.ref_count.to_string(),
        finding.occurrence_count.to_string(),
        reason.to_owned(),
        state.to_owned(),
        validity.map(ToString::to_string).unwrap_or_default(),
    ]
    .map(|cell| harmless(&cell))
}

fn remark(status: &str, file: &str, reason: &str) -> [String; 19] {
    let mut row: [String; 19] = Default::default();
    let [first, .., file_cell, _, _, _, _, _, _, _, why, _, _] = &mut row;
    status.clone_into(first);
    *file_cell = harmless(file);
    *why = harmless(reason);
    row
}

/// A cell that no spreadsheet takes for a formula, without control characters.
fn harmless(cell: &str) -> String {
    let text = text::printable(cell);
    let is_formula = |first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    if text.trim_start().starts_with(is_formula) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, harmless, remark};

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" -x", "' -x"),
            ("+cmd", "'+cmd"),
            ("\t=1", "\u{fffd}=1"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(harmless(cell), expected);
        }
        let row = remark("not searched", "a", "b");
        let file = HEADER.iter().position(|name| *name == "file");
        assert_eq!(row[file.unwrap()], "a");
        let reason = HEADER.iter().position(|name| *name == "reason");
        assert_eq!(row[reason.unwrap()], "b");
    }
}
