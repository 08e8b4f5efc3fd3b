//! `deployguard version`: which program, built from what, with which rules.

use scan::RuleSet;
use serde::Serialize;

use crate::args::{VersionArgs, VersionFormat};
use crate::output::write_json;
use crate::sink::STANDARD_OUTPUT;
use crate::{CliError, Exit};

/// What the version says. Builds from a checkout may set `DEPLOYGUARD_BUILD_COMMIT`.
#[derive(Serialize)]
struct About<'a> {
    name: &'static str,
    version: &'static str,
    commit: Option<&'static str>,
    target: String,
    rules: usize,
    rules_fingerprint: &'a str,
}

/// Prints the version.
pub(crate) fn execute(args: &VersionArgs) -> Result<Exit, CliError> {
    let rules = RuleSet::builtin()?;
    let version = About {
        name: "deployguard",
        version: env!("CARGO_PKG_VERSION"),
        commit: option_env!("DEPLOYGUARD_BUILD_COMMIT"),
        target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        rules: rules.rules().len(),
        rules_fingerprint: rules.fingerprint(),
    };
    STANDARD_OUTPUT.put(|out| match args.output {
        VersionFormat::Json => write_json(out, &version),
        VersionFormat::Text => {
            let About {
                name,
                version,
                target,
                rules,
                ..
            } = &version;
            writeln!(out, "{name} {version} ({target}, {rules} rules)")
        }
    })?;
    Ok(Exit::Done)
}
