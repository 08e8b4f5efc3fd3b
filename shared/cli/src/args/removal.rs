//! What can be typed about files that are to go whole.

use std::ffi::OsString;

use clap::Args;
use rewrite::{FilePattern, Removal};

use crate::CliError;

const HEADING: &str = "Removing files whole (the commits stay)";

/// Files to take out of the history.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct RemovalArgs {
    /// Remove files, in all versions: PATH, GLOB or BLOB; may be given several times
    ///
    /// PATH is the full path of a file or folder (with all below), GLOB is for full paths: `*` and `?` stay inside a name, `**` is
    /// any number of folders, `[a-z]` one of these characters, `\` takes a character's meaning. A glob without a slash is for names
    /// in every folder (`*.pem`), `/*.pem` for those at the root; a slash at the end means folders only. BLOB is the id of a
    /// file's content (40 or 64 hexadecimal digits), wherever it stands. `./` in front is for a path that would be read as one
    /// of these. A folder that becomes empty goes. Paths do not apply to notes.
    #[arg(long, value_name = "PATH|GLOB|BLOB")]
    pub(crate) remove_file: Vec<OsString>,
    /// Remove files that are larger, in any version and at any path: bytes, or with K, M or G (units of 1024)
    #[arg(long, value_name = "SIZE", value_parser = super::size)]
    pub(crate) remove_larger_than: Option<u64>,
}

impl RemovalArgs {
    /// Whether anything is to be removed.
    pub(crate) fn is_given(&self) -> bool {
        !self.remove_file.is_empty() || self.remove_larger_than.is_some()
    }

    /// What is to be removed.
    pub(crate) fn removal(&self) -> Result<Removal, CliError> {
        let read = |given: &OsString| {
            FilePattern::parse(given.as_encoded_bytes()).map_err(|error| {
                CliError::usage(format!("--remove-file: `{}` {error}", given.display()))
            })
        };
        let files: Result<_, _> = self.remove_file.iter().map(read).collect();
        Ok(Removal {
            files: files?,
            larger_than: self.remove_larger_than,
        })
    }
}
