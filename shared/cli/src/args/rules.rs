//! What can be typed about rules: which are used, what they are, and why they find what they find.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::{EXIT_CODES, Format};

/// Which rules are used.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// File of further rules, YAML or (with the ending .toml) TOML; may be given several times
    ///
    /// The schema is that of the built-in rules. What such a rule may cost is limited; see `deployguard rules validate`.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Use the rules of these files alone
    #[arg(long, requires = "rules")]
    pub(crate) no_builtin_rules: bool,
}

/// `deployguard rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules
    #[command(after_help = EXIT_CODES)]
    List {
        /// Which.
        #[command(flatten)]
        rules: RuleArgs,
        /// How to write them
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
        format: Format,
    },
    /// Show one rule: what it looks for, where its form is described, examples
    #[command(after_help = EXIT_CODES)]
    Show {
        /// The rule's id
        id: String,
        /// Among which.
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Check a file of rules: what is wrong with it, by line and column
    #[command(after_help = EXIT_CODES)]
    Validate {
        /// The file
        file: PathBuf,
    },
    /// Check a file of rules, and that each finds its examples and not its counter-examples
    #[command(after_help = EXIT_CODES)]
    Test {
        /// The file
        file: PathBuf,
    },
    /// Search a history with the rules of a file alone: what they would find, and how long it takes
    #[command(after_help = EXIT_CODES)]
    DryRun {
        /// The file
        file: PathBuf,
        /// Repository to search
        #[arg(long, value_name = "P")]
        repo_path: PathBuf,
    },
}

/// `deployguard explain`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["rule", "stdin", "text_file", "id"]))]
pub(crate) struct ExplainArgs {
    /// Finding, as `scan` names it
    #[arg(value_name = "ID", requires = "repo_path")]
    pub(crate) id: Option<String>,
    /// Repository that the finding is in
    #[arg(long, value_name = "P", requires = "id")]
    pub(crate) repo_path: Option<PathBuf>,
    /// Rule to explain
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Option<String>,
    /// Explain what is found, and what is refused, in a text from standard input
    #[arg(long)]
    pub(crate) stdin: bool,
    /// Explain what is found, and what is refused, in a file
    #[arg(long, value_name = "F")]
    pub(crate) text_file: Option<PathBuf>,
    /// Which rules are used.
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}
