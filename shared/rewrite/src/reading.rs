//! How a rewrite reads a repository: all that it asks for, or not at all.

use domain::Watch;
use git::{
    Kind, KindSet, ObjectNo, Repository, TreeEntry, Visit, Visitor, WalkFailure, WalkOptions,
};

use crate::{CleanOptions, RewriteError};

pub(crate) fn walk_options<'a>(
    options: &CleanOptions,
    kinds: KindSet,
    only: Option<&'a [bool]>,
    phase: &'static str,
) -> WalkOptions<'a> {
    WalkOptions {
        kinds,
        only,
        threads: options.threads,
        max_object_bytes: options.max_object_bytes,
        phase,
        ..WalkOptions::default()
    }
}

/// A rewrite that cannot see everything is none.
pub(crate) fn refuse(failure: Option<WalkFailure>) -> Result<(), RewriteError> {
    match failure {
        Some(failure) => Err(RewriteError::Unreadable {
            id: failure.id.to_string(),
            reason: failure.reason,
        }),
        None => Ok(()),
    }
}

/// Looks at objects, each thread with findings of its own; gives these.
pub(crate) fn look<T: Default + Send>(
    repo: &Repository,
    walk: &WalkOptions<'_>,
    watch: &dyn Watch,
    look: impl Fn(&mut T, &Visit<'_>) + Sync,
) -> Result<Vec<T>, RewriteError> {
    let make = || Looking {
        look: &look,
        found: T::default(),
        failure: None,
    };
    let all = repo.walk(walk, make, watch)?.into_iter();
    all.map(|one| refuse(one.failure).map(|()| one.found))
        .collect()
}

struct Looking<'a, T, L> {
    look: &'a L,
    found: T,
    failure: Option<WalkFailure>,
}

impl<T: Send, L: Fn(&mut T, &Visit<'_>) + Sync> Visitor for Looking<'_, T, L> {
    fn visit(&mut self, object: Visit<'_>) {
        (self.look)(&mut self.found, &object);
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}

/// What an entry names here, and whether it is a folder: what the object is counts, where that is known, not what the entry says.
pub(crate) fn child(repo: &Repository, entry: &TreeEntry<'_>) -> Option<(ObjectNo, bool)> {
    let child = Some(entry).filter(|entry| !entry.is_submodule());
    let child = repo.table().find_raw(child?.id)?;
    let is_tree = repo.kind(child).map(|kind| kind == Kind::Tree);
    Some((child, is_tree.unwrap_or(entry.is_tree())))
}
