//! The certificate: what was removed, what became what, what was proven. Holds no value and no byte of one.

use git::{FinishedPack, Hasher, Repository};
use serde::{Deserialize, Serialize};

use crate::RewriteError;
use crate::mapping::Mapping;
use crate::plan::{Plan, Residue};
use crate::proof::Proof;

/// The schema's name; the number changes when a reader of the old one would misread the new.
pub const SCHEMA: &str = "deployguard.certificate/1";

/// What the proof says. A result that does not pass gets no certificate at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofVerdict {
    /// No selected value is left anywhere.
    Proven,
    /// Values are left only in names and archives, which are listed.
    Residual,
}

/// The account of a rewrite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of this program.
    pub tool_version: String,
    /// The conclusion.
    pub verdict: ProofVerdict,
    /// What was to change. Its `findings` are keyed hashes.
    pub plan: Plan,
    /// Objects of the source that are in the result as they were.
    pub unchanged_objects: u64,
    /// Objects of the source that became something else.
    pub replaced_objects: u64,
    /// Objects of the result, each hashed anew and searched.
    pub result_objects: u64,
    /// Their bytes.
    pub result_bytes: u64,
    /// Values that are left, each in a name or in an archive.
    pub residue: Vec<Residue>,
    /// The trailer of the result's pack.
    pub pack_checksum: String,
    /// Hash over the lines `old new` of all changed objects, in order of old id.
    pub map_digest: String,
}

/// Writes the certificate.
pub(crate) fn certify(
    plan: &Plan,
    mapping: &Mapping,
    repo: &Repository,
    pack: &FinishedPack,
    proof: Proof,
) -> Result<Certificate, RewriteError> {
    if proof.residue.len() > plan.residue.len() {
        return Err(RewriteError::NotProven {
            reasons: vec!["values are left in more places than were known before".to_owned()],
        });
    }
    let mut digest = Hasher::new(git::HashKind::Sha256);
    let mut changed: Vec<_> = mapping.new_ids.iter().collect();
    changed.sort();
    for (old, new) in changed {
        digest.update(format!("{} {new}\n", repo.id(*old)).as_bytes());
    }
    Ok(Certificate {
        schema: SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        verdict: if proof.residue.is_empty() {
            ProofVerdict::Proven
        } else {
            ProofVerdict::Residual
        },
        plan: plan.clone(),
        unchanged_objects: proof.unchanged,
        replaced_objects: proof.replaced,
        result_objects: proof.objects,
        result_bytes: proof.bytes,
        residue: proof.residue,
        pack_checksum: pack.checksum.to_string(),
        map_digest: digest.finish().to_string(),
    })
}
