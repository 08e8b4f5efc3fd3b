//! `deployguard clean`: the history without the chosen secrets, planned, written, and proven.

mod remap;
mod rotations;
mod selection;
mod target;

use std::fs;
use std::path::{Path, PathBuf};

use domain::{FindingId, Secret, Verdict};
use git::{ObjectId, Pack, Repository};
use jiff::Timestamp;
use rewrite::{
    CleanOptions, Issuer, Outcome, Paths, Plan, ProofVerdict, Replacement, Request, Signer,
};
use scan::suppress::Suppression;
use scan::{Match, Matcher, RuleSet, ScanReport, Spellings};
use serde_json::json;

use super::{Session, policy};
use crate::args::{CleanArgs, Format};
use crate::in_place::{Checkout, Claim};
use crate::output::clean::{Cleaning, Done};
use crate::output::write_json;
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit, in_place, signing};
use remap::Commits;
pub(crate) use selection::{expressions, own_values};
use target::Target;

/// Plans, and with `--execute` does it.
pub(crate) fn execute(args: &CleanArgs, session: &Session) -> Result<Exit, CliError> {
    let repo = Repository::open(&args.repo_path)?;
    if args.place.undo {
        return undo(&repo, args, session);
    }
    let target = Target::of(args, &repo)?;
    let repo = match &target {
        Target::InPlace(_, claim) if args.execute => healed(claim, repo, session)?,
        _ => repo,
    };
    let baselines = remap::read(&args.baseline, &session.key)?;
    let rules = RuleSet::builtin()?;
    let searched = Searched::of(args, &repo, &rules, session)?;
    let chosen = selection::choose(args, searched.as_ref(), &session.key)?;
    let scan = searched.as_ref().map(|searched| &searched.scan);
    let report = |plan: &Plan, changed: Option<&Paths>, done: Option<&Done>| {
        // A scan knows them.
        let names = match scan {
            Some(_) => Vec::new(),
            None => names_that_hold_secrets(&repo, plan, &rules),
        };
        let cleaning = Cleaning {
            source: &args.repo_path,
            bytes: repo.packs().iter().map(Pack::bytes).sum(),
            scan,
            names: &names,
            left_out: searched
                .as_ref()
                .filter(|_| args.all)
                .map(|one| &one.left_out),
            request: &chosen,
            plan,
            changed,
            done,
        };
        STANDARD_OUTPUT.put(|out| cleaning.write(args.format, out))
    };
    let how = CleanOptions {
        keep_message_ids: args.keep_message_ids,
        ..options(session)
    };
    if args.execute {
        let signer = signing::signer(&args.signing, session)?;
        let (plan, done, commits) = carry_out(
            &repo,
            (&rules, scan),
            &chosen,
            &how,
            &target,
            &signer,
            session,
        )?;
        remap::write(
            &baselines,
            &commits,
            &chosen.replacements,
            &done.folder,
            session,
        )?;
        report(&plan, None, Some(&done))?;
        return Ok(match done.certificate.verdict {
            ProofVerdict::Proven => Exit::Done,
            ProofVerdict::Residual => Exit::Incomplete,
        });
    }
    let told = rewrite::dry_run(&repo, &chosen, &how, &*session.progress);
    session.progress.clear();
    let (plan, changed) = told?;
    report(&plan, Some(&changed), None)?;
    let remark = "This was a dry run: nothing was written. Add --execute to do it.";
    session.progress.say(remark);
    Ok(dry_run_exit(scan, &chosen, session))
}

/// What is known of the secrets of a repository.
struct Searched {
    /// All that was found.
    scan: ScanReport,
    /// What of it `scan` reports.
    reported: ScanReport,
    /// What it does not.
    left_out: Suppression,
}

impl Searched {
    /// Scans, if findings are chosen: values of the user's own are looked for by the rewrite itself.
    fn of(
        args: &CleanArgs,
        repo: &Repository,
        rules: &RuleSet,
        session: &Session,
    ) -> Result<Option<Self>, CliError> {
        let has_own =
            args.value_file.is_some() || args.replace_text.is_some() || args.removal.is_given();
        let names_findings = args.all || !args.secret_id.is_empty() || !args.replace.is_empty();
        if has_own && !names_findings {
            return Ok(None);
        }
        let scan = super::scan::search(repo, rules, session)?;
        let (reported, left_out) = policy::reported(&args.leave_out, &scan, repo, rules, session)?;
        Ok(Some(Self {
            scan,
            reported,
            left_out,
        }))
    }
}

/// Secrets in the names of refs and of removed files, which a report must not show.
fn names_that_hold_secrets(
    repo: &Repository,
    plan: &Plan,
    rules: &RuleSet,
) -> Vec<Secret<Vec<u8>>> {
    let names = repo.refs().iter().map(|one| one.name.as_str());
    let removed = plan.removal.iter().flat_map(|removal| &removal.paths);
    let names = names.chain(removed.map(String::as_str));
    let text = names.collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    Matcher::new(rules).find(text.as_bytes(), &mut found);
    let value = |found: &Match| Secret::new(found.value(text.as_bytes()).to_vec());
    found.iter().map(value).collect()
}

