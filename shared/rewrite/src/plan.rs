//! What a rewrite changes, for a person to decide on and for the certificate.

use domain::{Carrier, FindingId};
use git::{Kind, ObjectNo, Repository};
use serde::{Deserialize, Serialize};

use crate::mapping::Mapping;
use crate::replacement::Values;

/// A ref that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRef {
    /// Its name; the preview where the name itself holds a value.
    pub name: String,
    /// What it names now.
    pub old: String,
    /// What it will name.
    pub new: String,
}

/// A value that cannot be rewritten where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residue {
    /// In what.
    pub carrier: Carrier,
    /// The tree whose entry, or the object whose ref, has it in its name.
    pub object_id: String,
}

/// What a rewrite changes. The same for a dry run and for the rewrite itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Findings whose values are removed.
    pub findings: Vec<FindingId>,
    /// Objects of the source.
    pub objects: u64,
    /// Files that change.
    pub blobs: u64,
    /// Folders that change.
    pub trees: u64,
    /// Commits that change.
    pub commits: u64,
    /// Annotated tags that change.
    pub tags: u64,
    /// Refs that move.
    pub changed_refs: Vec<ChangedRef>,
    /// Refs that stay.
    pub unchanged_refs: u64,
    /// Old ids of changed commits without a changed parent: ban these, and the old history cannot come back.
    pub first_changed_commits: Vec<String>,
    /// Old ids of commits and tags whose signature no longer holds and is left out.
    pub signatures_dropped: Vec<String>,
    /// Values that stay, since they stand in a name.
    pub residue: Vec<Residue>,
}

impl Plan {
    /// Whether the history stays as it is.
    pub fn is_identity(&self) -> bool {
        self.blobs + self.trees + self.commits + self.tags == 0
    }
}

/// Describes a mapping.
pub(crate) fn describe(repo: &Repository, values: &Values, mapping: &Mapping) -> Plan {
    let hex = |object: &ObjectNo| repo.id(*object).to_string();
    let fresh = |kind: Kind| mapping.fresh.values().filter(|(of, _)| *of == kind).count() as u64;
    let edited = mapping.edits.keys().filter(|object| {
        repo.kind(**object)
            .map_or_else(|| is_tree(repo, **object), |kind| kind == Kind::Tree)
    });
    let trees = edited.count() as u64;
    let mut plan = Plan {
        findings: values.ids().to_vec(),
        objects: u64::from(repo.object_count()),
        blobs: mapping.edits.len() as u64 - trees,
        trees,
        commits: fresh(Kind::Commit),
        tags: fresh(Kind::Tag),
        first_changed_commits: mapping.first_changed.iter().map(hex).collect(),
        signatures_dropped: mapping.unsigned.iter().map(hex).collect(),
        ..Plan::default()
    };
    for reference in repo.refs() {
        let new = repo
            .table()
            .find(&reference.target)
            .and_then(|object| mapping.new_ids.get(&object));
        let holds_value = values.is_in(reference.name.as_bytes());
        if holds_value {
            plan.residue.push(Residue {
                carrier: Carrier::RefName,
                object_id: reference.target.to_string(),
            });
        }
        match new {
            Some(new) => {
                let name = if holds_value {
                    "[a name that holds a value]".to_owned()
                } else {
                    reference.name.clone()
                };
                plan.changed_refs.push(ChangedRef {
                    name,
                    old: reference.target.to_string(),
                    new: new.to_string(),
                });
            }
            None => plan.unchanged_refs += 1,
        }
    }
    let in_paths = mapping.named_trees.iter().map(|tree| Residue {
        carrier: Carrier::Path,
        object_id: hex(tree),
    });
    plan.residue.extend(in_paths);
    plan
}

/// For loose objects, whose kind is known only when they are read.
fn is_tree(repo: &Repository, object: ObjectNo) -> bool {
    repo.read(object, u64::MAX)
        .is_ok_and(|read| read.kind == Kind::Tree)
}
