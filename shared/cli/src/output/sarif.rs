//! A scan as SARIF 2.1.0 (OASIS standard), for code scanning of Git hosts and for editors.
//!
//! The finding's id is the fingerprint, so that a host recognises the same secret in every scan.

use std::io::{self, Write};

use domain::{Carrier, Finding, Occurrence, Severity, Verdict};
use scan::Rule;
use scan::suppress::{Reason, Suppressed};
use serde_json::{Map, Value, json};

use super::{Report, text, write_json};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Names the fingerprint; another way to make ids would get another version.
const FINGERPRINT: &str = "deployguardFindingId/v1";

/// GitHub takes so many results of a run (and shows the 5,000 worst).
const RESULTS: usize = 25_000;
/// GitHub takes so many places of a result.
const PLACES_OF_ONE: usize = 1000;
/// So many places of all results together, with which a log stays below the 10 MB, compressed, that GitHub takes.
const PLACES: usize = 100_000;

/// Writes the log.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules = report.rules.rules();
    let mut driver = json!({
        "name": "deployguard",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(rule).collect::<Vec<_>>(),
    });
    driver["properties"] = json!({"rules_fingerprint": report.rules.fingerprint()});
    let (results, left_out) = results(report);
    let mut run = json!({
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation(report, &left_out)],
        "results": results,
        "properties": {
            "verdict": report.scan.verdict(),
            "suppressed": report.suppression.accounts,
            "coverage": {
                "total": report.scan.coverage.total(),
                "scanned": report.scan.coverage.scanned(),
                "skipped": report.scan.coverage.skipped(),
                "failed": report.scan.coverage.failed(),
            },
        },
    });
    if let Some(asked) = report.validity {
        run["properties"]["validity"] = json!(asked.counts);
    }
    if let Some(url) = &report.place.url {
        run["versionControlProvenance"] = json!([{"repositoryUri": url}]);
    }
    write_json(
        out,
        &json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}),
    )
}

/// The worst findings first, then what is suppressed, as many as a host takes; and what did not fit.
fn results(report: &Report<'_>) -> (Vec<Value>, Vec<String>) {
    let found = report.scan.findings.iter().map(|finding| (finding, None));
    let known = report.suppression.findings.iter();
    let all = found.chain(known.map(|known| (&known.finding, Some(known))));
    let (mut results, mut places, mut lost) = (Vec::new(), PLACES, 0);
    for (finding, known) in all.clone().take(RESULTS) {
        let wanted = finding.occurrences.len().min(PLACES_OF_ONE);
        // The first place of every finding fits in any case.
        let taken = wanted.min(places.max(1));
        places = places.saturating_sub(taken);
        lost += finding.occurrences.len() - taken;
        let result = result(report, finding, taken);
        results.push(match known {
            Some(known) => suppressed(result, known),
            None => result,
        });
    }
    let more = all.count().saturating_sub(RESULTS);
    let mut left_out = Vec::new();
    if more > 0 {
        left_out.push(format!(
            "{more} results are not in this log: a host takes {RESULTS}"
        ));
    }
    if lost > 0 {
        left_out.push(format!(
            "{lost} places are not in this log, to keep it as small as a host takes it"
        ));
    }
    (results, left_out)
}

fn rule(rule: &Rule) -> Value {
    let mut described = json!({
        "id": rule.id(),
        "name": rule.name(),
        "shortDescription": {"text": rule.name()},
        "fullDescription": {"text": rule.description()},
        "defaultConfiguration": {"level": level(rule.severity())},
        "properties": {
            "tags": ["security", "secret", text::secret_type(rule.secret_type())],
            "security-severity": score(rule.severity()),
            "secret_type": rule.secret_type(),
            "severity": rule.severity(),
        },
    });
    if rule.source().starts_with("https://") {
        described["helpUri"] = json!(rule.source());
    }
    if let Some(provider) = rule.provider() {
        described["properties"]["provider"] = json!(provider);
    }
    if let Some(page) = rule.remediation() {
        described["help"] = json!({
            "text": format!("How to revoke or replace it: {page}"),
            "markdown": format!("[How to revoke or replace it]({page})"),
        });
    }
    described
}

