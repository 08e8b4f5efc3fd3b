//! What can be typed: the commands, their options, and the help that explains them.
//!
//! No option takes a credential: arguments are visible to every user of the machine.

mod after;
mod baseline;
mod policy;
mod removal;
mod rules;
mod verify;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub(crate) use after::{CertificateArgs, HealArgs, InPlaceArgs, SigningArgs};
pub(crate) use baseline::{BaselineArgs, BaselineCommand, BaselineCreateArgs};
pub(crate) use policy::{LeaveOutArgs, PolicyArgs};
pub(crate) use removal::RemovalArgs;
pub(crate) use rules::{ExplainArgs, RuleArgs, RulesArgs, RulesCommand};
pub(crate) use verify::VerifyArgs;

/// Shown below every command's help: the contract with scripts.
const EXIT_CODES: &str = "\
Exit codes:
    0  clean: every object was looked at and no secret was found (scan), or the command did its work
    1  findings: at least one secret was found (scan)
    2  usage or configuration: a wrong option, an unknown id, a file that cannot be written
    3  incomplete: something could not be looked at, or the result could not be proven
    4  authentication: the host refused the credential, or wants one
    5  git or remote: not a repository, damaged, not reachable, unknown branch
    6  conflict: the target has commits that the push would overwrite
   70  internal: a defect of this program
  130  interrupted (Ctrl-C)";

/// Finds the secrets in a Git history and rewrites the history without them.
#[derive(Debug, Parser)]
#[command(name = "deployguard", version, after_help = EXIT_CODES, max_term_width = 100)]
#[command(propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What every command understands.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Workspace that the findings' ids belong to: the same secret has the same id in every scan of
    /// one workspace
    ///
    /// The ids are keyed hashes. The key is derived from this name and from the environment
    /// variable `DEPLOYGUARD_KEY` (hexadecimal digits or text). Without that variable a fixed, public key is
    /// used: ids stay comparable, but whoever sees a report can test guessed values against them.
    #[arg(long, global = true, value_name = "NAME", default_value = "local")]
    pub(crate) workspace: String,
    /// Threads to work with; the result does not depend on it [default: all processors]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// No progress and no remarks: errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Search a whole history, every branch, tag and note, for secrets
    #[command(after_help = EXIT_CODES)]
    Scan(ScanArgs),
    /// Accept what is known, so that `scan --baseline` tells only of what is new
    #[command(after_help = EXIT_CODES)]
    Baseline(BaselineArgs),
    /// Rewrite a history without the chosen secrets
    ///
    /// Without --execute this is a dry run: it prints what would change and writes nothing. With
    /// --execute the clean history becomes a new bare repository, and every object of it is searched again to
    /// prove that nothing chosen is left. The source is never touched unless --in-place is given.
    #[command(after_help = EXIT_CODES)]
    Clean(CleanArgs),
    /// Check a repository against the certificate of a clean: signature, every ref, every object, and a search
    ///
    /// Works offline, on the clean repository itself and on every clone of it. Exit code 1: something that was removed is here;
    /// 3: it is not what the certificate says, or not all of it could be judged.
    #[command(after_help = EXIT_CODES)]
    Verify(CertificateArgs),
    /// Bring a clone of the old history to the clean one, with the work that is only in it
    ///
    /// Local commits, stashes, staged and edited files stay, without what was removed; old objects and reflogs go. The clone
    /// comes to exactly the ids that the certificate names, or is left as it is. Nothing is fetched. Without
    /// --execute this is a dry run.
    #[command(after_help = EXIT_CODES)]
    Heal(HealArgs),
    /// Push a repository to another host
    ///
    /// Existing refs of the target are overwritten only with --force, and even then only while they
    /// still stand where they stood when the push began.
    #[command(after_help = EXIT_CODES)]
    Push(PushArgs),
    /// Show the whole way on a made-up repository: scan, clean, verify, push
    #[command(after_help = EXIT_CODES)]
    Demo(DemoArgs),
    /// List, show, check and test rules
    Rules(RulesArgs),
    /// Show which checks gave or took points for a finding, or for what stands in a text
    #[command(after_help = EXIT_CODES)]
    Explain(ExplainArgs),
    /// Print the version of the program and of its rules
    Version(VersionArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
}