/// Brings back what was replaced in place.
fn undo(repo: &Repository, args: &CleanArgs, session: &Session) -> Result<Exit, CliError> {
    let backup = in_place::undo(repo, &*session.progress);
    session.progress.clear();
    let backup = backup?;
    let name = backup.file_name().unwrap_or_default().to_string_lossy();
    STANDARD_OUTPUT.put(|out| match args.format {
        Format::Json => write_json(
            out,
            &json!({"schema": "deployguard.undo/1", "restored": name}),
        ),
        Format::Table => writeln!(
            out,
            "UNDONE: the repository is as it was before it was cleaned ({name}); the secrets are in it again"
        ),
    })?;
    Ok(Exit::Done)
}

/// The repository, opened again if a run that was killed had left it half done.
pub(crate) fn healed(
    claim: &Claim,
    repo: Repository,
    session: &Session,
) -> Result<Repository, CliError> {
    if in_place::heal(claim, &repo, &*session.progress)?.is_none() {
        return Ok(repo);
    }
    session
        .progress
        .say("an earlier run was interrupted; what it had begun was undone first");
    Ok(Repository::open(repo.git_dir())?)
}

/// Rewrites to `folder`, which must not exist, proves the result, and signs for it. When this fails, nothing is left there.
pub(crate) fn rewrite_to(
    folder: &Path,
    repo: &Repository,
    (rules, scan): (&RuleSet, Option<&ScanReport>),
    chosen: &Request,
    how: &CleanOptions,
    signer: &Signer,
    session: &Session,
) -> Result<Outcome, CliError> {
    let prepared = rewrite::prepare(repo, chosen, folder, how, &*session.progress);
    session.progress.clear();
    let mut prepared = prepared?;
    let findings = prepared.outcome.plan.findings.iter();
    let given = findings.filter(|id| scan.is_none_or(|scan| !scan.values.contains_key(id)));
    let issuer = Issuer {
        workspace: session.key.fingerprint(),
        given: given.cloned().collect(),
    };
    // A folder without its certificate is never seen.
    let certificate = &mut prepared.outcome.certificate;
    certificate.sign(issuer, signer)?;
    let rotations = rotations::rotations(certificate, scan, rules);
    rewrite::write_papers(prepared.folder(), &prepared.outcome.certificate, &rotations)
        .map_err(CliError::output(folder))?;
    Ok(prepared.publish()?)
}

/// Every finding of `scan`, to be replaced by the usual text.
pub(crate) fn all_of(scan: &ScanReport) -> Request {
    let usual = |id: &FindingId| Replacement::new(id.clone(), Secret::new(Vec::new()));
    let all = scan
        .values
        .keys()
        .flat_map(|id| of_all_spellings(&usual(id), scan));
    with_archives(Request::from(all.collect::<Vec<_>>()), scan)
}

/// Replacements like this one for the finding that it names, however `scan` found it to be indented.
pub(crate) fn of_all_spellings(like: &Replacement, scan: &ScanReport) -> Vec<Replacement> {
    let spellings = scan
        .values
        .get(&like.id)
        .into_iter()
        .flat_map(Spellings::all);
    let one = |value: &Secret<Vec<u8>>| Replacement {
        value: value.clone(),
        ..like.clone()
    };
    spellings.map(one).collect()
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
    (rules, scan): (&RuleSet, Option<&ScanReport>),
    chosen: &Request,
    how: &CleanOptions,
    target: &Target,
    signer: &Signer,
    session: &Session,
) -> Result<(Plan, Done, Commits), CliError> {
    if let Some(scan) = scan.filter(|scan| scan.verdict() == Verdict::Incomplete) {
        return Err(CliError::Incomplete(format!(
            "{} objects could not be searched, so nobody knows whether they hold the secrets; nothing was written. See `deployguard scan` for which they are",
            scan.coverage.failed().objects.max(1)
        )));
    }
    let outcome = rewrite_to(
        target.folder(),
        repo,
        (rules, scan),
        chosen,
        how,
        signer,
        session,
    )?;
    let (folder, backup) = match target {
        Target::New(folder) => (folder.clone(), None),
        Target::InPlace(folder, claim) => {
            let backup = put_in_place(claim, repo, folder, chosen, &outcome, session);
            // What is left of it after its objects and refs were taken, or everything after an error.
            let _ = fs::remove_dir_all(folder);
            (repo.git_dir().to_owned(), Some(backup?))
        }
    };
    let certificate_file = folder.join(rewrite::CERTIFICATE);
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

/// Puts the clean history in `folder` in the place of `repo`; says where what was replaced is kept.
fn put_in_place(
    claim: &Claim,
    repo: &Repository,
    folder: &Path,
    chosen: &Request,
    outcome: &Outcome,
    session: &Session,
) -> Result<PathBuf, CliError> {
    let clean = Repository::open(folder)?;
    let checkout = Checkout::new(repo, &clean, chosen, &outcome.certificate)?;
    let now = Timestamp::now();
    let replaced = in_place::replace(claim, repo, folder, &checkout, now, &*session.progress);
    session.progress.clear();
    replaced
}

fn dry_run_exit(scan: Option<&ScanReport>, chosen: &Request, session: &Session) -> Exit {
    if chosen.replacements.is_empty() && chosen.patterns.is_empty() && chosen.removal.is_empty() {
        session
            .progress
            .say("note: there is no secret to clean, so the history would stay as it is");
    }
    match scan.map(ScanReport::verdict) {
        None | Some(Verdict::Clean(_) | Verdict::Findings) => Exit::Done,
        Some(Verdict::Incomplete) => {
            session.progress.warn("not every object could be searched; --execute will refuse (see `deployguard scan`)");
            Exit::Incomplete
        }
    }
}
