//! Results as a person reads them: a summary, then a table that fits into 80 columns.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, Width as Columns,
};
use console::Term;
use domain::{Coverage, Finding, Severity, Tally};
use indicatif::HumanBytes;
use scan::suppress::Account;

use super::{Report, text};

/// The most failures that are listed; the other formats have more.
const LISTED_FAILURES: usize = 10;
/// A finding's id must stay in one piece, to be copied.
const ID_COLUMN: u16 = 31;

/// How wide the reader's page is, and whether it takes colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Width {
    columns: u16,
    colours: bool,
}

impl Width {
    /// Of the terminal; 80 columns without colours where standard output is none, or goes to a file.
    pub(crate) fn of_reader(to_file: bool) -> Self {
        let term = Term::stdout();
        if to_file || !std::io::stdout().is_terminal() {
            return Self {
                columns: 80,
                colours: false,
            };
        }
        let columns = term.size_checked().map_or(80, |(_, columns)| columns);
        Self {
            columns: columns.clamp(60, 140),
            colours: wants_colours(),
        }
    }
}

/// `NO_COLOR` (no-color.org): any value but the empty one turns colours off.
fn wants_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// A table without lines, in the page's width.
pub(crate) fn plain(width: Width, header: &[&str], last_in_one_piece: Option<usize>) -> Table {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.columns);
    if width.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let bold = |title: &&str| Cell::new(title).add_attribute(Attribute::Bold);
    table.set_header(header.iter().map(bold).collect::<Vec<_>>());
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    if let Some(column) = last_in_one_piece.and_then(|index| table.column_mut(index)) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Columns::Fixed(
            ID_COLUMN + 2,
        )));
    }
    table
}

/// Writes the table without spaces at the ends of lines.
pub(crate) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes lines of `name  value`, aligned.
pub(crate) fn write_facts(facts: &[(&str, String)], out: &mut dyn Write) -> io::Result<()> {
    let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in facts {
        writeln!(out, "{name:widest$}  {value}")?;
    }
    Ok(())
}

/// Writes a scan.
pub(crate) fn write_scan(report: &Report<'_>, width: Width, out: &mut dyn Write) -> io::Result<()> {
    write_facts(&summary(report), out)?;
    write_failures(report, out)?;
    let findings = &report.scan.findings;
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = plain(width, &["Severity", "Secret", "Where"], Some(1));
    for (number, finding) in findings.iter().enumerate() {
        if number > 0 {
            table.add_row(vec![" "]);
        }
        table.add_row(row(report, finding));
    }
    write_table(&table, out)
}

fn summary(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let (place, scan) = (report.place, report.scan);
    let refs = text::count(place.refs, "ref");
    let mut facts = vec![(
        "Repository",
        format!(
            "{} ({}, {refs})",
            text::printable(place.name()),
            place.object_format
        ),
    )];
    if let Some(branch) = &place.branch {
        facts.push(("Branch", text::printable(branch)));
    }
    if let Some(since) = &place.since {
        facts.push(("Since", text::printable(since)));
    }
    let (total, scanned) = (scan.coverage.total(), scan.coverage.scanned());
    let bytes = HumanBytes(scanned.bytes);
    facts.push((
        "Searched",
        format!(
            "{} of {}, {bytes}",
            scanned.objects,
            text::count(total.objects, "object")
        ),
    ));
    facts.push(("Coverage", coverage(&scan.coverage)));
    facts.extend(report.suppression.accounts.iter().map(suppressed));
    let expired = report.suppression.expired.iter();
    facts.extend(expired.map(|expired| ("Expired", text::expired(expired))));
    let validity = report.validity.map(text::verification);
    facts.extend(validity.map(|told| ("Validity", told)));
    facts.push(("Verdict", report.conclusion()));
    facts
}

fn coverage(coverage: &Coverage) -> String {
    let (skipped, failed) = (coverage.skipped_total().objects, coverage.failed().objects);
    let (word, rest) = match coverage.complete() {
        Ok(()) => ("complete", String::new()),
        Err(missing) if missing.unaccounted == Tally::NOTHING => ("INCOMPLETE", String::new()),
        Err(missing) => (
            "INCOMPLETE",
            format!(", {} in no account", missing.unaccounted.objects),
        ),
    };
    format!("{word}: {skipped} skipped by policy, {failed} failed{rest}")
}

fn suppressed(account: &Account) -> (&'static str, String) {
    ("Suppressed", text::account(account))
}

fn write_failures(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.scan.coverage;
    for skip in coverage.skipped() {
        writeln!(
            out,
            "  skipped by {}: {} ({})",
            skip.policy,
            text::count(skip.tally.objects, "object"),
            skip.reason
        )?;
    }
    for failure in coverage.failures().iter().take(LISTED_FAILURES) {
        writeln!(
            out,
            "  failed: {}: {}",
            text::printable(&failure.what),
            failure.reason
        )?;
    }
    match coverage
        .failed()
        .objects
        .saturating_sub(LISTED_FAILURES as u64)
    {
        0 => Ok(()),
        more => writeln!(out, "  failed: {more} more"),
    }
}

fn row(report: &Report<'_>, finding: &Finding) -> Row {
    let shown = match report.value(finding) {
        Some(value) => text::printable(&String::from_utf8_lossy(value)),
        None => finding.secret_value_preview.clone(),
    };
    let place = finding
        .occurrences
        .first()
        .map(text::place)
        .unwrap_or_default();
    let mut origin = String::from("no commit that a ref reaches");
    if !finding.commit_hash.is_empty() {
        let date = finding
            .commit_date
            .map(|at| at.to_string().chars().take(10).collect::<String>());
        origin = format!(
            "{} {}",
            text::short(&finding.commit_hash),
            date.unwrap_or_default()
        );
        origin = format!("{} {}", origin.trim_end(), text::printable(&finding.author));
    }
    let colour = match finding.severity {
        Severity::Critical | Severity::High => Color::Red,
        Severity::Medium => Color::Yellow,
        Severity::Low | Severity::Info => Color::Blue,
    };
    let mut presence = text::presence(finding);
    if let Some(validity) = report.told_validity(finding) {
        presence = format!("{presence}\n{validity}");
    }
    Row::from(vec![
        Cell::new(text::severity(finding.severity)).fg(colour),
        Cell::new(format!("{}\n{shown}\n{}", finding.secret_name, finding.id)),
        Cell::new(format!("{place}\n{origin}\n{presence}")),
    ])
}
