//! `deployguard verify`: a repository checked against the certificate of a clean, offline.

use std::fs;
use std::path::Path;

use domain::{FindingId, Verdict};
use git::Repository;
use rewrite::{Certificate, Request};
use scan::RuleSet;

use super::{Session, clean};
use crate::args::CertificateArgs;
use crate::output::verification::{Account, Search};
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit};

/// Verifies.
pub(crate) fn execute(args: &CertificateArgs, session: &Session) -> Result<Exit, CliError> {
    let certificate = read(&args.certificate, args.public_key.as_deref())?;
    let repo = Repository::open(&args.repo_path)?;
    let values = match &args.value_file {
        Some(file) => clean::own_values(file, b"", false, &session.key)?,
        None => Vec::new(),
    };
    let (request, how) = (Request::from(values), clean::options(session));
    let watch = &*session.progress;
    let verification = rewrite::verify(&repo, &certificate, &request, &how, watch);
    session.progress.clear();
    let account = Account {
        path: &args.repo_path,
        certificate: &certificate,
        verification: &verification?,
        search: &search(&repo, &certificate, session)?,
    };
    STANDARD_OUTPUT.put(|out| account.write(args.format, out))?;
    Ok(account.verdict().exit())
}

/// The certificate in `file`, signed by whom it should be.
pub(crate) fn read(file: &Path, public_key: Option<&str>) -> Result<Certificate, CliError> {
    let what = || format!("the certificate {}", file.display());
    let bytes = fs::read(file).map_err(|error| CliError::usage(format!("{}: {error}", what())))?;
    let certificate = Certificate::read(&bytes, public_key);
    certificate.map_err(|error| CliError::Certificate {
        what: what(),
        error,
    })
}

/// Looks whether the rules find again what was removed.
fn search(
    repo: &Repository,
    certificate: &Certificate,
    session: &Session,
) -> Result<Search, CliError> {
    if certificate.workspace != session.key.fingerprint() {
        return Ok(Search::OtherKey);
    }
    let scan = super::scan::search(repo, &RuleSet::builtin()?, session)?;
    let is_removed = |id: &&FindingId| scan.values.contains_key(*id);
    let found: Vec<_> = certificate
        .plan
        .findings
        .iter()
        .filter(is_removed)
        .cloned()
        .collect();
    Ok(match scan.verdict() {
        _ if !found.is_empty() => Search::Found(found),
        Verdict::Incomplete => Search::Incomplete,
        Verdict::Clean(_) | Verdict::Findings => Search::Nothing,
    })
}
