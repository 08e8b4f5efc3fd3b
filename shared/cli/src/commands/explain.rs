//! `deployguard explain`: what a rule looks for, and which checks gave or took points for a value.

use std::fs;
use std::io::{self, Read as _};

use domain::Secret;
use domain::secret::Preview;
use git::Repository;
use scan::{Candidate, RuleSet, Spellings, explain, placed};

use super::{Session, rules};
use crate::args::ExplainArgs;
use crate::output::text;
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit, source};

/// A text is explained up to this size.
const LARGEST: u64 = 16 << 20;

/// Explains.
pub(crate) fn execute(
    args: &ExplainArgs,
    session: impl Fn() -> Result<Session, CliError>,
) -> Result<Exit, CliError> {
    let known = rules::load(&args.rules)?;
    if let Some(id) = &args.rule {
        return rules::show(&known, id);
    }
    if let (Some(id), Some(path)) = (&args.id, &args.repo_path) {
        return finding(id, &Repository::open(path)?, &known, &session()?);
    }
    let mut data = Vec::new();
    let refused = |error: io::Error| CliError::usage(format!("the text cannot be read: {error}"));
    match &args.text_file {
        Some(file) => {
            fs::File::open(file).and_then(|open| open.take(LARGEST).read_to_end(&mut data))
        }
        None => io::stdin().lock().take(LARGEST).read_to_end(&mut data),
    }
    .map_err(refused)?;
    let all = explain(&known, &data);
    tell(&all, &known, &data)
}

/// The value of a finding, where it came in.
fn finding(
    id: &str,
    repo: &Repository,
    known: &RuleSet,
    session: &Session,
) -> Result<Exit, CliError> {
    let scan = super::scan::search(repo, known, session)?;
    let ids = || scan.findings.iter().map(|finding| finding.id.as_str());
    let found = scan
        .findings
        .iter()
        .find(|finding| finding.id.as_str() == id);
    let found = found.ok_or_else(|| CliError::NoFinding {
        id: id.to_owned(),
        nearest: source::nearest(id, ids()),
    })?;
    let spellings = scan.values.get(&found.id).into_iter();
    let spellings: Vec<_> = spellings
        .flat_map(Spellings::all)
        .map(Secret::expose)
        .collect();
    let stands =
        |data: &[u8], value: &[u8]| data.windows(value.len().max(1)).any(|part| part == value);
    let holds = |data: &Vec<u8>| spellings.iter().any(|value| stands(data, value));
    let mut places = found.occurrences.iter().filter_map(|place| {
        let object = git::ObjectId::from_hex(place.object_id.as_bytes())?;
        repo.find(&object)
            .ok()
            .flatten()
            .map(|object| (place, object.data))
    });
    let Some((place, data)) = places.find(|(_, data)| holds(data)) else {
        return Err(CliError::usage(
            "the value stands nowhere as it is, only inside an archive or in another way of writing; give `explain --stdin` the text",
        ));
    };
    let mut all = explain(known, &data);
    all.retain(|one| {
        let text = data.get(one.start..one.end).unwrap_or_default();
        spellings.iter().any(|value| *value == text)
    });
    for one in all.iter_mut().filter(|one| one.is_found) {
        let (rule, last) = (known.rules().get(one.rule), one.steps.last());
        let paths = found
            .occurrences
            .iter()
            .map(|place| place.file_path.as_str());
        let confidence = last.and_then(|step| step.confidence);
        let step = rule
            .zip(confidence)
            .and_then(|(rule, confidence)| placed(rule, confidence, paths));
        one.steps.extend(step);
    }
    STANDARD_OUTPUT.put(|out| {
        let (name, place) = (&found.secret_name, text::place(place));
        writeln!(
            out,
            "{} {name}, {} of 100, {place}\n",
            found.id, found.confidence
        )
    })?;
    tell(&all, known, &data)
}

fn tell(all: &[Candidate], known: &RuleSet, data: &[u8]) -> Result<Exit, CliError> {
    STANDARD_OUTPUT.put(|out| {
        if all.is_empty() {
            return writeln!(out, "No rule's pattern matches anything in it.");
        }
        for one in all {
            let value = data.get(one.start..one.end).unwrap_or_default();
            let before = data.get(..one.start).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            let rule = known.rules().get(one.rule).map_or("", scan::Rule::id);
            let outcome = if one.is_found { "found" } else { "refused" };
            writeln!(
                out,
                "{outcome}: {} by {rule}, line {line}",
                Preview::of(value).as_str()
            )?;
            for step in &one.steps {
                match step.confidence {
                    Some(confidence) => writeln!(out, "    {confidence:>3}  {}", step.check)?,
                    None => writeln!(out, "      -  {}", step.check)?,
                }
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}
