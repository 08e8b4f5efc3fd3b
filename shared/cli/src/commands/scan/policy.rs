//! What a scan is not to report: what was typed, and what the repository says itself.

use git::{Repository, revision, staging};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scan::RuleSet;
use scan::suppress::{IGNORE_FILE, IgnoreFile, Patterns, Policy};

use crate::args::{PolicyArgs, ScanArgs};
use crate::{CliError, source};

/// What a scan of `branch`, or of HEAD, is not to report.
pub(super) fn of(
    args: &ScanArgs,
    repo: &Repository,
    branch: Option<&str>,
    rules: &RuleSet,
) -> Result<Policy, CliError> {
    let typed = typed(&args.policy, rules)?;
    Ok(Policy {
        ignore_file: ignore_file(args, repo, branch, rules, typed.today)?,
        ..typed
    })
}

/// Reads what was typed.
fn typed(args: &PolicyArgs, rules: &RuleSet) -> Result<Policy, CliError> {
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

/// The ignore file of what is scanned: of the branch, of HEAD, or as it is staged.
fn ignore_file(
    args: &ScanArgs,
    repo: &Repository,
    branch: Option<&str>,
    rules: &RuleSet,
    today: Date,
) -> Result<IgnoreFile, CliError> {
    if args.policy.no_ignore {
        return Ok(IgnoreFile::default());
    }
    if args.staged {
        let files = staging::files(repo)?;
        let mut files = files.iter();
        let staged = files.find(|file| file.path == IGNORE_FILE.as_bytes());
        let blob = staged.map(|file| repo.find(&file.id)).transpose()?;
        let text = blob.flatten().map(|blob| blob.data);
        return Ok(text.map_or_else(IgnoreFile::default, |text| {
            IgnoreFile::parse(&text, rules, today)
        }));
    }
    let tip = revision::resolve(repo, branch.unwrap_or("HEAD"));
    Ok(tip.map_or_else(IgnoreFile::default, |tip| {
        IgnoreFile::of_commit(repo, &tip, rules, today)
    }))
}
