//! What is not to be reported, nor taken for one of all findings: what was typed, and what the repository says itself.

use git::{Repository, revision, staging};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scan::suppress::{IGNORE_FILE, IgnoreFile, Patterns, Policy, Suppression, suppress};
use scan::{RuleSet, ScanReport};

use super::Session;
use crate::args::LeaveOutArgs;
use crate::{CliError, source};

/// The ignore file that counts.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    /// That of HEAD.
    Head,
    /// That of a branch.
    Branch(&'a str),
    /// That which is staged.
    Staged,
}

/// What is not to be reported.
pub(super) fn of(
    args: &LeaveOutArgs,
    repo: &Repository,
    of: Of<'_>,
    rules: &RuleSet,
) -> Result<Policy, CliError> {
    let typed = typed(args, rules)?;
    if args.no_ignore {
        return Ok(typed);
    }
    Ok(Policy {
        ignore_file: ignore_file(repo, of, rules, typed.today)?,
        ..typed
    })
}

/// What `scan` reports of everything that was found in the history, and what it leaves out.
pub(super) fn reported(
    args: &LeaveOutArgs,
    found: &ScanReport,
    repo: &Repository,
    rules: &RuleSet,
    session: &Session,
) -> Result<(ScanReport, Suppression), CliError> {
    let policy = of(args, repo, Of::Head, rules)?;
    let mut reported = found.clone();
    let left_out = suppress(&mut reported, repo, &session.key, &policy, &[], true);
    super::baseline::remark_on(&left_out, session);
    Ok((reported, left_out))
}

/// Reads what was typed.
fn typed(args: &LeaveOutArgs, rules: &RuleSet) -> Result<Policy, CliError> {
    for (option, ids) in [
        ("--only-rule", &args.only_rule),
        ("--exclude-rule", &args.exclude_rule),
    ] {
        ids.iter().try_for_each(|id| known(option, id, rules))?;
    }
    let globs = args.exclude_path.iter().map(String::as_str);
    let refused = |(_, reason)| CliError::usage(format!("--exclude-path: {reason}"));
    Ok(Policy {
        only_rules: args.only_rule.iter().cloned().collect(),
        exclude_rules: args.exclude_rule.iter().cloned().collect(),
        min_confidence: args.min_confidence,
        exclude_paths: Patterns::new(globs).map_err(refused)?,
        ignore_file: IgnoreFile::default(),
        honours_marks: !args.no_ignore,
        today: today(),
    })
}

fn known(option: &str, id: &str, rules: &RuleSet) -> Result<(), CliError> {
    let ids = || rules.rules().iter().map(scan::Rule::id);
    if ids().any(|known| known == id) {
        return Ok(());
    }
    let meant = source::nearest(id, ids());
    let meant = meant.map_or_else(String::new, |name| format!(" (is `{name}` meant?)"));
    Err(CliError::usage(format!(
        "{option}: there is no rule `{id}`{meant}; `deployguard rules list` has them all"
    )))
}

/// The day, by the clock of UTC: the same for everyone.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// The ignore file of what is looked at.
fn ignore_file(
    repo: &Repository,
    of: Of<'_>,
    rules: &RuleSet,
    today: Date,
) -> Result<IgnoreFile, CliError> {
    let tip = match of {
        Of::Head => "HEAD",
        Of::Branch(name) => name,
        Of::Staged => {
            let files = staging::files(repo)?;
            let mut files = files.iter();
            let staged = files.find(|file| file.path == IGNORE_FILE.as_bytes());
            let blob = staged.map(|file| repo.find(&file.id)).transpose()?;
            let text = blob.flatten().map(|blob| blob.data);
            return Ok(text.map_or_else(IgnoreFile::default, |text| {
                IgnoreFile::parse(&text, rules, today)
            }));
        }
    };
    let tip = revision::resolve(repo, tip);
    Ok(tip.map_or_else(IgnoreFile::default, |tip| {
        IgnoreFile::of_commit(repo, &tip, rules, today)
    }))
}