/// `deployguard scan`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("from").required(true).args(["repo_path", "url"]))]
pub(crate) struct ScanArgs {
    /// Repository to scan: a clone, a linked work tree or a bare repository
    #[arg(long, value_name = "P")]
    pub(crate) repo_path: Option<PathBuf>,
    /// Address of the repository to fetch and scan, https:// without user name and password
    ///
    /// The credential, if one is needed, comes from the environment; see --credential-env.
    #[arg(long, value_name = "U")]
    pub(crate) url: Option<String>,
    /// Report only what this branch's history holds; every object is searched all the same
    #[arg(long, value_name = "B")]
    pub(crate) branch: Option<String>,
    /// Search only what commits since REV brought in, up to HEAD or to the branch
    ///
    /// REV is a branch, a tag, or the id of a commit, with ~N and ^N. What stood at the changed places before is not
    /// reported; the rest of the repository is counted as skipped.
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// Search only what is staged for the next commit and differs from HEAD: for a pre-commit hook
    #[arg(long, conflicts_with_all = ["since", "branch", "url"])]
    pub(crate) staged: bool,
    /// File that remembers which objects were searched, so that the next scan searches only what is new
    ///
    /// The report is the same as without. The file is made, or brought up to date, unless something could not be searched. It
    /// holds ids and sizes, and nothing of what was found; with other rules or another workspace everything is searched again.
    #[arg(long, value_name = "F", conflicts_with_all = ["since", "staged", "no_delta"])]
    pub(crate) record: Option<PathBuf>,
    /// How to write the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ScanFormat::Table)]
    pub(crate) format: ScanFormat,
    /// File to write the report to, at once or not at all [default: standard output]
    #[arg(long, short, value_name = "F")]
    pub(crate) output: Option<PathBuf>,
    /// Show full secrets instead of previews
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Search every object in full, even what it shares with another
    ///
    /// The report is the same, byte for byte; it takes longer. For those who want to see that.
    #[arg(long)]
    pub(crate) no_delta: bool,
    /// Objects above this size are not searched, which makes the scan incomplete: bytes, or with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = size)]
    pub(crate) max_object_size: u64,
    /// Which rules are used.
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    /// What is not to be reported.
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Whether secrets are still good.
    #[command(flatten)]
    pub(crate) verify: VerifyArgs,
    /// Where the credential is.
    #[command(flatten)]
    pub(crate) credential: CredentialArgs,
}

/// A number of bytes, as a person writes it.
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_u64),
    };
    let number: Option<u64> = number.parse().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        // What places and lengths inside an object are counted in.
        .filter(|bytes| *bytes < 4 << 30)
        .ok_or_else(|| "a size below 4G, such as 500M".to_owned())
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For people
    Table,
    /// One document (schema deployguard.scan/1)
    Json,
    /// One line for the scan, one for each finding, one for the summary
    Jsonl,
    /// SARIF 2.1.0, for code scanning of GitHub, GitLab, Azure DevOps
    Sarif,
    /// One row for each finding, for spreadsheets
    Csv,
    /// One page that needs no other file and no network, to be filtered, read on a phone, printed
    Html,
    /// Results of tests in the XML of `JUnit`, for CI servers
    Junit,
    /// GitLab's report of secret detection
    Gitlab,
    /// A summary for a comment on a pull request, or of a job
    Markdown,
}

impl ScanFormat {
    /// Whether the format can hold full secrets.
    pub(crate) fn may_show_secrets(self) -> bool {
        matches!(self, Self::Table | Self::Json | Self::Jsonl | Self::Sarif)
    }
}

/// How a plan or a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One document
    Json,
}

