//! The commands, one file each.

mod baseline;
mod certificate;
mod clean;
mod completions;
mod demo;
mod explain;
mod fetch;
mod heal;
mod policy;
mod push;
mod rules;
mod scan;
mod version;

use std::sync::Arc;

use domain::WorkspaceKey;

use crate::args::{Cli, Command, Common};
use crate::progress::Progress;
use crate::{CliError, Exit, key};

/// What every command works with.
pub(crate) struct Session {
    /// Names the findings.
    pub(crate) key: WorkspaceKey,
    /// Shows how far the engines are.
    pub(crate) progress: Arc<Progress>,
    /// How many threads an engine may use.
    pub(crate) threads: usize,
}

impl Session {
    fn new(common: &Common) -> Result<Self, CliError> {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            key: key::workspace_key(&common.workspace)?,
            progress: Arc::new(Progress::new(common.quiet)),
            threads: common.threads.map_or_else(all, usize::from),
        })
    }
}

/// Does what was asked for.
pub(crate) fn execute(cli: &Cli) -> Result<Exit, CliError> {
    let session = || Session::new(&cli.common);
    match &cli.command {
        Command::Scan(args) => scan::execute(args, &session()?),
        Command::Baseline(args) => baseline::execute(args, &session()?),
        Command::Clean(args) => clean::execute(args, &session()?),
        Command::Verify(args) => certificate::execute(args, &session()?),
        Command::Heal(args) => heal::execute(args, &session()?),
        Command::Push(args) => push::execute(args, &session()?),
        Command::Demo(args) => demo::execute(args, &session()?),
        Command::Rules(args) => rules::execute(args, session),
        Command::Explain(args) => explain::execute(args, session),
        Command::Version(args) => version::execute(args),
        Command::Completions(args) => completions::execute(args),
    }
}
