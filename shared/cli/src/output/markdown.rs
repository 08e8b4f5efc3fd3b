//! A scan as Markdown, for a comment on a pull request or the summary of a job: short enough for GitHub and GitLab, previews only.
//!
//! What comes from the history stands in `<code>` with every sign written as a number, so that no name makes a link, mentions
//! a person or breaks the table.

use std::fmt::Write as _;
use std::io::{self, Write};

use domain::{Finding, Verdict};

use super::{Report, text};

/// A comment on GitHub takes 65,536 characters.
const LONGEST: usize = 60_000;

/// Writes the summary.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(summary(report).as_bytes())
}

fn summary(report: &Report<'_>) -> String {
    let (scan, suppression) = (report.scan, report.suppression);
    let sign = match scan.verdict() {
        Verdict::Clean(_) => "✅",
        Verdict::Findings => "❌",
        Verdict::Incomplete => "⚠️",
    };
    let mut page = format!("### {sign} DeployGuard: {}\n\n", report.conclusion());
    let coverage = &scan.coverage;
    let mut facts = vec![format!(
        "{} of {} searched, {} skipped by policy, {} failed",
        coverage.scanned().objects,
        text::count(coverage.total().objects, "object"),
        coverage.skipped_total().objects,
        coverage.failed().objects
    )];
    facts.extend(report.validity.map(text::verification));
    let accounts = suppression.accounts.iter().map(text::account);
    facts.extend(accounts.map(|account| format!("suppressed: {}", code(&account))));
    facts.extend(
        suppression
            .expired
            .iter()
            .map(text::expired)
            .map(|it| code(&it)),
    );
    facts.extend(suppression.faults.iter().map(|fault| code(fault)));
    let failures = coverage.failures().iter().take(10);
    facts.extend(failures.map(|failure| {
        format!(
            "not searched: {}",
            code(&format!("{}: {}", failure.what, failure.reason))
        )
    }));
    for fact in facts {
        // writing to a String cannot fail
        let _ = writeln!(page, "- {fact}");
    }
    if scan.findings.is_empty() {
        return page;
    }
    page.push_str(
        "\n| Severity | Secret | Where | Commit | Id |\n| --- | --- | --- | --- | --- |\n",
    );
    for (number, finding) in scan.findings.iter().enumerate() {
        let row = row(report, finding);
        if page.len() + row.len() > LONGEST {
            let more = text::count((scan.findings.len() - number) as u64, "secret");
            let _ = writeln!(page, "\n…and {more} more: see the full report.");
            break;
        }
        page.push_str(&row);
    }
    page.push_str("\nRevoke these secrets first: who has a copy of the history has them.\n");
    page
}

fn row(report: &Report<'_>, finding: &Finding) -> String {
    let validity = report.told_validity(finding);
    let validity = validity.map_or_else(String::new, |told| format!("; {}", code(&told)));
    let place = finding.occurrences.first().map(text::place);
    let cells = [
        text::severity(finding.severity).to_owned(),
        format!(
            "{} {}",
            escaped(&finding.secret_name),
            code(&finding.secret_value_preview)
        ),
        format!(
            "{} ({}{validity})",
            code(&place.unwrap_or_default()),
            text::presence(finding)
        ),
        code(text::short(&finding.commit_hash)),
        code(finding.id.as_str()),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn code(text: &str) -> String {
    match escaped(text) {
        none if none.is_empty() => none,
        some => format!("<code>{some}</code>"),
    }
}

/// Every sign of ASCII as a number: as such it means nothing in Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text::printable(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '/' | '-') {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_name_means_nothing() {
        let told = code("a|b`</code><b>@all https://x.y [z](w)\n*");
        let bare = told.replace("<code>", "").replace("</code>", "");
        assert!(
            !bare.contains(['|', '`', '<', '>', '@', ':', '.', '[', '(', '*', '\n']),
            "{told}"
        );
        assert_eq!(code("src/a-b"), "<code>src/a-b</code>");
    }
}
