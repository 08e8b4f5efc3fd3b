//! A scan as GitLab's report of secret detection (security report schemas, version 15), for merge requests and the
//! vulnerability report. Previews only; what is suppressed is counted in the messages of the scan.

use std::io::{self, Write};

use domain::{Finding, Severity, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Report, text, write_json};

/// The version of the schema.
const VERSION: &str = "15.2.1";
/// What GitLab takes of a name, in characters.
const NAME: usize = 255;
/// Stands for the commit of what no ref reaches.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Writes the report.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tool = json!({
        "id": "deployguard",
        "name": "DeployGuard",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": {"name": "DeployGuard"},
    });
    let is_complete = report.scan.verdict() != Verdict::Incomplete;
    let found = report.scan.findings.iter();
    write_json(
        out,
        &json!({
            "version": VERSION,
            "scan": {
                "analyzer": tool,
                "scanner": tool,
                "type": "secret_detection",
                "start_time": time(report.started),
                "end_time": time(Timestamp::now()),
                "status": if is_complete { "success" } else { "failure" },
                "messages": messages(report),
            },
            "vulnerabilities": found.map(|finding| vulnerability(report, finding)).collect::<Vec<_>>(),
        }),
    )
}

fn messages(report: &Report<'_>) -> Vec<Value> {
    let message = |level: &str, text: &str| json!({"level": level, "value": text::printable(text)});
    let suppression = report.suppression;
    let accounts = suppression.accounts.iter();
    let mut all: Vec<_> = accounts
        .map(|account| message("info", &format!("suppressed: {}", text::account(account))))
        .collect();
    let validity = report.validity.map(text::verification);
    all.extend(validity.map(|told| message("info", &format!("validity: {told}"))));
    let expired = suppression.expired.iter().map(text::expired);
    all.extend(expired.map(|text| message("warn", &text)));
    all.extend(suppression.faults.iter().map(|text| message("warn", text)));
    let failures = report.scan.coverage.failures().iter();
    all.extend(failures.map(|failure| {
        let text = format!("not searched: {}: {}", failure.what, failure.reason);
        message("warn", &text)
    }));
    all
}

fn vulnerability(report: &Report<'_>, finding: &Finding) -> Value {
    let rule = report.rule(finding);
    let description = rule.map_or("", |rule| rule.description());
    let (preview, mut presence) = (&finding.secret_value_preview, text::presence(finding));
    if let Some(validity) = report.told_validity(finding) {
        presence = format!("{presence}; {validity}");
    }
    let mut commit = json!({
        "sha": Some(&finding.commit_hash).filter(|id| !id.is_empty()).map_or(NO_COMMIT, |id| id),
        "author": text::printable(&finding.author),
    });
    if let Some(date) = finding.commit_date {
        commit["date"] = json!(date);
    }
    let mut identifier = json!({
        "type": "deployguard_rule_id",
        "name": format!("DeployGuard rule {}", finding.rule),
        "value": finding.rule,
    });
    let mut described = json!({
        "id": finding.id,
        "name": finding.secret_name.chars().take(NAME).collect::<String>(),
        "description": format!("{description} {preview}: {presence}").trim(),
        "severity": severity(finding.severity),
        "location": {
            "file": finding.file_path,
            "start_line": finding.line_number.max(1),
            "end_line": finding.line_number.max(1),
            "commit": commit,
        },
    });
    let page = rule.map(scan::Rule::source);
    if let Some(page) = page.filter(|page| page.starts_with("https://")) {
        identifier["url"] = json!(page);
    }
    described["identifiers"] = json!([identifier]);
    if let Some(page) = rule.and_then(|rule| rule.remediation()) {
        described["solution"] = json!("Revoke the secret, then clean the history of it.");
        described["links"] = json!([{"name": "How to revoke it", "url": page}]);
    }
    described
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// As the schema wants it: UTC, seconds, no zone.
fn time(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC).datetime();
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
