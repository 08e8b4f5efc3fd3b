//! The demo's second host: stock git's own server on this machine, to show that a real one takes the clean history.

use std::path::Path;
use std::process::{Command, Stdio};

use testkit::GitServer;

use crate::CliError;

/// Whether a git program is there. Only the demo's host and its second opinion need one.
pub(crate) fn has_git() -> bool {
    let mut command = Command::new("git");
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Serves the bare repositories below `folder`.
pub(crate) fn serve(folder: &Path) -> Result<GitServer, CliError> {
    GitServer::start(folder, None)
        .map_err(|error| CliError::Internal(format!("no port for the demo's host: {error}")))
}

/// Stock git's opinion on a repository: none if it finds nothing wrong.
pub(crate) fn complaints(folder: &Path) -> Option<String> {
    testkit::stock::fsck(folder).err()
}
