//! What lies beside a clean history: the certificate, the checklist, the hook that keeps the old history out.

use std::path::Path;

use rewrite::{Certificate, Rotation, checklist, pre_receive_hook};
use scan::{RuleSet, ScanReport};

use crate::CliError;
use crate::output::write_json;
use crate::sink::Sink;

/// The certificate's name.
pub(crate) const CERTIFICATE: &str = "deployguard-certificate.json";

/// What is left to do.
pub(crate) const CHECKLIST: &str = "CHECKLIST.md";

/// For the server.
const HOOK: &str = "deployguard-pre-receive";

/// All of them. Git takes no notice of these names inside a repository.
pub(crate) const PAPERS: [&str; 3] = [CERTIFICATE, CHECKLIST, HOOK];

/// Writes them into `folder`.
pub(super) fn write(
    folder: &Path,
    certificate: &Certificate,
    scan: Option<&ScanReport>,
    rules: &RuleSet,
) -> Result<(), CliError> {
    let put = |name: &str, text: &str| {
        let file = folder.join(name);
        let sink = Sink {
            file: Some(&file),
            confidential: false,
        };
        sink.put(|out| out.write_all(text.as_bytes()))
    };
    put(
        CHECKLIST,
        &checklist(certificate, &rotations(certificate, scan, rules)),
    )?;
    put(HOOK, &pre_receive_hook(certificate))?;
    make_executable(&folder.join(HOOK)).map_err(CliError::output(folder))?;
    let file = folder.join(CERTIFICATE);
    let sink = Sink {
        file: Some(&file),
        confidential: false,
    };
    sink.put(|out| write_json(out, certificate))
}

/// What was removed, and where it is revoked.
fn rotations(
    certificate: &Certificate,
    scan: Option<&ScanReport>,
    rules: &RuleSet,
) -> Vec<Rotation> {
    let of = |id: &domain::FindingId| {
        let mut known = scan.into_iter().flat_map(|scan| &scan.findings);
        let finding = known.find(|finding| finding.id == *id);
        let rule =
            finding.and_then(|found| rules.rules().iter().find(|rule| rule.id() == found.rule));
        Rotation {
            name: finding.map_or_else(
                || "A value that you gave".to_owned(),
                |found| found.secret_name.clone(),
            ),
            id: id.to_string(),
            page: rule.and_then(|rule| rule.remediation()).map(str::to_owned),
        }
    };
    certificate.plan.findings.iter().map(of).collect()
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
