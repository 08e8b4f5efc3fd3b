//! Blobs that are meant by their ids, and blobs that cannot go since more than folders name them.

use std::collections::HashSet;

use git::{Kind, ObjectNo, Repository};

use super::Matcher;
use crate::RewriteError;
use crate::affected::Meta;

/// The blobs that are meant by their ids, as far as they are here.
pub(crate) fn named_blobs(
    repo: &Repository,
    matcher: &Matcher,
) -> Result<HashSet<ObjectNo>, RewriteError> {
    let mut blobs = HashSet::new();
    for id in matcher.ids() {
        let Some(object) = repo.table().find(id) else {
            continue;
        };
        let kind = match repo.kind(object) {
            Some(kind) => kind,
            None => repo.read(object, u64::MAX)?.kind,
        };
        if kind != Kind::Blob {
            return Err(RewriteError::NotAFile { id: id.to_string() });
        }
        blobs.insert(object);
    }
    Ok(blobs)
}

/// A tag or ref without its object would be another ref: that is for a person to decide.
pub(crate) fn refuse_named(
    repo: &Repository,
    metas: &[Meta],
    dropped: &HashSet<ObjectNo>,
) -> Result<(), RewriteError> {
    let names = metas.iter().flat_map(|meta| meta.names.iter().copied());
    let targets = repo.refs().iter();
    let targets = targets.filter_map(|r| repo.table().find(&r.target));
    match names.chain(targets).find(|named| dropped.contains(named)) {
        Some(blob) => Err(RewriteError::FileOnTag {
            id: repo.id(blob).to_string(),
        }),
        None => Ok(()),
    }
}
