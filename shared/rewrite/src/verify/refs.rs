//! Every ref names what it was certified to name, or something built on that.

use std::collections::HashSet;

use git::{CommitView, ObjectId, Ref, Repository};

use super::{Difference, Verification};
use crate::RewriteError;
use crate::certificate::{Certificate, CertifiedRef};

pub(super) fn check(
    repo: &Repository,
    certificate: &Certificate,
    verification: &mut Verification,
) -> Result<(), RewriteError> {
    let mut known: HashSet<&str> = HashSet::new();
    for certified in &certificate.refs {
        let here = find(repo, certified);
        if here.is_empty() {
            verification.absent.push(certified.name.clone());
        }
        for reference in here {
            known.insert(&reference.name);
            compare(repo, reference, certified, verification)?;
        }
    }
    let certified: HashSet<&str> = certificate
        .refs
        .iter()
        .map(|one| one.new.as_str())
        .collect();
    for reference in repo
        .refs()
        .iter()
        .filter(|one| !known.contains(one.name.as_str()))
    {
        if !certified.contains(reference.target.to_string().as_str()) {
            verification.newer.push(reference.name.clone());
        }
    }
    if !certificate.refs.is_empty() && known.is_empty() {
        verification.differences.push(Difference::Unrelated);
    }
    Ok(())
}

/// The ref itself; in a clone, what it says of the branch of that name.
fn find<'r>(repo: &'r Repository, certified: &CertifiedRef) -> Vec<&'r Ref> {
    let branch = certified.name.strip_prefix("refs/heads/");
    let tracks = |reference: &&Ref| {
        let rest = reference
            .name
            .strip_prefix("refs/remotes/")
            .and_then(|rest| rest.split_once('/'));
        rest.is_some_and(|(_, name)| Some(name) == branch)
    };
    let tracking: Vec<&Ref> = repo.refs().iter().filter(tracks).collect();
    if tracking.is_empty() {
        return repo.ref_store().find(&certified.name).into_iter().collect();
    }
    tracking
}

fn compare(
    repo: &Repository,
    reference: &Ref,
    certified: &CertifiedRef,
    verification: &mut Verification,
) -> Result<(), RewriteError> {
    let found = reference.target.to_string();
    if found == certified.new {
        verification.same += 1;
        return Ok(());
    }
    let base = ObjectId::from_hex(certified.new.as_bytes());
    if is_built_on(repo, reference.target, base)? {
        verification.newer.push(reference.name.clone());
    } else {
        verification.differences.push(Difference::Ref {
            name: reference.name.clone(),
            certified: certified.new.clone(),
            found,
        });
    }
    Ok(())
}

/// Whether `base` is among the ancestors of `tip`.
fn is_built_on(
    repo: &Repository,
    tip: ObjectId,
    base: Option<ObjectId>,
) -> Result<bool, RewriteError> {
    let (mut open, mut seen) = (vec![tip], HashSet::from([tip]));
    while let Some(id) = open.pop() {
        if Some(id) == base {
            return Ok(true);
        }
        if let Some(object) = repo.find(&id)? {
            let parents = CommitView::parse(&object.data).parents;
            open.extend(parents.into_iter().filter(|parent| seen.insert(*parent)));
        }
    }
    Ok(false)
}
