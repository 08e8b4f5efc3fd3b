//! Every object is what its id says, none is one that was replaced, and what they name is here.

use std::collections::{BTreeMap, BTreeSet};

use domain::Watch;
use git::{
    Headers, Kind, KindSet, ObjectId, Repository, Visit, Visitor, WalkFailure, tree_entries,
};

use super::{Difference, Verification};
use crate::certificate::Certificate;
use crate::packed::look_into;
use crate::parts::{self, Part};
use crate::proof::{Places, Plain};
use crate::reading::walk_options;
use crate::{CleanOptions, RewriteError};

pub(super) struct Check<'a> {
    pub(super) repo: &'a Repository,
    pub(super) certificate: &'a Certificate,
    pub(super) plain: &'a Plain,
}

impl Check<'_> {
    pub(super) fn run(
        &self,
        verification: &mut Verification,
        options: &CleanOptions,
        watch: &dyn Watch,
    ) -> Result<(), RewriteError> {
        let make = || Look {
            check: self,
            objects: 0,
            missing: BTreeSet::new(),
            found: Vec::new(),
            unopened: BTreeMap::new(),
        };
        let walk = walk_options(options, KindSet::ALL, None, "verifying");
        let mut missing = BTreeSet::new();
        for look in self.repo.walk(&walk, make, watch)? {
            verification.objects += look.objects;
            verification.differences.extend(look.found);
            missing.extend(look.missing);
            for (reason, archives) in look.unopened {
                *verification.unopened.entry(reason).or_default() += archives;
            }
        }
        let targets = self.repo.refs().iter().map(|reference| reference.target);
        missing.extend(targets.filter(|id| self.repo.table().find(id).is_none()));
        // Where objects are known to be missing, that is said once.
        if verification.gaps.is_empty() {
            let missing = missing
                .into_iter()
                .map(|id| Difference::Missing { id: id.to_string() });
            verification.differences.extend(missing);
        }
        Ok(())
    }
}

/// One thread's look.
struct Look<'a> {
    check: &'a Check<'a>,
    objects: u64,
    missing: BTreeSet<ObjectId>,
    found: Vec<Difference>,
    unopened: BTreeMap<&'static str, u64>,
}

impl Look<'_> {
    fn name(&mut self, id: Option<ObjectId>) {
        self.missing
            .extend(id.filter(|id| self.check.repo.table().find(id).is_none()));
    }

    /// Whether a value is in an archive, packed or not.
    fn is_packed_in(&mut self, object: &Visit<'_>, places: &Places) -> bool {
        let plain = self.check.plain;
        if object.kind != Kind::Blob || plain.is_empty() {
            return false;
        }
        let mut holds = plain.is_left_in_archive(object.data, places);
        let end = look_into(object.data, &mut |text| {
            holds = holds || plain.is_left(text);
        });
        if let Some(Err(reason)) = end {
            *self.unopened.entry(reason.reason()).or_default() += 1;
        }
        holds
    }

    fn names(&mut self, object: &Visit<'_>, id: ObjectId) {
        match object.kind {
            Kind::Blob => {}
            Kind::Tree => {
                for entry in tree_entries(object.data, self.check.repo.hash_kind()) {
                    match entry {
                        Ok(entry) if entry.is_submodule() => {}
                        Ok(entry) => self.name(ObjectId::from_bytes(entry.id)),
                        Err(_) => self.found.push(Difference::Damaged { id: id.to_string() }),
                    }
                }
            }
            Kind::Commit | Kind::Tag => Headers::of(object.data)
                .filter(|header| parts::part(header.name, header.value) == Part::Id)
                .for_each(|header| self.name(ObjectId::from_hex(header.value))),
        }
    }
}

impl Visitor for Look<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let (repo, id) = (self.check.repo, self.check.repo.id(object.no));
        self.objects += 1;
        if repo.hash_kind().object_id(object.kind, object.data) != id {
            self.found.push(Difference::Damaged { id: id.to_string() });
        }
        let certificate = self.check.certificate;
        if certificate.map.contains_key(&id) || certificate.removed.contains(&id) {
            self.found
                .push(Difference::OldObject { id: id.to_string() });
        }
        let plain = self.check.plain;
        let places = Places::of(object.data, plain, None);
        let is_left = plain.is_left_in(&object, &places, repo.hash_kind());
        if is_left || self.is_packed_in(&object, &places) {
            self.found.push(Difference::Value { id: id.to_string() });
        }
        self.names(&object, id);
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.found.push(Difference::Damaged {
            id: failure.id.to_string(),
        });
    }
}
