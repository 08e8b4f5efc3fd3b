//! What can be typed about what is found and not to be reported.

use std::path::PathBuf;

use clap::Args;

/// A rule's confidence is 64 and more; below this is what has the form of a token and counts up (`abcdef…`, `123456…`), what is easily
/// guessed and stands in tests, and stand-ins in files of credentials.
pub(crate) const MIN_CONFIDENCE: u8 = scan::LIKELY;

/// What is found and not to be reported. All of it is counted in the report.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PolicyArgs {
    /// For every command that works on what `scan` reports.
    #[command(flatten)]
    pub(crate) leave_out: LeaveOutArgs,
    /// File of accepted findings, which are counted and not reported; may be given several times
    ///
    /// Of `deployguard baseline create`; or a JSON report of gitleaks, a .secrets.baseline of detect-secrets, a baseline
    /// of Kingfisher. Where such a file has no value and no hash of it, path and line decide, and the count says so.
    #[arg(long, value_name = "F", help_heading = HEADING)]
    pub(crate) baseline: Vec<PathBuf>,
}

const HEADING: &str = "Leaving findings out (they are counted)";

/// What is left out of a scan's report, and of what other commands do with all findings.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct LeaveOutArgs {
    /// Leave out what stands in files of these paths alone, as in a .gitignore; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude_path: Vec<String>,
    /// Leave out findings of this rule; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) exclude_rule: Vec<String>,
    /// Leave out findings of all other rules; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "exclude_rule")]
    pub(crate) only_rule: Vec<String>,
    /// Leave out findings that are less sure, 0 to 100
    ///
    /// What a finding is worth is shown by `deployguard explain`. By default what has the form of a token but counts up
    /// or down, and what is easily guessed and stands in tests or documentation alone, is left out; 0 leaves nothing out.
    #[arg(long, value_name = "N", default_value_t = MIN_CONFIDENCE, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_confidence: u8,
    /// Take no notice of what the repository says itself: marks `deployguard:ignore` in its files, and its .deployguardignore
    #[arg(long)]
    pub(crate) no_ignore: bool,
}
