//! `deployguard clean`: the history without the chosen secrets, planned, written, and proven.

mod remap;
mod selection;
mod target;

use std::fs;
use std::path::Path;

use domain::{FindingId, Verdict};
use git::{ObjectId, Repository};
use jiff::Timestamp;
use rewrite::{CleanOptions, Outcome, Plan, ProofVerdict, Replacement, Request};
use scan::{RuleSet, ScanReport};

use super::{Session, policy};
use crate::args::CleanArgs;
use crate::output::clean::{Cleaning, Done};
use crate::output::write_json;
use crate::sink::{STANDARD_OUTPUT, Sink};
use crate::{CliError, Exit, in_place};
use remap::Commits;
use target::Target;

/// The certificate's name inside the clean repository, where Git takes no notice of it.
pub(crate) const CERTIFICATE: &str = "deployguard-certificate.json";

/// Plans, and with `--execute` does it.
pub(crate) fn execute(args: &CleanArgs, session: &Session) -> Result<Exit, CliError> {
    let repo = Repository::open(&args.repo_path)?;
    let target = Target::of(args, &repo)?;
    let baselines = remap::read(&args.baseline, &session.key)?;
    let rules = RuleSet::builtin()?;
    let scan = super::scan::search(&repo, &rules, session)?;
    let (reported, left_out) = policy::reported(&args.leave_out, &scan, &repo, &rules, session)?;
    let chosen = selection::choose(args, &scan, &reported, &session.key)?;
    let chosen = with_archives(chosen, &scan);
    let report = |plan: &Plan, done: Option<&Done>| {
        let cleaning = Cleaning {
            source: &args.repo_path,
            scan: &scan,
            left_out: args.all.then_some(&left_out),
            request: &chosen,
            plan,
            done,
        };
        STANDARD_OUTPUT.put(|out| cleaning.write(args.format, out))
    };
    let how = CleanOptions {
        keep_message_ids: args.keep_message_ids,
        ..options(session)
    };
    if args.execute {
        let (plan, done, commits) = carry_out(&repo, &scan, &chosen, &how, &target, session)?;
        remap::write(
            &baselines,
            &commits,
            &chosen.replacements,
            &done.folder,
            session,
        )?;
        report(&plan, Some(&done))?;
        return Ok(match done.certificate.verdict {
            ProofVerdict::Proven => Exit::Done,
            ProofVerdict::Residual => Exit::Incomplete,
        });
    }
    let plan = rewrite::plan(&repo, &chosen, &how, &*session.progress);
    session.progress.clear();
    report(&plan?, None)?;
    let remark = "This was a dry run: nothing was written. Add --execute to do it.";
    session.progress.say(remark);
    Ok(dry_run_exit(&scan, &chosen, session))
}

/// Rewrites to `folder`, which must not exist, and proves the result. When this fails, nothing is left there.
pub(crate) fn rewrite_to(
    folder: &Path,
    repo: &Repository,
    chosen: &Request,
    how: &CleanOptions,
    session: &Session,
) -> Result<Outcome, CliError> {
    let outcome = rewrite::clean(repo, chosen, folder, how, &*session.progress);
    session.progress.clear();
    let outcome = outcome?;
    let sink = Sink {
        file: Some(&folder.join(CERTIFICATE)),
        confidential: false,
    };
    sink.put(|out| write_json(out, &outcome.certificate))?;
    Ok(outcome)
}

/// Every finding of `scan`, to be replaced by the usual text.
pub(crate) fn all_of(scan: &ScanReport) -> Request {
    let values = scan.values.iter();
    let all = values.map(|(id, value)| Replacement::new(id.clone(), value.clone()));
    with_archives(Request::from(all.collect::<Vec<_>>()), scan)
}

/// `request` with the archives in which the scan saw what is chosen.
fn with_archives(request: Request, scan: &ScanReport) -> Request {
    let is_chosen = |id: &FindingId| request.replacements.iter().any(|one| one.id == *id);
    let chosen = scan.findings.iter().filter(|one| is_chosen(&one.id));
    let places = chosen.flat_map(|finding| &finding.occurrences);
    let packed = places.filter(|place| place.in_archive);
    let archives = packed.filter_map(|place| ObjectId::from_hex(place.object_id.as_bytes()));
    Request {
        archives: archives.collect(),
        ..request
    }
}

/// How to work, if nothing else is asked for.
pub(crate) fn options(session: &Session) -> CleanOptions {
    CleanOptions {
        threads: session.threads,
        ..CleanOptions::default()
    }
}

fn carry_out(
    repo: &Repository,
    scan: &ScanReport,
    chosen: &Request,
    how: &CleanOptions,
    target: &Target,
    session: &Session,
) -> Result<(Plan, Done, Commits), CliError> {
    if scan.verdict() == Verdict::Incomplete {
        return Err(CliError::Incomplete(format!(
            "{} objects could not be searched, so nobody knows whether they hold the secrets; nothing was written. See `deployguard scan` for which they are",
            scan.coverage.failed.objects.max(1)
        )));
    }
    let outcome = rewrite_to(target.folder(), repo, chosen, how, session)?;
    let (folder, backup) = match target {
        Target::New(folder) => (folder.clone(), None),
        Target::InPlace(folder) => {
            let backup = in_place::replace(repo, folder, Timestamp::now());
            // What is left of it after its objects and refs were taken, or everything after an error.
            let certificate = folder.join(CERTIFICATE);
            if backup.is_ok() {
                let place = repo.git_dir().join(CERTIFICATE);
                fs::rename(&certificate, &place).map_err(CliError::output(place.clone()))?;
            }
            let _ = fs::remove_dir_all(folder);
            (repo.git_dir().to_owned(), Some(backup?))
        }
    };
    let certificate_file = folder.join(CERTIFICATE);
    Ok((
        outcome.plan,
        Done {
            folder,
            backup,
            certificate: outcome.certificate,
            certificate_file,
        },
        outcome.commits,
    ))
}

fn dry_run_exit(scan: &ScanReport, chosen: &Request, session: &Session) -> Exit {
    if chosen.replacements.is_empty() {
        session
            .progress
            .say("note: there is no secret to clean, so the history would stay as it is");
    }
    match scan.verdict() {
        Verdict::Clean(_) | Verdict::Findings => Exit::Done,
        Verdict::Incomplete => {
            session.progress.warn("not every object could be searched; --execute will refuse (see `deployguard scan`)");
            Exit::Incomplete
        }
    }
}
