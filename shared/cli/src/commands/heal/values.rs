//! What a certificate's rewrite removed, found again in a clone.

use std::collections::BTreeSet;
use std::path::Path;

use domain::{FindingId, Secret};
use rewrite::{Certificate, RemovalPlan, Replacement, Request, Substitute};
use scan::{ScanReport, Spellings};

use crate::CliError;
use crate::commands::{Session, clean};

/// The same values with the same substitutes. What cannot be known is refused.
pub(super) fn removed(
    certificate: &Certificate,
    scan: &ScanReport,
    file: Option<&Path>,
    session: &Session,
) -> Result<Request, CliError> {
    if !certificate.repeatable {
        return Err(refuse(
            "the history was rewritten by more than values, or without files whose paths the certificate does not tell, which cannot \
             be repeated here",
        ));
    }
    let removal = certificate.plan.removal.as_ref();
    let removal = removal.and_then(RemovalPlan::request).unwrap_or_default();
    let with_removal = |values: Vec<Replacement>| Request {
        removal: removal.clone(),
        ..Request::from(values)
    };
    let own = match file {
        Some(file) => clean::own_values(file, b"", false, &session.key)?,
        None => Vec::new(),
    };
    if certificate.substitutes.is_empty() {
        return Ok(with_removal(Vec::new()));
    }
    if certificate.workspace != session.key.fingerprint() {
        return by_values_alone(certificate, &own).map(with_removal);
    }
    let mut all = Vec::new();
    for (id, substitute) in &certificate.substitutes {
        let given = own.iter().find(|one| one.id == *id).map(|one| &one.value);
        let found = scan.values.get(id).into_iter().flat_map(Spellings::all);
        let values: Vec<_> = match given {
            Some(value) => vec![value],
            None => found.collect(),
        };
        // A rule that finds nothing here says that there is nothing.
        if values.is_empty() && certificate.given.contains(id) {
            return Err(refuse(&format!(
                "{id} is a value that no rule finds; give it with --value-file"
            )));
        }
        for value in values {
            all.push(replacement(id, value, substitute)?);
        }
    }
    Ok(with_removal(all))
}

/// The findings' names say nothing without their key. With the values, and one substitute for all, the ids will tell whether it was right.
fn by_values_alone(
    certificate: &Certificate,
    own: &[Replacement],
) -> Result<Vec<Replacement>, CliError> {
    if own.is_empty() {
        return Err(refuse(
            "the certificate's findings are named with another key: give --workspace and DEPLOYGUARD_KEY as they were for `clean`, \
             or all removed values with --value-file",
        ));
    }
    let substitutes: BTreeSet<_> = certificate
        .substitutes
        .values()
        .map(|one| (&one.with, one.keep_length))
        .collect();
    let mut same = certificate
        .substitutes
        .values()
        .take(usize::from(substitutes.len() == 1));
    let substitute = same.next().ok_or_else(|| {
        refuse("the certificate's findings are named with another key, and not all were replaced by the same text")
    })?;
    let all = own
        .iter()
        .map(|one| replacement(&one.id, &one.value, substitute));
    all.collect()
}

fn replacement(
    id: &FindingId,
    value: &Secret<Vec<u8>>,
    substitute: &Substitute,
) -> Result<Replacement, CliError> {
    let Some(with) = &substitute.with else {
        return Err(refuse("a value was replaced by what is no text"));
    };
    Ok(Replacement {
        with: with.clone().into_bytes(),
        keep_length: substitute.keep_length,
        ..Replacement::new(id.clone(), value.clone())
    })
}

fn refuse(reason: &str) -> CliError {
    CliError::usage(format!("{reason}; nothing was changed"))
}
