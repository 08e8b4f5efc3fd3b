//! `deployguard rules`: which there are, and whether those of a file are fit for use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use git::Repository;
use scan::rules::trial;
use scan::{Rule, RuleSet, ScanReport};
use serde_json::{Value, json};

use super::Session;
use crate::args::{Format, RuleArgs, RulesArgs, RulesCommand};
use crate::output::{table, text, write_json};
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit, source};

/// A keyword that stands more often than this in a megabyte makes a rule run all the time.
const HITS_PER_MEGABYTE: f64 = 20.0;

/// Does what was asked for.
pub(crate) fn execute(
    args: &RulesArgs,
    session: impl Fn() -> Result<Session, CliError>,
) -> Result<Exit, CliError> {
    match &args.command {
        RulesCommand::List { rules, format } => list(&load(rules)?, *format),
        RulesCommand::Show { id, rules } => show(&load(rules)?, id),
        RulesCommand::Validate { file } => {
            let rules = of_file(file)?;
            let rules = text::count(rules.rules().len() as u64, "rule");
            say(&format!("{}: {rules}, nothing wrong", file.display()))
        }
        RulesCommand::Test { file } => test(&of_file(file)?, file),
        RulesCommand::DryRun { file, repo_path } => {
            dry_run(&of_file(file)?, repo_path, &session()?)
        }
    }
}

/// The rules that were asked for.
pub(crate) fn load(args: &RuleArgs) -> Result<RuleSet, CliError> {
    if args.rules.is_empty() {
        return Ok(RuleSet::builtin()?);
    }
    read(!args.no_builtin_rules, &args.rules)
}

fn of_file(file: &Path) -> Result<RuleSet, CliError> {
    // Beside the built-in ones, so that an id that is taken is told; what is used are those of the file.
    read(true, &[file.to_owned()])?;
    read(false, &[file.to_owned()])
}

fn read(builtin: bool, files: &[PathBuf]) -> Result<RuleSet, CliError> {
    let text = |file: &PathBuf| {
        let refused =
            |error: io::Error| CliError::usage(format!("--rules {}: {error}", file.display()));
        let text = fs::read_to_string(file).map_err(refused)?;
        Ok((file.display().to_string(), text))
    };
    let files: Vec<_> = files.iter().map(text).collect::<Result<_, CliError>>()?;
    RuleSet::with_files(builtin, &files).map_err(|problems| {
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        CliError::usage(format!(
            "the rules cannot be used\n{}",
            text::printable_lines(&told.join("\n"))
        ))
    })
}

fn say(line: &str) -> Result<Exit, CliError> {
    STANDARD_OUTPUT.put(|out| writeln!(out, "{}", text::printable(line)))?;
    Ok(Exit::Done)
}

fn list(rules: &RuleSet, format: Format) -> Result<Exit, CliError> {
    STANDARD_OUTPUT.put(|out| match format {
        Format::Json => write_json(
            out,
            &rules.rules().iter().map(described).collect::<Vec<_>>(),
        ),
        Format::Table => {
            let width = table::Width::of_reader(false);
            let mut page = table::plain(width, &["Rule", "Severity", "Confidence", "Name"], None);
            for rule in rules.rules() {
                let (severity, confidence) = (
                    text::severity(rule.severity()),
                    rule.confidence().to_string(),
                );
                page.add_row([
                    rule.id(),
                    severity,
                    &confidence,
                    &text::printable(rule.name()),
                ]);
            }
            table::write_table(&page, out)
        }
    })?;
    Ok(Exit::Done)
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.id(),
        "name": rule.name(),
        "provider": rule.provider(),
        "secret_type": rule.secret_type(),
        "severity": rule.severity(),
        "confidence": rule.confidence(),
        "description": rule.description(),
        "source": rule.source(),
        "remediation": rule.remediation(),
        "family": rule.family(),
        "keywords": rule.keywords(),
        "pattern": rule.pattern(),
    })
}

/// The rule of this id.
pub(super) fn find<'r>(rules: &'r RuleSet, id: &str) -> Result<&'r Rule, CliError> {
    let found = rules.rules().iter().find(|rule| rule.id() == id);
    found.ok_or_else(|| {
        let meant = source::nearest(id, rules.rules().iter().map(Rule::id));
        let meant = meant.map_or_else(String::new, |name| format!(" (is `{name}` meant?)"));
        CliError::usage(format!(
            "there is no rule `{id}`{meant}; `deployguard rules list` has them all"
        ))
    })
}

