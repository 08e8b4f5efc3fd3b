//! The program `deployguard`: a Git history's secrets found, cleaned away and pushed, without any cloud.
//!
//! Data goes to standard output, talk and progress to standard error, the outcome into the exit code
//! (`exit.rs`). A secret is shown as a preview, unless a person asks for more.

mod args;
mod baseline;
mod commands;
mod credentials;
mod demo;
mod error;
mod exit;
mod in_place;
mod interrupt;
mod key;
mod network;
mod output;
mod progress;
mod record;
mod signing;
mod sink;
mod source;
mod typed;

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;

use clap::Parser as _;

use args::Cli;
use error::CliError;
use exit::Exit;

/// Runs the program with the arguments `args`, the first of which is its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(report_panic));
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| match Cli::try_parse_from(args) {
        Ok(cli) => execute(&cli),
        Err(error) => typed::explain(&error),
    }));
    outcome.unwrap_or(Exit::Internal).into()
}

fn execute(cli: &Cli) -> Exit {
    interrupt::listen();
    match commands::execute(cli) {
        Ok(exit) => exit,
        Err(error) => {
            // Whatever an engine made of being stopped, the reason was Ctrl-C.
            let error = if interrupt::requested() {
                CliError::Interrupted
            } else {
                error
            };
            talk(&format!("error: {error}"));
            Exit::of_error(&error)
        }
    }
}

/// A panic's own message may quote the data that it stumbled over, so only its place is told.
fn report_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    let place = place.as_deref().unwrap_or("an unknown place");
    talk(&format!(
        "internal error: this is a defect of deployguard {}, at {place}; please report it",
        env!("CARGO_PKG_VERSION")
    ));
}

fn talk(text: &str) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
