//! What the checklist beside a clean history says of each secret.

use rewrite::{Certificate, Rotation};
use scan::{RuleSet, ScanReport};

/// What was removed, and where it is revoked.
pub(super) fn rotations(
    certificate: &Certificate,
    scan: Option<&ScanReport>,
    rules: &RuleSet,
) -> Vec<Rotation> {
    let of = |id: &domain::FindingId| {
        let mut known = scan.into_iter().flat_map(|scan| &scan.findings);
        let finding = known.find(|finding| finding.id == *id);
        let name = finding.map_or("A value that you gave", |found| &found.secret_name);
        let page = finding.and_then(|found| rules.remediation_of(&found.rule));
        Rotation {
            name: name.to_owned(),
            id: id.to_string(),
            page: page.map(str::to_owned),
        }
    };
    certificate.plan.findings.iter().map(of).collect()
}
