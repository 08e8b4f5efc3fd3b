//! What a rewrite changes, for a person to decide on and for the certificate.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Carrier, FindingId};
use git::{Kind, ObjectId, ObjectNo, Ref, Repository};
use serde::{Deserialize, Serialize};

use crate::mapping::Mapping;
use crate::values::Values;
use crate::{RemovalPlan, Request};

/// A ref that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRef {
    /// Its name; not told where the name itself holds a value.
    pub name: String,
    /// What it names now.
    pub old: String,
    /// What it will name.
    pub new: String,
    /// Its new name, if the old one holds a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed: Option<String>,
}

/// A value that cannot be rewritten where it stands: in a name, or packed in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residue {
    /// In what.
    pub carrier: Carrier,
    /// The tree whose entry, or the object whose ref, has it in its name; or the archive.
    pub object_id: String,
    /// Whether it is packed in an archive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_archive: bool,
}

impl Residue {
    /// In the name of something.
    pub(crate) fn in_name(carrier: Carrier, object_id: &ObjectId) -> Self {
        Self {
            carrier,
            object_id: object_id.to_string(),
            in_archive: false,
        }
    }

    /// In an archive.
    pub(crate) fn in_archive(object_id: &ObjectId) -> Self {
        Self {
            carrier: Carrier::Blob,
            object_id: object_id.to_string(),
            in_archive: true,
        }
    }
}

/// What a rewrite changes. The same for a dry run and for the rewrite itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Findings whose values are removed, in order.
    pub findings: Vec<FindingId>,
    /// By finding: how many objects (files, commits, tags) its value leaves. 0: it stands only inside longer chosen values,
    /// in names, or nowhere.
    pub objects_by_finding: BTreeMap<FindingId, u64>,
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
    /// Notes (`refs/notes/…`) about objects that change: they move along. Of several versions of the notes, the one with most
    /// counts.
    #[serde(default)]
    pub notes_moved: u64,
    /// What is removed whole, if anything was to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<RemovalPlan>,
    /// Values that stay, since they stand in a name or are packed in an archive.
    pub residue: Vec<Residue>,
    /// By reason: how many archives were not looked into to their end, and pointers of Git LFS. Nobody knows what these hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unopened: BTreeMap<String, u64>,
}

impl Plan {
    /// Whether the history stays as it is.
    pub fn is_identity(&self) -> bool {
        let removed = self.removal.as_ref().map_or(0, |removal| removal.blobs);
        let changed = self.blobs + self.trees + self.commits + self.tags;
        changed + removed == 0 && self.changed_refs.is_empty()
    }

    fn add_archives(&mut self, repo: &Repository, request: &Request, mapping: &Mapping) {
        let is_here = |object: &ObjectNo| !mapping.gone.contains(object);
        let seen = mapping.archives.holding.iter().copied();
        let told = request.archives.iter();
        let told = told.filter_map(|archive| repo.table().find(archive));
        let holding: BTreeSet<ObjectId> = seen
            .chain(told)
            .filter(is_here)
            .map(|archive| mapping.root_id(archive).unwrap_or(repo.id(archive)))
            .collect();
        self.residue.extend(holding.iter().map(Residue::in_archive));
        let unopened = mapping.archives.unopened.iter();
        for (_, reason) in unopened.filter(|(archive, _)| is_here(archive)) {
            *self.unopened.entry(reason.reason().to_owned()).or_default() += 1;
        }
    }

    fn add_ref(&mut self, reference: &Ref, new: Option<ObjectId>, renamed: Option<&String>) {
        if new.is_none() && renamed.is_none() {
            self.unchanged_refs += 1;
            return;
        }
        let old = reference.target.to_string();
        let name = match renamed {
            Some(_) => "[a name that holds a value]".to_owned(),
            None => reference.name.clone(),
        };
        self.changed_refs.push(ChangedRef {
            name,
            new: new.map_or_else(|| old.clone(), |new| new.to_string()),
            old,
            renamed: renamed.cloned(),
        });
    }
}

/// Describes a mapping.
pub(crate) fn describe(
    repo: &Repository,
    request: &Request,
    values: &Values,
    mapping: &Mapping,
) -> Plan {
    let hex = |object: &ObjectNo| repo.id(*object).to_string();
    let fresh = |kind: Kind| mapping.fresh.values().filter(|(of, _)| *of == kind).count() as u64;
    let objects_by_finding = values.by_finding(&mapping.leaves);
    let mut plan = Plan {
        findings: objects_by_finding.keys().cloned().collect(),
        objects_by_finding,
        objects: u64::from(repo.object_count()),
        blobs: mapping.blobs,
        trees: mapping.changed_folders(),
        commits: fresh(Kind::Commit),
        tags: fresh(Kind::Tag),
        first_changed_commits: mapping.first_changed.iter().map(hex).collect(),
        signatures_dropped: mapping.unsigned.iter().map(hex).collect(),
        notes_moved: mapping.notes_moved,
        removal: mapping.removal.clone(),
        ..Plan::default()
    };
    for reference in repo.refs() {
        let new = mapping.new_id(repo, &reference.target);
        let renamed = mapping.names.get(&reference.name);
        plan.add_ref(reference, new, renamed);
        if values.is_in(renamed.unwrap_or(&reference.name).as_bytes()) {
            let left = Residue::in_name(Carrier::RefName, &reference.target);
            plan.residue.push(left);
        }
    }
    plan.add_archives(repo, request, mapping);
    plan
}
