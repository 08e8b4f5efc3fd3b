//! What a certificate's rewrite removed, found again in a clone.

mod other_key;

use domain::{FindingId, Secret};
use rewrite::{Certificate, RemovalPlan, Replacement, Request, Substitute};
use scan::{ScanReport, Spellings};

use crate::CliError;
use crate::args::HealArgs;
use crate::commands::{Session, clean};

/// What the user gives again.
pub(super) struct Given {
    /// Values, without what came in their place.
    values: Vec<Replacement>,
    /// The texts and patterns of a file of expressions.
    expressions: Request,
}

impl Given {
    /// Reads the files.
    pub(super) fn read(args: &HealArgs, session: &Session) -> Result<Self, CliError> {
        let values = match &args.value_file {
            Some(file) => clean::own_values(file, b"", false, &session.key)?,
            None => Vec::new(),
        };
        let expressions = match &args.replace_text {
            Some(file) => clean::expressions(file, false, &session.key)?,
            None => Request::default(),
        };
        Ok(Self {
            values,
            expressions,
        })
    }

    /// Whether as many patterns are given as there were.
    fn check_patterns(&self, certificate: &Certificate) -> Result<(), CliError> {
        let (old, new) = (certificate.patterns.len(), self.expressions.patterns.len());
        if old == new {
            return Ok(());
        }
        Err(refuse(&format!(
            "the history was cleaned with {old} expressions (`regex:`, `glob:`), and {new} are given; give the same file with --replace-text"
        )))
    }

    /// Whether the history was cleaned with every line of the file: its id, made with the certificate's key, tells.
    fn check_lines(&self, certificate: &Certificate) -> Result<(), CliError> {
        let mut texts = self.expressions.replacements.iter();
        let mut patterns = self.expressions.patterns.iter();
        let is_same = texts.all(|one| certificate.substitutes.contains_key(&one.id))
            && patterns.all(|one| certificate.patterns.contains(&one.id));
        if is_same {
            return Ok(());
        }
        Err(refuse(
            "--replace-text has lines that the history was not cleaned with; give the same file",
        ))
    }
}

/// The same values with the same substitutes. What cannot be known is refused.
pub(super) fn removed(
    certificate: &Certificate,
    scan: &ScanReport,
    given: &Given,
    session: &Session,
) -> Result<Request, CliError> {
    if !certificate.repeatable {
        return Err(refuse(
            "the history was rewritten without files whose paths the certificate does not tell, or by an older program, which cannot \
             be repeated here",
        ));
    }
    given.check_patterns(certificate)?;
    let replacements = if certificate.workspace == session.key.fingerprint() {
        given.check_lines(certificate)?;
        by_ids(certificate, scan, given)?
    } else {
        other_key::replacements(certificate, scan, given)?
    };
    let removal = certificate.plan.removal.as_ref();
    Ok(Request {
        patterns: given.expressions.patterns.clone(),
        removal: removal.and_then(RemovalPlan::request).unwrap_or_default(),
        ..Request::from(replacements)
    })
}

/// Every finding by its name, as it was given, or as the rules find it here.
fn by_ids(
    certificate: &Certificate,
    scan: &ScanReport,
    given: &Given,
) -> Result<Vec<Replacement>, CliError> {
    let mut all = Vec::new();
    for (id, substitute) in &certificate.substitutes {
        let mut own = given.values.iter().chain(&given.expressions.replacements);
        let own = own.find(|one| one.id == *id).map(|one| &one.value);
        let found = scan.values.get(id).into_iter().flat_map(Spellings::all);
        let values: Vec<_> = match own {
            Some(value) => vec![value],
            None => found.collect(),
        };
        // A rule that finds nothing here says that there is nothing.
        if values.is_empty() && certificate.given.contains(id) {
            return Err(refuse(&format!(
                "{id} is a value that no rule finds; give it with --value-file, or with --replace-text if it stood in a file of expressions"
            )));
        }
        for value in values {
            all.push(replacement(id, value, substitute)?);
        }
    }
    Ok(all)
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
