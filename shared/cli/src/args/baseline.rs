//! What can be typed about baselines.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::LeaveOutArgs;

/// `deployguard baseline`.
#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

/// What to do with a baseline.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write down every finding of a history as accepted
    ///
    /// What `scan` leaves out of its report for another reason (a mark, .deployguardignore, an option) is not accepted as well, so
    /// that it comes back when that reason is gone.
    /// The file holds ids and previews, never a value. It stays good when files move, commits are rewritten or lines are
    /// indented anew.
    #[command(after_help = super::EXIT_CODES)]
    Create(BaselineCreateArgs),
}

/// `deployguard baseline create`.
#[derive(Debug, Args)]
pub(crate) struct BaselineCreateArgs {
    /// Repository to scan
    #[arg(long, value_name = "P")]
    pub(crate) repo_path: PathBuf,
    /// File to write, at once or not at all; reasons that it gives already are kept [default: standard output]
    #[arg(long, short, value_name = "F")]
    pub(crate) output: Option<PathBuf>,
    /// Why the findings are accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// What is not accepted, since it is left out anyway.
    #[command(flatten)]
    pub(crate) leave_out: LeaveOutArgs,
}