/// Shows one rule; its examples are made up, the same every time.
pub(super) fn show(rules: &RuleSet, id: &str) -> Result<Exit, CliError> {
    let rule = find(rules, id)?;
    let join = |texts: &[String]| texts.join(" ");
    let mut facts = vec![
        ("Rule", rule.id().to_owned()),
        ("Name", rule.name().to_owned()),
        ("Finds", rule.description().to_owned()),
        ("Severity", text::severity(rule.severity()).to_owned()),
        ("Type", text::secret_type(rule.secret_type()).to_owned()),
        (
            "Confidence",
            format!("{} before the checks", rule.confidence()),
        ),
        ("Source", rule.source().to_owned()),
        ("Keywords", join(rule.keywords())),
        ("Pattern", rule.pattern().to_owned()),
    ];
    facts.extend(rule.provider().map(|name| ("Provider", name.to_owned())));
    facts.extend(rule.remediation().map(|page| ("Revoke", page.to_owned())));
    let shown = |kind: &'static str, example: scan::Example| {
        (kind, String::from_utf8_lossy(&example.text).into_owned())
    };
    facts.extend(rule.examples().map(|example| shown("Example", example)));
    facts.extend(
        rule.counter_examples()
            .map(|example| shown("Not found", example)),
    );
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, value)| (name, text::printable(&value)))
        .collect();
    STANDARD_OUTPUT.put(|out| table::write_facts(&facts, out))?;
    Ok(Exit::Done)
}

fn test(rules: &RuleSet, file: &Path) -> Result<Exit, CliError> {
    let outcome = trial(rules);
    if outcome.wrong.is_empty() {
        let (rules, tried) = (
            text::count(rules.rules().len() as u64, "rule"),
            text::count(outcome.tried, "example"),
        );
        return say(&format!(
            "{}: {rules}, {tried}, nothing wrong",
            file.display()
        ));
    }
    let hint = |wrong: &String| {
        let file = file.display();
        format!("{wrong}; see `deployguard explain --text-file … --rules {file}`")
    };
    let told: Vec<_> = outcome.wrong.iter().map(hint).collect();
    Err(CliError::usage(format!(
        "the rules do not find what they should\n{}",
        text::printable_lines(&told.join("\n"))
    )))
}

fn dry_run(rules: &RuleSet, repo: &Path, session: &Session) -> Result<Exit, CliError> {
    let repo = Repository::open(repo)?;
    let begun = Instant::now();
    let scan = super::scan::search(&repo, rules, session)?;
    let taken = begun.elapsed();
    STANDARD_OUTPUT.put(|out| {
        for rule in rules.rules() {
            let own = scan
                .findings
                .iter()
                .filter(|finding| finding.rule == rule.id());
            writeln!(
                out,
                "{}: {}",
                rule.id(),
                text::count(own.clone().count() as u64, "finding")
            )?;
            for finding in own.take(5) {
                let place = finding
                    .occurrences
                    .first()
                    .map(text::place)
                    .unwrap_or_default();
                writeln!(
                    out,
                    "    {} {} of 100, {place}",
                    finding.secret_value_preview, finding.confidence
                )?;
            }
        }
        Ok(())
    })?;
    let megabytes = bytes(&scan) / 1e6;
    session.progress.say(&format!(
        "{:.1} MB in {:.1} s",
        megabytes,
        taken.as_secs_f64()
    ));
    for rule in rules.rules() {
        let own = scan
            .findings
            .iter()
            .filter(|finding| finding.rule == rule.id());
        let hits: u64 = own.map(|finding| finding.occurrence_count).sum();
        #[allow(clippy::cast_precision_loss)] // a rate for a person
        if hits > 100 && hits as f64 > HITS_PER_MEGABYTE * megabytes {
            session.progress.warn(&format!(
                "{} finds something everywhere; make it stricter",
                rule.id()
            ));
        }
    }
    Ok(Exit::Done)
}

#[allow(clippy::cast_precision_loss)] // a rate for a person
fn bytes(scan: &ScanReport) -> f64 {
    scan.coverage.scanned().bytes as f64
}
