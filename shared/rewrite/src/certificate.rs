//! The certificate: what was removed, what became what, what was proven. Holds no value and no byte of one.

mod ids;
mod signature;

use std::collections::{BTreeMap, BTreeSet};

use domain::FindingId;
use git::{FinishedPack, Head, ObjectId, Repository};
use serde::{Deserialize, Serialize};

use crate::mapping::Mapping;
use crate::plan::{Plan, Residue};
use crate::proof::Proof;
use crate::{CleanOptions, Request, RewriteError};

pub use signature::{CertificateError, Signature, Signer};

/// The schema's name; the number changes when a reader of the old one would misread the new.
pub const SCHEMA: &str = "deployguard.certificate/2";

/// What the proof says. A result that does not pass gets no certificate at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofVerdict {
    /// No selected value is left anywhere.
    Proven,
    /// Values are left only in names and archives, which are listed.
    Residual,
}

/// A ref of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedRef {
    /// Its name in the result.
    pub name: String,
    /// What it named in the source.
    pub old: String,
    /// What it names in the result.
    pub new: String,
}

/// What came in a value's place: enough to replace it in the same way elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substitute {
    /// The text; none if it is not UTF-8.
    pub with: Option<String>,
    /// Whether it was fitted to the value's length.
    pub keep_length: bool,
}

/// Who answers for a certificate: what the engine does not know of it.
#[derive(Clone, Debug, Default)]
pub struct Issuer {
    /// The fingerprint of the key that the findings are named with.
    pub workspace: String,
    /// Findings that no rule makes: values that a person gave.
    pub given: BTreeSet<FindingId>,
}

/// The account of a rewrite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of this program.
    pub tool_version: String,
    /// `sha1` or `sha256`: the hash function of all ids.
    pub object_format: String,
    /// The conclusion.
    pub verdict: ProofVerdict,
    /// What was to change. Its `findings` are keyed hashes.
    pub plan: Plan,
    /// The fingerprint of the key of these hashes; empty until the certificate is signed.
    pub workspace: String,
    /// Those of `plan.findings` that a person gave: no scan finds them again.
    pub given: BTreeSet<FindingId>,
    /// By finding: what came in its place.
    pub substitutes: BTreeMap<FindingId, Substitute>,
    /// Whether ids of rewritten commits were left as they were in messages.
    pub keep_message_ids: bool,
    /// Those of `plan.findings` that are patterns. They are not told: who repeats the rewrite must give them again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub patterns: BTreeSet<FindingId>,
    /// Whether substitutes, patterns, and what `plan.removal` tells, are all there was: then the same rewrite can be done elsewhere.
    pub repeatable: bool,
    /// Objects of the source that are in the result as they were.
    pub unchanged_objects: u64,
    /// Objects of the source that became something else.
    pub replaced_objects: u64,
    /// Objects of the source that are not in the result: removed files, and folders that held them.
    #[serde(default)]
    pub removed_objects: u64,
    /// Objects of the result, each searched, and hashed anew if it is not stored as in the source, byte for byte.
    pub result_objects: u64,
    /// Their bytes.
    pub result_bytes: u64,
    /// Values that are left, each in a name or in an archive.
    pub residue: Vec<Residue>,
    /// By reason: how many archives the proof did not look into to their end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unopened: BTreeMap<String, u64>,
    /// The trailer of the result's pack.
    pub pack_checksum: String,
    /// What HEAD is in the result: a branch's full name, or an id.
    pub head: String,
    /// Every ref of the result, in order of name.
    pub refs: Vec<CertifiedRef>,
    /// Every changed object, of all four kinds, and what it became; but not folders that something was removed from.
    #[serde(with = "ids")]
    pub map: BTreeMap<ObjectId, ObjectId>,
    /// Files that were removed, and folders that something was removed from, which may have become one thing here and another there:
    /// none of these is in the result.
    #[serde(default, with = "ids::set", skip_serializing_if = "BTreeSet::is_empty")]
    pub removed: BTreeSet<ObjectId>,
    /// Over everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

impl Certificate {
    /// Names the issuer and signs.
    pub fn sign(&mut self, issuer: Issuer, signer: &Signer) -> Result<(), CertificateError> {
        self.workspace = issuer.workspace;
        self.given = issuer.given;
        self.signature = None;
        let document = signature::canonical(&serde_json::to_value(&*self)?)?;
        self.signature = Some(signer.sign(&document));
        Ok(())
    }

