//! What can be typed for what comes after a clean, and who signs for it.

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// Whether the source itself is changed.
#[derive(Clone, Debug, Args)]
pub(crate) struct InPlaceArgs {
    /// Put the clean history in the source's place, with what is staged, checked out and stashed
    ///
    /// What is replaced is first kept inside the repository, in `deployguard-backup-<time>`: a
    /// bundle that any Git can clone from, and what a bundle cannot hold. The secrets are in it.
    /// `clean --undo` brings everything back; delete it once the clean history is in use.
    #[arg(long)]
    pub(crate) in_place: bool,
    /// Bring back what the last --in-place replaced: refs, HEAD, objects, index and files
    ///
    /// Refused if anything was committed, staged or edited since.
    #[arg(long, conflicts_with_all = ["secret_id", "all", "value_file", "remove_file", "remove_larger_than", "in_place", "output_dir", "execute"])]
    pub(crate) undo: bool,
}

/// Who signs the certificate.
#[derive(Clone, Debug, Args)]
pub(crate) struct SigningArgs {
    /// Ed25519 key (PKCS #8, PEM) that signs the certificate; made if there is no such file
    ///
    /// Without it the key is derived from the workspace and `DEPLOYGUARD_KEY`; without that too, it is the file
    /// `deployguard/signing-key.pem` in your configuration folder (`$XDG_CONFIG_HOME`, `~/.config`), made when it is first needed.
    #[arg(long, value_name = "F")]
    pub(crate) signing_key: Option<PathBuf>,
}

/// `deployguard verify`.
#[derive(Debug, Args)]
pub(crate) struct CertificateArgs {
    /// Certificate of the clean history
    #[arg(long, value_name = "F")]
    pub(crate) certificate: PathBuf,
    /// Repository to check: the result itself, or any clone of it
    #[arg(long, value_name = "P")]
    pub(crate) repo_path: PathBuf,
    /// Believe only a certificate that is signed with this key: 64 hexadecimal digits, as `clean` prints them
    #[arg(long, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
    /// File with values to search for as well, one a line
    #[arg(long, value_name = "F")]
    pub(crate) value_file: Option<PathBuf>,
    /// How to write the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// `deployguard heal`.
#[derive(Debug, Args)]
pub(crate) struct HealArgs {
    /// Certificate of the clean history
    #[arg(long, value_name = "F")]
    pub(crate) certificate: PathBuf,
    /// Clone of the old history
    #[arg(long, value_name = "P", default_value = ".")]
    pub(crate) repo_path: PathBuf,
    /// Believe only a certificate that is signed with this key: 64 hexadecimal digits, as `clean` prints them
    #[arg(long, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
    /// File with removed values that no rule finds, one a line; if the certificate's findings are named with a key that you do not
    /// have, as the service's are: all removed values, unless the rules find them in what changed
    #[arg(long, value_name = "F")]
    pub(crate) value_file: Option<PathBuf>,
    /// The file of expressions that the history was cleaned with (`clean --replace-text`), if it was with one
    #[arg(long, value_name = "F")]
    pub(crate) replace_text: Option<PathBuf>,
    /// Do it; without this option nothing is written
    #[arg(long)]
    pub(crate) execute: bool,
    /// How to write the plan and the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub(crate) format: Format,
}