/// One finding with its first `places` places.
fn result(report: &Report<'_>, finding: &Finding, places: usize) -> Value {
    let rules = report.rules.rules();
    let index = rules.iter().position(|rule| rule.id() == finding.rule);
    let (name, preview) = (&finding.secret_name, &finding.secret_value_preview);
    let message = format!("{name} {preview}: {}", text::presence(finding));
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": message},
        "locations": finding.occurrences.iter().take(1).map(location).collect::<Vec<_>>(),
        "relatedLocations": finding.occurrences.iter().take(places).skip(1).map(location).collect::<Vec<_>>(),
        "partialFingerprints": {FINGERPRINT: finding.id},
        "occurrenceCount": finding.occurrence_count.max(1),
        "properties": properties(report, finding),
    });
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    result
}

/// A finding that is suppressed stays in the log, marked as such, as the standard wants it.
fn suppressed(mut result: Value, known: &Suppressed) -> Value {
    let by = text::suppressed_by(known.by, known.file.as_deref());
    let reason = known.reason.as_ref();
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    let kind = match known.by {
        Reason::Mark => "inSource",
        _ => "external",
    };
    result["suppressions"] = json!([{
        "kind": kind,
        "status": "accepted",
        "justification": format!("{by}{reason}"),
    }]);
    result
}

fn properties(report: &Report<'_>, finding: &Finding) -> Value {
    let mut bag = json!({
        "id": finding.id,
        "secret_type": finding.secret_type,
        "severity": finding.severity,
        "security-severity": score(finding.severity),
        "confidence": finding.confidence,
        "secret_value_preview": finding.secret_value_preview,
        "commit_hash": finding.commit_hash,
        "author": finding.author,
        "commit_date": finding.commit_date,
        "in_tree": finding.in_tree,
        "refs": finding.refs,
    });
    if let Some(value) = report.value(finding) {
        bag["value"] = json!(String::from_utf8_lossy(value));
    }
    if let Some(validity) = report.validity(finding) {
        bag["validity"] = json!(validity);
    }
    bag
}

/// A file where there is one; the commit, tag or ref besides, since the file may be gone from the tip.
fn location(place: &Occurrence) -> Value {
    let mut location = Map::new();
    if place.carrier == Carrier::Blob && !place.file_path.is_empty() {
        let physical = json!({
            "artifactLocation": {"uri": relative_uri(&place.file_path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": place.line_number.max(1)},
        });
        location.insert("physicalLocation".to_owned(), physical);
    }
    let carrier = text::carrier(place.carrier);
    let holder = if place.commit_hash.is_empty() {
        &place.object_id
    } else {
        &place.commit_hash
    };
    let logical = json!([{"name": holder, "fullyQualifiedName": format!("{holder}: {}", text::place(place)), "kind": carrier}]);
    location.insert("logicalLocations".to_owned(), logical);
    Value::Object(location)
}

fn invocation(report: &Report<'_>, left_out: &[String]) -> Value {
    let scan = report.scan;
    let failures = scan.coverage.failures().iter();
    let notes = failures.map(|failure| {
        let message = format!("{}: {}", text::printable(&failure.what), failure.reason);
        json!({"level": "error", "message": {"text": message}})
    });
    let suppression = report.suppression;
    let warnings = left_out.iter().cloned();
    let warnings = warnings
        .chain(suppression.expired.iter().map(text::expired))
        .chain(
            suppression
                .faults
                .iter()
                .map(|fault| text::printable(fault)),
        );
    let warnings =
        warnings.map(|warning| json!({"level": "warning", "message": {"text": warning}}));
    let notes = notes.chain(warnings);
    json!({
        "executionSuccessful": scan.verdict() != Verdict::Incomplete,
        "toolExecutionNotifications": notes.collect::<Vec<_>>(),
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What hosts sort by: a number from 0 to 10, as text.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}

/// A path as a relative URI reference (RFC 3986): everything unusual is escaped, the slashes stay.
fn relative_uri(path: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    path.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests;