/// `deployguard clean`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // switches
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["secret_id", "all", "value_file", "replace_text", "remove_file", "remove_larger_than", "undo"]))]
pub(crate) struct CleanArgs {
    /// Repository to clean
    #[arg(long, value_name = "P")]
    pub(crate) repo_path: PathBuf,
    /// Finding to clean, as `scan` names it; may be given several times
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "all")]
    pub(crate) secret_id: Vec<String>,
    /// Clean every finding that `scan` reports; what is left out of its report is counted and left as it is
    #[arg(long)]
    pub(crate) all: bool,
    /// File with further values to remove, one a line: secrets that no rule knows
    ///
    /// Everything else about them is as for findings: those packed in archives are named. Lines are taken as they are, without the
    /// line break.
    #[arg(long, value_name = "F")]
    pub(crate) value_file: Option<PathBuf>,
    /// File of expressions to replace, as git-filter-repo and BFG take it
    ///
    /// A line is a text, `regex:PATTERN` or `glob:PATTERN`; behind the last `==>` stands what comes in its place (`\1` is a group's
    /// text). Texts are treated like values, encoded ones too. Patterns are Python's for bytes, without look-around and references
    /// back; they are replaced in all files, binary ones too, in messages, and in names and addresses of people, but not in names of
    /// files and refs. An expression that would match again what it makes is refused.
    #[arg(long, value_name = "F")]
    pub(crate) replace_text: Option<PathBuf>,
    /// JSON report of gitleaks that serves as a baseline: a copy with the new commits' ids is written into the clean history's
    /// folder, without what was cleaned; may be given several times
    ///
    /// Other baselines need no copy: they name no commits.
    #[arg(long, value_name = "F", requires = "execute")]
    pub(crate) baseline: Vec<PathBuf>,
    /// What to put in a secret's place [default: ***REMOVED***]
    #[arg(long, value_name = "TEXT")]
    pub(crate) replacement: Option<String>,
    /// What to put in the place of one chosen finding's secret; may be given several times
    #[arg(long, value_name = "ID=TEXT")]
    pub(crate) replace: Vec<String>,
    /// Keep every secret's length: cut or fill up what comes in its place
    ///
    /// For binary files and formats with fixed columns. A secret that stands encoded (base64, hexadecimal digits) keeps its
    /// length in any case.
    #[arg(long)]
    pub(crate) keep_length: bool,
    /// Leave ids of commits in messages as they are, instead of the ids that those commits have now
    #[arg(long)]
    pub(crate) keep_message_ids: bool,
    /// Folder for the clean history; must not exist (default: `<name>-clean.git`, here)
    #[arg(long, value_name = "D", conflicts_with = "in_place")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Do it; without this option nothing is written
    #[arg(long)]
    pub(crate) execute: bool,
    /// Where it goes.
    #[command(flatten)]
    pub(crate) place: InPlaceArgs,
    /// Who signs.
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    /// How to write the plan and the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// What --all leaves as it is.
    #[command(flatten)]
    pub(crate) leave_out: LeaveOutArgs,
    /// What goes whole.
    #[command(flatten)]
    pub(crate) removal: RemovalArgs,
}

/// `deployguard push`.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// Repository to push
    #[arg(long, value_name = "P")]
    pub(crate) repo_path: PathBuf,
    /// Address to push to, https:// without user name and password
    #[arg(long, value_name = "U")]
    pub(crate) target_url: String,
    /// Overwrite what the target has
    #[arg(long)]
    pub(crate) force: bool,
    /// Push this branch only [default: all branches and tags]
    #[arg(long, value_name = "B")]
    pub(crate) branch: Option<String>,
    /// How to write the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Where the credential is.
    #[command(flatten)]
    pub(crate) credential: CredentialArgs,
}

/// Where a host's credential is.
#[derive(Clone, Debug, Args)]
pub(crate) struct CredentialArgs {
    /// Environment variable that holds the host's password or token [default: `DEPLOYGUARD_TOKEN`]
    ///
    /// The user name is taken from `DEPLOYGUARD_USERNAME`; hosts that take tokens accept any, so it may be
    /// missing. Without a credential the host is asked without one; if it wants one, you are asked for it on a
    /// terminal. A credential is never taken from an argument or an address: both end up in lists of processes,
    /// shell histories and logs.
    #[arg(long, value_name = "NAME")]
    pub(crate) credential_env: Option<String>,
}

/// `deployguard demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder to keep the demo's repositories and reports in; must not exist, or be an earlier demo's
    /// [default: a temporary folder, deleted at the end]
    #[arg(long, value_name = "D")]
    pub(crate) output_dir: Option<PathBuf>,
}

/// `deployguard version`.
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// How to print it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = VersionFormat::Text)]
    pub(crate) output: VersionFormat,
}

/// How the version is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VersionFormat {
    /// One line
    Text,
    /// One document
    Json,
}

/// `deployguard completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
