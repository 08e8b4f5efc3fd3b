//! Which findings to clean, and what to put in their place.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use domain::{FindingId, Secret, WorkspaceKey};
use rewrite::{DEFAULT_REPLACEMENT, Replacement, Request};
use scan::{ScanReport, Spellings};

use super::{Searched, of_all_spellings, with_archives};
use crate::args::CleanArgs;
use crate::{CliError, source};

/// The rule that values from a file are named after.
const OWN_VALUE: &str = "own-value";

/// The same for lines of a file of expressions.
const OWN_EXPRESSION: &str = "own-expression";

/// The chosen findings, if any, and the values of the user's own.
pub(super) fn choose(
    args: &CleanArgs,
    searched: Option<&Searched>,
    key: &WorkspaceKey,
) -> Result<Request, CliError> {
    let scan = searched.map(|searched| &searched.scan);
    let with = replacement(args.replacement.as_deref(), scan)?;
    let mut chosen = match searched {
        Some(searched) => findings(args, searched, &with)?,
        None => Vec::new(),
    };
    if let Some(file) = &args.value_file {
        chosen.extend(own_values(file, &with, args.keep_length, key)?);
    }
    let by_value = |one: &Replacement| (one.id.clone(), one.value.expose().clone());
    chosen.sort_by_cached_key(by_value);
    chosen.dedup_by(|a, b| a.id == b.id && a.value == b.value);
    let expressions = match &args.replace_text {
        Some(file) => expressions(file, args.keep_length, key)?,
        None => Request::default(),
    };
    chosen.extend(expressions.replacements);
    let request = Request {
        patterns: expressions.patterns,
        removal: args.removal.removal()?,
        ..Request::from(chosen)
    };
    Ok(match scan {
        Some(scan) => with_archives(request, scan),
        None => request,
    })
}

/// The chosen findings, or all that are reported. An id that is not there is an error; one that is left out of the report may be
/// named all the same.
fn findings(
    args: &CleanArgs,
    Searched { scan, reported, .. }: &Searched,
    with: &[u8],
) -> Result<Vec<Replacement>, CliError> {
    let ids: Vec<FindingId> = if args.all {
        reported.findings.iter().map(|f| f.id.clone()).collect()
    } else {
        let given = args.secret_id.iter();
        given.map(|id| find(id, scan)).collect::<Result<_, _>>()?
    };
    let own_texts = texts_of_ids(&args.replace, &ids, scan)?;
    let replacements = |id: &FindingId| {
        let own_text = own_texts.get(id).map(Vec::as_slice);
        let like = Replacement {
            with: own_text.unwrap_or(with).to_vec(),
            keep_length: args.keep_length,
            ..Replacement::new(id.clone(), Secret::new(Vec::new()))
        };
        of_all_spellings(&like, scan)
    };
    Ok(ids.iter().flat_map(replacements).collect())
}

/// By finding: what comes in its place, where that is said for it alone.
fn texts_of_ids(
    given: &[String],
    chosen: &[FindingId],
    scan: &ScanReport,
) -> Result<BTreeMap<FindingId, Vec<u8>>, CliError> {
    let one = |pair: &String| {
        let (id, text) = pair.split_once('=').ok_or_else(|| {
            CliError::usage("--replace takes the id of a finding, `=` and a text")
        })?;
        let id = find(id, scan)?;
        if !chosen.contains(&id) {
            return Err(CliError::usage(format!(
                "--replace is for findings that are chosen, and {id} is not"
            )));
        }
        Ok((id, replacement(Some(text), Some(scan))?))
    };
    given.iter().map(one).collect()
}

/// Texts and patterns of a file of expressions.
pub(crate) fn expressions(
    file: &Path,
    keep_length: bool,
    key: &WorkspaceKey,
) -> Result<Request, CliError> {
    let refused = |error: &dyn Display| {
        CliError::usage(format!("--replace-text {}: {error}", file.display()))
    };
    let bytes = std::fs::read(file).map_err(|error| refused(&error))?;
    let id = |line: &[u8]| key.finding_id(OWN_EXPRESSION, line);
    rewrite::expressions(&bytes, keep_length, &id).map_err(|error| refused(&error))
}

/// The values of the user's own in `file`, one a line.
pub(crate) fn own_values(
    file: &Path,
    with: &[u8],
    keep_length: bool,
    key: &WorkspaceKey,
) -> Result<Vec<Replacement>, CliError> {
    let refused = |error| CliError::usage(format!("--value-file {}: {error}", file.display()));
    let bytes = std::fs::read(file).map_err(refused)?;
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let values = lines
        .filter(|line| !line.is_empty())
        .map(|line| Replacement {
            with: with.to_vec(),
            keep_length,
            ..Replacement::new(key.finding_id(OWN_VALUE, line), Secret::new(line.to_vec()))
        });
    Ok(values.collect())
}

fn find(id: &str, scan: &ScanReport) -> Result<FindingId, CliError> {
    let mut ids = scan.findings.iter().map(|finding| &finding.id);
    if let Some(found) = ids.find(|known| known.as_str() == id) {
        return Ok(found.clone());
    }
    let known = scan.findings.iter().map(|finding| finding.id.as_str());
    Err(CliError::NoFinding {
        id: id.to_owned(),
        nearest: source::nearest(id, known),
    })
}

/// What stands in a secret's place must not bring one in, nor tear a line or a file name apart.
fn replacement(given: Option<&str>, scan: Option<&ScanReport>) -> Result<Vec<u8>, CliError> {
    let Some(text) = given else {
        return Ok(DEFAULT_REPLACEMENT.to_vec());
    };
    if text.chars().any(char::is_control) {
        return Err(CliError::usage(
            "a replacement must be one line of text without control characters",
        ));
    }
    let holds = |value: &[u8]| {
        let mut windows = text.as_bytes().windows(value.len().max(1));
        windows.any(|part| part == value)
    };
    let known = scan.into_iter().flat_map(|scan| scan.values.values());
    if known
        .flat_map(Spellings::all)
        .any(|value| holds(value.expose()))
    {
        return Err(CliError::usage(
            "the replacement contains one of the secrets that were found; choose another text",
        ));
    }
    Ok(text.as_bytes().to_vec())
}
