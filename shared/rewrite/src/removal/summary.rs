//! What is removed, for a person to decide on and for the certificate.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit};
use serde::{Deserialize, Serialize};

use super::{FilePattern, Removal, Removed};
use crate::mapping::mask;
use crate::reading::{look, walk_options};
use crate::values::Values;
use crate::{CleanOptions, RewriteError};

/// What stands for a path that holds a value.
const HELD_BACK: &str = "[a path that holds a value]";

/// A pattern, and what it removes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedBy {
    /// The pattern as it was given; not told where it holds a value.
    pub pattern: String,
    /// Paths that it removes, in all versions together; 1 for a blob's id that is here. 0: nothing in the history is meant.
    pub paths: u64,
}

/// What is removed whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalPlan {
    /// The patterns, as they were given.
    pub patterns: Vec<RemovedBy>,
    /// The limit of size, in bytes.
    pub larger_than: Option<u64>,
    /// Paths at which something is removed, in any version; of a folder, its own. One that holds a value is not told.
    pub paths: Vec<String>,
    /// Distinct files that are nowhere in the history any more.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Distinct files that are removed at one path and stay at another, or on a tag.
    pub elsewhere: u64,
    /// Whether the patterns say here all that is needed to remove the same elsewhere.
    pub is_told: bool,
}

impl RemovalPlan {
    /// The patterns that mean nothing in the history, or only what others removed.
    pub fn unmatched(&self) -> impl Iterator<Item = &str> {
        let none = self.patterns.iter().filter(|one| one.paths == 0);
        none.map(|one| one.pattern.as_str())
    }

    /// The same to be removed again; none if that is not told here.
    pub fn request(&self) -> Option<Removal> {
        let read = |one: &RemovedBy| FilePattern::parse(one.pattern.as_bytes()).ok();
        let files: Option<Vec<_>> = self.patterns.iter().map(read).collect();
        let removal = files.map(|files| Removal {
            files,
            larger_than: self.larger_than,
        });
        removal.filter(|_| self.is_told)
    }
}

/// What the plan says, but for sizes.
pub(crate) fn describe(
    repo: &Repository,
    removal: &Removal,
    removed: &Removed,
    values: &Values,
) -> RemovalPlan {
    let mut by_pattern: BTreeMap<u32, u64> = BTreeMap::new();
    let mut paths = BTreeSet::new();
    if let Some(contexts) = &removed.contexts {
        for (place, is_folder) in &contexts.removed {
            for pattern in contexts.places.patterns(*place, *is_folder) {
                *by_pattern.entry(pattern).or_default() += 1;
            }
            let path = contexts.places.path(*place);
            if !path.is_empty() {
                paths.insert(path_text(&path, values).0);
            }
        }
    }
    let count = |number, file: &FilePattern| match file.blob() {
        Some(id) => u64::from(repo.table().find(id).is_some()),
        None => by_pattern.get(&number).copied().unwrap_or_default(),
    };
    let mut is_told = true;
    let pattern = |(number, file): (u32, &FilePattern)| {
        let (pattern, is_whole) = path_text(file.given(), values);
        is_told &= is_whole;
        RemovedBy {
            pattern,
            paths: count(number, file),
        }
    };
    let patterns = (0..).zip(&removal.files).map(pattern).collect();
    RemovalPlan {
        patterns,
        larger_than: removal.larger_than,
        paths: paths.into_iter().collect(),
        is_told,
        ..RemovalPlan::default()
    }
}

/// A path as text, and whether that is all of it.
pub(crate) fn path_text(path: &[u8], values: &Values) -> (String, bool) {
    if values.is_in(path) {
        return (HELD_BACK.to_owned(), false);
    }
    let text = String::from_utf8_lossy(path);
    let is_whole = matches!(text, std::borrow::Cow::Borrowed(_));
    (text.into_owned(), is_whole)
}

/// How many of these are files, and how many bytes they have.
pub(crate) fn weigh(
    repo: &Repository,
    gone: &HashSet<ObjectNo>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<(u64, u64), RewriteError> {
    if gone.is_empty() {
        return Ok((0, 0));
    }
    let only = mask(repo, gone.iter().copied());
    let kinds = KindSet::of(&[Kind::Blob]);
    let walk = walk_options(options, kinds, Some(&only), "weighing what goes");
    let weigh = |(blobs, bytes): &mut (u64, u64), blob: &Visit<'_>| {
        *blobs += 1;
        *bytes += blob.data.len() as u64;
    };
    let all = look(repo, &walk, watch, weigh)?.into_iter();
    Ok(all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1)))
}
