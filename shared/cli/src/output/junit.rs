//! A scan as the XML of `JUnit`, for CI servers: a failure for each finding, and a test that everything was searched. Previews only.

use std::io::{self, Write};

use domain::{Finding, Verdict};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Report, text};

type Xml<'a> = Writer<&'a mut dyn Write>;

/// Writes the document.
pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (scan, known) = (report.scan, &report.suppression.findings);
    let is_incomplete = scan.verdict() == Verdict::Incomplete;
    let tests = (scan.findings.len() + known.len() + 1).to_string();
    let (failures, skipped) = (scan.findings.len().to_string(), known.len().to_string());
    let counts = [
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", if is_incomplete { "1" } else { "0" }),
        ("skipped", skipped.as_str()),
    ];
    let mut xml: Xml<'_> = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let named = [("name", "deployguard")];
    open(&mut xml, "testsuites", &[&named[..], &counts].concat())?;
    let suite = legible(report.place.name());
    let named = [("name", suite.as_str())];
    open(&mut xml, "testsuite", &[&named[..], &counts].concat())?;
    coverage(&mut xml, report, is_incomplete)?;
    for finding in &scan.findings {
        let kind = text::severity(finding.severity);
        let place = &finding.file_path;
        let validity = report.told_validity(finding);
        let validity = validity.map_or_else(String::new, |told| format!("; {told}"));
        let message = format!("{}; {}{validity}", text::presence(finding), finding.id);
        test(&mut xml, finding, "failure", kind, &message, place)?;
    }
    for known in known {
        let by = text::suppressed_by(known.by, known.file.as_deref());
        let reason = known.reason.as_deref().unwrap_or_default();
        test(
            &mut xml,
            &known.finding,
            "skipped",
            "suppressed",
            &by,
            reason,
        )?;
    }
    for name in ["testsuite", "testsuites"] {
        xml.write_event(Event::End(BytesEnd::new(name)))?;
    }
    let out = xml.into_inner();
    writeln!(out)
}

/// The test that everything was searched; with what was suppressed, and what could not be searched.
fn coverage(xml: &mut Xml<'_>, report: &Report<'_>, is_incomplete: bool) -> io::Result<()> {
    let attributes = [
        ("classname", "coverage"),
        ("name", "every object is searched"),
    ];
    open(xml, "testcase", &attributes)?;
    let coverage = &report.scan.coverage;
    if is_incomplete {
        let failures = coverage.failures().iter();
        let told = failures.map(|failure| format!("{}: {}", failure.what, failure.reason));
        let message = format!(
            "{} objects could not be searched",
            coverage.failed().objects
        );
        let attributes = [("type", "incomplete"), ("message", message.as_str())];
        open(xml, "error", &attributes)?;
        content(xml, &told.collect::<Vec<_>>().join("\n"))?;
        xml.write_event(Event::End(BytesEnd::new("error")))?;
    }
    let suppression = &report.suppression;
    let mut told: Vec<String> = suppression.accounts.iter().map(text::account).collect();
    told.extend(report.validity.map(text::verification));
    told.extend(suppression.expired.iter().map(text::expired));
    told.extend(suppression.faults.iter().cloned());
    if !told.is_empty() {
        open(xml, "system-out", &[])?;
        content(xml, &told.join("\n"))?;
        xml.write_event(Event::End(BytesEnd::new("system-out")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn test(
    xml: &mut Xml<'_>,
    finding: &Finding,
    outcome: &str,
    kind: &str,
    message: &str,
    inside: &str,
) -> io::Result<()> {
    let place = finding.occurrences.first().map(text::place);
    let place = place.unwrap_or_default();
    let (title, preview) = (&finding.secret_name, &finding.secret_value_preview);
    let name = legible(&format!("{title} {preview} in {place}"));
    let (rule, file) = (legible(&finding.rule), legible(&finding.file_path));
    let line = finding.line_number.to_string();
    let attributes = [
        ("classname", rule.as_str()),
        ("name", name.as_str()),
        ("file", file.as_str()),
        ("line", line.as_str()),
    ];
    open(xml, "testcase", &attributes)?;
    let message = legible(message);
    open(
        xml,
        outcome,
        &[("type", kind), ("message", message.as_str())],
    )?;
    content(xml, inside)?;
    xml.write_event(Event::End(BytesEnd::new(outcome)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn open(xml: &mut Xml<'_>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let tag = BytesStart::new(name).with_attributes(attributes.iter().copied());
    xml.write_event(Event::Start(tag))
}

fn content(xml: &mut Xml<'_>, text: &str) -> io::Result<()> {
    let lines: Vec<_> = text.lines().map(legible).collect();
    xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))
}

/// `text` without the characters that no XML may hold.
fn legible(text: &str) -> String {
    text::printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
