//! `deployguard scan`: every object of a history searched, the report written, the verdict as exit code.

mod validity;

use std::mem::ManuallyDrop;
use std::path::Path;

use domain::{Finding, Verdict};
use git::{Repository, revision};
use jiff::Timestamp;
use scan::baseline::Baseline;
use scan::suppress::suppress;
use scan::{
    Range, RuleSet, ScanOptions, ScanReport, scan_history, scan_history_again, scan_range,
    scan_staged,
};

use super::Session;
use super::policy::{self, Of};
use crate::args::ScanArgs;
use crate::output::Report;
use crate::output::table::Width;
use crate::sink::Sink;
use crate::source::{self, Place};
use crate::{CliError, Exit, baseline, record};

/// Scans.
pub(crate) fn execute(args: &ScanArgs, session: &Session) -> Result<Exit, CliError> {
    if args.show_secrets && !args.format.may_show_secrets() {
        return Err(CliError::usage(
            "--show-secrets goes with --format table, json, jsonl or sarif; the other formats are made to be passed on",
        ));
    }
    let baselines = baseline::load(&args.policy.baseline, &session.key)?;
    match (&args.repo_path, &args.url) {
        (Some(path), _) => {
            let is_part = args.since.is_some() || args.staged;
            let repo = if is_part {
                Repository::open_for_few(path)?
            } else {
                Repository::open(path)?
            };
            // The program ends with this command: the system takes all of it back at once.
            let repo = ManuallyDrop::new(repo);
            let place = Place::of_path(&repo, path);
            scan_and_report(&repo, place, &baselines, args, session)
        }
        (None, Some(url)) => {
            let fetched = super::fetch::fetch(args, url, session)?;
            let place = Place::of_url(&fetched.repo, &fetched.url);
            scan_and_report(&fetched.repo, place, &baselines, args, session)
        }
        (None, None) => Err(CliError::usage("give --repo-path or --url")),
    }
}

fn scan_and_report(
    repo: &Repository,
    mut place: Place,
    baselines: &[Baseline],
    args: &ScanArgs,
    session: &Session,
) -> Result<Exit, CliError> {
    place.branch = args
        .branch
        .as_deref()
        .map(|name| source::branch(repo, name))
        .transpose()?;
    let rules = ManuallyDrop::new(super::rules::load(&args.rules)?);
    let started = Timestamp::now();
    let of = match &place.branch {
        _ if args.staged => Of::Staged,
        Some(branch) => Of::Branch(branch),
        None => Of::Head,
    };
    let policy = policy::of(&args.policy.leave_out, repo, of, &rules)?;
    place.since.clone_from(&args.since);
    let options = ScanOptions {
        by_delta: !args.no_delta,
        max_object_bytes: args.max_object_size,
        ..options(session)
    };
    let mut scan = match &place.since {
        Some(since) => search_since(repo, since, &place, &rules, &options, session)?,
        None if args.staged => search_staged(repo, &rules, &options, session)?,
        None => match &args.record {
            Some(file) => search_again(repo, file, &rules, &options, session)?,
            None => search_all(repo, &rules, &options, session)?,
        },
    };
    if let Some(branch) = place.branch.as_ref().filter(|_| place.since.is_none()) {
        keep_branch(&mut scan, branch);
    }
    let is_whole = place.branch.is_none() && scan.coverage.skipped().is_empty();
    let key = &session.key;
    let suppression = suppress(&mut scan, repo, key, &policy, baselines, is_whole);
    super::baseline::remark_on(&suppression, session);
    let validity = validity::ask(&args.verify, &scan, repo, session)?;
    if args.show_secrets {
        session
            .progress
            .warn("the report holds full secrets; keep it as safe as the secrets themselves");
    }
    let report = Report {
        place: &place,
        rules: &rules,
        scan: &scan,
        suppression: &suppression,
        validity: validity.as_ref(),
        started,
        show_secrets: args.show_secrets,
    };
    let file = args.output.as_deref();
    let sink = Sink {
        file,
        confidential: args.show_secrets,
    };
    sink.put(|out| report.write(args.format, Width::of_reader(file.is_some()), out))?;
    remark(&scan, &place, session);
    Ok(Exit::of_verdict(scan.verdict()))
}

/// Searches what commits since a revision brought in, up to HEAD or to the branch that was asked for.
fn search_since(
    repo: &Repository,
    since: &str,
    place: &Place,
    rules: &RuleSet,
    options: &ScanOptions,
    session: &Session,
) -> Result<ScanReport, CliError> {
    let tip = place.branch.as_deref().unwrap_or("HEAD");
    let [since, tip] = [since, tip].map(|name| {
        let commit = revision::resolve(repo, name);
        commit.ok_or_else(|| CliError::no_revision(name))
    });
    let range = Range::new(repo, &since?, &tip?)?;
    if range.is_empty() {
        session.progress.say("note: there is no commit since then");
    }
    let report = scan_range(
        repo,
        &range,
        rules,
        &session.key,
        options,
        &*session.progress,
    );
    session.progress.clear();
    Ok(report?)
}

/// Searches what the record in `file` does not know, and brings the record up to date.
fn search_again(
    repo: &Repository,
    file: &Path,
    rules: &RuleSet,
    options: &ScanOptions,
    session: &Session,
) -> Result<ScanReport, CliError> {
    let (key, watch) = (&session.key, &*session.progress);
    let known = record::load(file, session)?;
    let outcome = scan_history_again(repo, known.as_ref(), rules, key, options, watch);
    session.progress.clear();
    let (report, next) = outcome?;
    match next {
        Some(next) if known.as_ref() != Some(&next) => record::store(&next, file, key)?,
        _ => {}
    }
    Ok(report)
}

/// Searches what is staged for the next commit.
fn search_staged(
    repo: &Repository,
    rules: &RuleSet,
    options: &ScanOptions,
    session: &Session,
) -> Result<ScanReport, CliError> {
    let report = scan_staged(repo, rules, &session.key, options, &*session.progress);
    session.progress.clear();
    Ok(report?)
}

/// Searches the whole history.
pub(crate) fn search(
    repo: &Repository,
    rules: &RuleSet,
    session: &Session,
) -> Result<ScanReport, CliError> {
    search_all(repo, rules, &options(session), session)
}

fn search_all(
    repo: &Repository,
    rules: &RuleSet,
    options: &ScanOptions,
    session: &Session,
) -> Result<ScanReport, CliError> {
    let report = scan_history(repo, rules, &session.key, options, &*session.progress);
    session.progress.clear();
    Ok(report?)
}

fn options(session: &Session) -> ScanOptions {
    ScanOptions {
        threads: session.threads,
        ..ScanOptions::default()
    }
}

/// Leaves out findings that `branch` does not hold. A finding in more refs than it lists stays: it may be there.
fn keep_branch(scan: &mut ScanReport, branch: &str) {
    let holds = |finding: &Finding| {
        let is_listed = finding.refs.iter().any(|name| name == branch);
        is_listed || finding.ref_count > finding.refs.len() as u64
    };
    scan.findings.retain(holds);
}

fn remark(scan: &ScanReport, place: &Place, session: &Session) {
    let total = scan.coverage.total();
    if total.objects == 0 {
        session.progress.say(
            "note: the repository is empty: it has no objects, so there was nothing to search",
        );
    } else if scan.verdict() == Verdict::Findings && place.path.is_some() {
        session.progress.say("Revoke these secrets first. What a rewrite would change: deployguard clean --all --repo-path …");
    }
}
