//! `deployguard completions`: a shell's completions, to be put where the shell looks for them.

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit};

/// Prints the completions.
pub(crate) fn execute(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "deployguard", &mut script);
    STANDARD_OUTPUT.put(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}
