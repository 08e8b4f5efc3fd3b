//! `deployguard heal`: a clone of the old history brought to the clean one, with the work that is only in it.
//!
//! A rewrite gives the same ids everywhere. So the clone is rewritten as the history was: what it shares with that comes to the certified
//! ids, which is checked for every object, and what is only here stays on top of it. Anything else is refused.

mod values;

use std::fs;
use std::path::Path;

use domain::Verdict;
use git::Repository;
use jiff::Timestamp;
use rewrite::{Certificate, CleanOptions, Outcome, Request};
use scan::RuleSet;

use super::{Session, certificate, clean};
use crate::args::HealArgs;
use crate::in_place::{self, Checkout, Claim, HEALING};
use crate::output::heal::Healing;
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit};

/// Plans, and with `--execute` does it.
pub(crate) fn execute(args: &HealArgs, session: &Session) -> Result<Exit, CliError> {
    let certificate = certificate::read(&args.certificate, args.public_key.as_deref())?;
    let repo = Repository::open(&args.repo_path)?;
    let claim = in_place::check(&repo)?;
    let repo = if args.execute {
        clean::healed(&claim, repo, session)?
    } else {
        repo
    };
    let scan = super::scan::search(&repo, &RuleSet::builtin()?, session)?;
    if scan.verdict() == Verdict::Incomplete {
        return Err(CliError::Incomplete(
            "not every object of the clone could be searched, so nobody knows what it holds; nothing was changed. See `deployguard scan`"
                .to_owned(),
        ));
    }
    let given = values::Given::read(args, session)?;
    let request = values::removed(&certificate, &scan, &given, session)?;
    let how = CleanOptions {
        keep_message_ids: certificate.keep_message_ids,
        ..clean::options(session)
    };
    // Beside the objects, so that they can be moved; elsewhere if they are not to be.
    let scratch = if args.execute {
        tempfile::Builder::new()
            .prefix(HEALING)
            .tempdir_in(repo.git_dir())
    } else {
        tempfile::tempdir()
    };
    let scratch = scratch.map_err(CliError::output(repo.git_dir()))?;
    let folder = scratch.path().join("clean.git");
    let outcome = rewrite::clean(&repo, &request, &folder, &how, &*session.progress);
    session.progress.clear();
    let outcome = outcome?;
    check(&certificate, &outcome, &repo)?;
    let place = args.execute.then_some(&claim);
    let healed = heal(place, &repo, &folder, &request, &outcome, session)?;
    let healing = Healing {
        path: &args.repo_path,
        certificate: &certificate,
        outcome: &outcome,
        checkout: &healed,
        is_done: args.execute,
    };
    STANDARD_OUTPUT.put(|out| healing.write(args.format, out))?;
    if !args.execute {
        session
            .progress
            .say("This was a dry run: nothing was written. Add --execute to do it.");
    }
    Ok(Exit::Done)
}

/// Every object that the certificate names came to the id that it names, and no ref needs another name.
fn check(certificate: &Certificate, outcome: &Outcome, repo: &Repository) -> Result<(), CliError> {
    let came_to = &outcome.certificate.map;
    let is_other = |(old, new): &(&git::ObjectId, &git::ObjectId)| {
        repo.table().find(old).is_some() && came_to.get(*old) != Some(*new)
    };
    let others: Vec<_> = certificate.map.iter().filter(is_other).collect();
    if let Some((old, _)) = others.first() {
        return Err(CliError::Conflict(format!(
            "{} objects of this clone, {old} first, would not become what the certificate says; nothing was changed. \
             Give --workspace and DEPLOYGUARD_KEY as they were for `clean`, values that no rule finds (without the key: all removed \
             values) with --value-file, the file of expressions with --replace-text; or clone anew",
            others.len()
        )));
    }
    let own = &outcome.certificate;
    let stays = |old: &&git::ObjectId| {
        let goes = own.removed.contains(*old) || own.map.contains_key(*old);
        repo.table().find(old).is_some() && !goes
    };
    if let Some(old) = certificate.removed.iter().find(stays) {
        return Err(CliError::Conflict(format!(
            "object {old}, which was removed from the history, would stay in this clone, since commits that are only here \
             have it at another path; nothing was changed"
        )));
    }
    if outcome
        .plan
        .changed_refs
        .iter()
        .any(|one| one.renamed.is_some())
    {
        return Err(CliError::usage(
            "the name of a branch or tag of this clone holds a removed value; rename it first",
        ));
    }
    Ok(())
}

/// Puts the healed history in the clone's place, if that is claimed, and drops the old one.
fn heal(
    claim: Option<&Claim>,
    repo: &Repository,
    folder: &Path,
    request: &Request,
    outcome: &Outcome,
    session: &Session,
) -> Result<Checkout, CliError> {
    let own = &outcome.certificate;
    let checkout = Checkout::new(repo, &Repository::open(folder)?, request, own)?;
    // A clone whose reflogs alone name what is not there any more needs nothing.
    let is_clean = own.map.is_empty() && own.removed.is_empty();
    if let Some(claim) = claim.filter(|_| !is_clean) {
        let (now, watch) = (Timestamp::now(), &*session.progress);
        let old = in_place::replace(claim, repo, folder, &checkout, now, watch);
        session.progress.clear();
        let old = old?;
        fs::remove_dir_all(&old).map_err(CliError::output(&old))?;
    }
    Ok(checkout)
}
