//! What lies beside a clean history: the certificate, the checklist, and the hook that keeps the old history out.

use std::fs;
use std::io;
use std::path::Path;

use crate::{Certificate, Rotation, checklist, pre_receive_hook};

/// The certificate's name.
pub const CERTIFICATE: &str = "deployguard-certificate.json";

/// The name of the list of what is left to do.
pub const CHECKLIST: &str = "CHECKLIST.md";

/// The name of the hook for the server.
pub const HOOK: &str = "deployguard-pre-receive";

/// All of them. Git takes no notice of these names inside a repository.
pub const PAPERS: [&str; 3] = [CERTIFICATE, CHECKLIST, HOOK];

/// Writes them into `folder`. The certificate comes last: where it is, the others are.
pub fn write_papers(
    folder: &Path,
    certificate: &Certificate,
    rotations: &[Rotation],
) -> io::Result<()> {
    fs::write(folder.join(CHECKLIST), checklist(certificate, rotations))?;
    let hook = folder.join(HOOK);
    fs::write(&hook, pre_receive_hook(certificate))?;
    make_executable(&hook)?;
    let mut text = serde_json::to_vec_pretty(certificate)?;
    text.push(b'\n');
    fs::write(folder.join(CERTIFICATE), text)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}
