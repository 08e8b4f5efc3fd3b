//! A scan as one page of HTML: no other file, nothing from the network, previews only. Read without its script it shows
//! everything; with it, the findings can be filtered.

use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Finding;
use sha2::{Digest as _, Sha256};

use super::{Report, text};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// The page; what stands in it is escaped by the template.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    /// What the page may do: apply its own style and run its own script, known by their hashes.
    policy: String,
    style: &'a str,
    script: &'a str,
    repository: String,
    verdict: &'a str,
    conclusion: String,
    facts: Vec<(&'a str, String)>,
    severities: Vec<&'a str>,
    rules: Vec<&'a str>,
    states: Vec<&'a str>,
    rows: Vec<Row<'a>>,
    version: &'a str,
}

struct Row<'a> {
    severity: &'a str,
    rule: &'a str,
    name: &'a str,
    preview: &'a str,
    confidence: u8,
    place: String,
    more: usize,
    presence: String,
    commit: &'a str,
    date: String,
    author: String,
    id: &'a str,
    remediation: Option<&'a str>,
    /// Suppressed, or whether a tip still holds it.
    state: &'static str,
    suppressed: Option<String>,
    validity: Option<String>,
}

/// Writes the page.
pub(crate) fn write(report: &Report<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(report);
    let page = Page {
        policy: format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        ),
        style: STYLE,
        script: SCRIPT,
        repository: text::printable(report.place.name()),
        verdict: report.scan.verdict().as_str(),
        conclusion: report.conclusion(),
        facts: facts(report),
        severities: unique(&rows, |row| row.severity),
        rules: unique(&rows, |row| row.rule),
        states: unique(&rows, |row| row.state),
        rows,
        version: env!("CARGO_PKG_VERSION"),
    };
    page.write_into(&mut out)
}

fn rows<'a>(report: &'a Report<'_>) -> Vec<Row<'a>> {
    let found = report.scan.findings.iter().map(|finding| (finding, None));
    let known = report.suppression.findings.iter().map(|known| {
        let by = text::suppressed_by(known.by, known.file.as_deref());
        let why = known.reason.as_deref().map(text::printable);
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        (&known.finding, Some(format!("{by}{why}")))
    });
    let rows = found.chain(known);
    rows.map(|(finding, suppressed)| row(report, finding, suppressed))
        .collect()
}

fn row<'a>(report: &'a Report<'_>, finding: &'a Finding, suppressed: Option<String>) -> Row<'a> {
    let place = finding.occurrences.first().map(text::place);
    let date = finding.commit_date.map(|date| date.to_string());
    let rule = report.rule(finding);
    let state = match (&suppressed, finding.in_tree) {
        (Some(_), _) => "suppressed",
        (None, true) => "still in a tip",
        (None, false) => "history only",
    };
    Row {
        severity: text::severity(finding.severity),
        rule: &finding.rule,
        name: &finding.secret_name,
        preview: &finding.secret_value_preview,
        confidence: finding.confidence,
        place: place.unwrap_or_default(),
        more: finding.occurrences.len().saturating_sub(1),
        presence: text::presence(finding),
        commit: text::short(&finding.commit_hash),
        date: date.unwrap_or_default().chars().take(10).collect(),
        author: text::printable(&finding.author),
        id: finding.id.as_str(),
        remediation: rule.and_then(|rule| rule.remediation()),
        state,
        suppressed,
        validity: report.told_validity(finding),
    }
}

fn facts<'a>(report: &Report<'_>) -> Vec<(&'a str, String)> {
    let coverage = &report.scan.coverage;
    let searched = format!(
        "{} of {}",
        coverage.scanned().objects,
        text::count(coverage.total().objects, "object")
    );
    let mut facts = vec![("Searched", searched)];
    let skipped = coverage.skipped().iter().map(|skip| {
        let objects = text::count(skip.tally.objects, "object");
        (
            "Skipped",
            format!("{objects} by {}: {}", skip.policy, skip.reason),
        )
    });
    facts.extend(skipped);
    let failures = coverage.failures().iter().map(|failure| {
        let what = text::printable(&failure.what);
        ("Not searched", format!("{what}: {}", failure.reason))
    });
    facts.extend(failures);
    let validity = report.validity.map(text::verification);
    facts.extend(validity.map(|told| ("Validity", told)));
    let suppression = report.suppression;
    let accounts = suppression.accounts.iter();
    facts.extend(accounts.map(|account| ("Suppressed", text::account(account))));
    let expired = suppression.expired.iter();
    facts.extend(expired.map(|expired| ("Expired", text::expired(expired))));
    let faults = suppression
        .faults
        .iter()
        .map(|fault| text::printable(fault));
    facts.extend(faults.map(|fault| ("Not understood", fault)));
    facts
}

/// What the rows have, each once, in their order.
fn unique<'a>(rows: &[Row<'a>], of: impl Fn(&Row<'a>) -> &'a str) -> Vec<&'a str> {
    let mut all = Vec::new();
    for one in rows.iter().map(of) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// As a content security policy names a script or style.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}