    /// Reads a certificate whose signature holds: by `public_key` (64 hexadecimal digits), if one is insisted on.
    pub fn read(bytes: &[u8], public_key: Option<&str>) -> Result<Self, CertificateError> {
        let mut document: serde_json::Value = serde_json::from_slice(bytes)?;
        let schema = document["schema"].as_str().unwrap_or_default();
        if schema != SCHEMA {
            return Err(CertificateError::Schema {
                found: schema
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(60)
                    .collect(),
            });
        }
        let signature = document
            .as_object_mut()
            .and_then(|all| all.remove("signature"));
        let signature: Signature =
            serde_json::from_value(signature.ok_or(CertificateError::Unsigned)?)?;
        signature.check(&signature::canonical(&document)?, public_key)?;
        let mut certificate: Self = serde_json::from_value(document)?;
        certificate.signature = Some(signature);
        Ok(certificate)
    }

    /// The public key of the signature, 64 hexadecimal digits; empty if it is not signed.
    pub fn public_key(&self) -> &str {
        let key = self
            .signature
            .as_ref()
            .map(|signature| &signature.public_key);
        key.map(String::as_str).unwrap_or_default()
    }
}

/// Writes the certificate, not signed yet.
pub(crate) fn certify(
    (plan, mapping): (&Plan, &Mapping),
    repo: &Repository,
    (request, options): (&Request, &CleanOptions),
    pack: &FinishedPack,
    proof: Proof,
) -> Result<Certificate, RewriteError> {
    if proof.residue.len() > plan.residue.len() {
        return Err(RewriteError::NotProven {
            reasons: vec!["values are left in more places than were known before".to_owned()],
        });
    }
    let new = |id: &ObjectId| mapping.new_id(repo, id).unwrap_or(*id).to_string();
    Ok(Certificate {
        schema: SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        object_format: repo.hash_kind().name().to_owned(),
        verdict: if proof.residue.is_empty() {
            ProofVerdict::Proven
        } else {
            ProofVerdict::Residual
        },
        plan: plan.clone(),
        workspace: String::new(),
        given: BTreeSet::new(),
        substitutes: substitutes(request),
        keep_message_ids: options.keep_message_ids,
        patterns: request.patterns.iter().map(|one| one.id.clone()).collect(),
        repeatable: plan.removal.as_ref().is_none_or(|removal| removal.is_told),
        unchanged_objects: proof.unchanged,
        replaced_objects: proof.replaced,
        removed_objects: proof.gone,
        result_objects: proof.objects,
        result_bytes: proof.bytes,
        residue: proof.residue,
        unopened: proof.unopened,
        pack_checksum: pack.checksum.to_string(),
        head: match repo.head() {
            Head::Branch(name) => mapping.name(name).to_owned(),
            Head::Detached(id) => new(id),
        },
        refs: refs(repo, mapping, &new),
        map: mapping
            .new_ids
            .iter()
            .filter(|(old, _)| !mapping.by_place.contains(old))
            .map(|(old, new)| (repo.id(*old), *new))
            .collect(),
        removed: removed(repo, mapping),
        signature: None,
    })
}

/// What was removed, and what of folders is left in other forms alone. Folders of notes that moved are not among it: elsewhere their
/// notes may be about something that does not.
fn removed(repo: &Repository, mapping: &Mapping) -> BTreeSet<ObjectId> {
    let gone = mapping.gone.difference(&mapping.moved);
    let changed = mapping.by_place.iter();
    let changed = changed.filter(|tree| mapping.new_ids.contains_key(tree));
    gone.chain(changed).map(|object| repo.id(*object)).collect()
}

fn substitutes(request: &Request) -> BTreeMap<FindingId, Substitute> {
    let substitute = |with: &[u8], keep_length| Substitute {
        with: String::from_utf8(with.to_vec()).ok(),
        keep_length,
    };
    let all = request.replacements.iter();
    all.map(|one| (one.id.clone(), substitute(&one.with, one.keep_length)))
        .collect()
}

fn refs(
    repo: &Repository,
    mapping: &Mapping,
    new: &dyn Fn(&ObjectId) -> String,
) -> Vec<CertifiedRef> {
    let refs = repo.refs().iter().map(|reference| CertifiedRef {
        name: mapping.name(&reference.name).to_owned(),
        old: reference.target.to_string(),
        new: new(&reference.target),
    });
    let mut refs: Vec<_> = refs.collect();
    refs.sort_by(|a, b| a.name.cmp(&b.name));
    refs
}
