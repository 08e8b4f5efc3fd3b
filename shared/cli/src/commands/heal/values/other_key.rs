//! A certificate whose findings are named with a key that is not at hand, as the service's are: their names say nothing. What was
//! removed is given, or what the rules find in objects that changed; whether it was that, the ids that it leads to will tell.

use std::collections::BTreeSet;

use domain::Finding;
use git::ObjectId;
use rewrite::{Certificate, Replacement, Substitute};
use scan::{ScanReport, Spellings};

use super::{Given, refuse, replacement};
use crate::CliError;

pub(super) fn replacements(
    certificate: &Certificate,
    scan: &ScanReport,
    given: &Given,
) -> Result<Vec<Replacement>, CliError> {
    let (mut all, left) = texts(certificate, given);
    if left.is_empty() && given.values.is_empty() {
        return Ok(all);
    }
    let distinct: BTreeSet<_> = left
        .iter()
        .map(|one| (&one.with, one.keep_length))
        .collect();
    let (Some(substitute), true) = (left.first(), distinct.len() == 1) else {
        return Err(refuse(
            "the certificate's findings are named with another key, and not all were replaced by the same text; give --workspace and \
             DEPLOYGUARD_KEY as they were for `clean`",
        ));
    };
    if given.values.is_empty() {
        all.extend(found(certificate, scan, substitute)?);
    }
    for one in &given.values {
        all.push(replacement(&one.id, &one.value, substitute)?);
    }
    Ok(all)
}

/// The texts of the file of expressions, and the substitutes that are not for one of these.
fn texts<'c>(
    certificate: &'c Certificate,
    given: &Given,
) -> (Vec<Replacement>, Vec<&'c Substitute>) {
    let mut left: Vec<_> = certificate.substitutes.values().collect();
    let mut texts = given.expressions.replacements.clone();
    for text in &mut texts {
        let is_same =
            |one: &&Substitute| one.with.as_deref().map(str::as_bytes) == Some(&text.with);
        if let Some(place) = left.iter().position(is_same) {
            text.keep_length = left.remove(place).keep_length;
        }
    }
    (texts, left)
}

/// What the rules find in objects that the certificate says have changed.
fn found(
    certificate: &Certificate,
    scan: &ScanReport,
    substitute: &Substitute,
) -> Result<Vec<Replacement>, CliError> {
    let is_changed = |finding: &&Finding| {
        let mut places = finding.occurrences.iter();
        places.any(|place| {
            let object = ObjectId::from_hex(place.object_id.as_bytes());
            object.is_some_and(|object| certificate.map.contains_key(&object))
        })
    };
    let mut all = Vec::new();
    for finding in scan.findings.iter().filter(is_changed) {
        let values = scan.values.get(&finding.id).into_iter();
        for value in values.flat_map(Spellings::all) {
            all.push(replacement(&finding.id, value, substitute)?);
        }
    }
    Ok(all)
}
