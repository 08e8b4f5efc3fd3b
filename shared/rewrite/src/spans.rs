//! Values that a path spells over several folders: of `a/b/c`, no folder's name is the value, so that none can be renamed for it.
//! Such a history is refused.

use std::collections::{BTreeSet, HashMap};

use domain::Watch;
use git::{Kind, KindSet, ObjectNo, Repository, Visit, tree_entries};

use crate::mapping::mask;
use crate::reading::{child, look, walk_options};
use crate::values::Values;
use crate::{CleanOptions, RewriteError};

/// A value, cut at its slashes: the first part ends a folder's name, the last one begins a name.
pub(crate) struct Span {
    pub(crate) value: u32,
    parts: Vec<Vec<u8>>,
}

/// A folder of whose name a value's first parts have been read: the value, and how many parts.
pub(crate) type Begun = (ObjectNo, usize, usize);

impl Span {
    /// None if the value has no slash.
    pub(crate) fn of(value: u32, bytes: &[u8]) -> Option<Self> {
        let parts: Vec<_> = bytes
            .split(|byte| *byte == b'/')
            .map(<[u8]>::to_vec)
            .collect();
        (parts.len() > 1).then_some(Self { value, parts })
    }
}

/// The values that the name of this folder may begin.
pub(crate) fn begun<'a>(
    spans: &'a [Span],
    name: &'a [u8],
    folder: ObjectNo,
) -> impl Iterator<Item = Begun> + 'a {
    let all = spans.iter().enumerate();
    let ends = all.filter(|(_, span)| name.ends_with(&span.parts[0]));
    ends.map(move |(number, _)| (folder, number, 1))
}

/// An error if a value goes on, from these folders, down to its last part.
pub(crate) fn refuse(
    repo: &Repository,
    values: &Values,
    begun: &[Begun],
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<(), RewriteError> {
    let mut open: BTreeSet<Begun> = begun.iter().copied().collect();
    while !open.is_empty() {
        let mut by_folder: HashMap<ObjectNo, Vec<(usize, usize)>> = HashMap::new();
        for (folder, span, part) in std::mem::take(&mut open) {
            by_folder.entry(folder).or_default().push((span, part));
        }
        let only = mask(repo, by_folder.keys().copied());
        let kinds = KindSet::of(&[Kind::Tree]);
        let walk = walk_options(options, kinds, Some(&only), "following paths");
        let step = |found: &mut Step, tree: &Visit<'_>| {
            for (number, part) in by_folder.get(&tree.no).into_iter().flatten() {
                found.follow(repo, tree, (&values.spans()[*number], *number), *part);
            }
        };
        for found in look(repo, &walk, watch, step)? {
            if let Some(value) = found.whole {
                return Err(values.spans_folders(value));
            }
            open.extend(found.begun);
        }
    }
    Ok(())
}

/// What one thread finds a folder further down.
#[derive(Default)]
struct Step {
    begun: Vec<Begun>,
    /// A value that has come to its end.
    whole: Option<u32>,
}

impl Step {
    fn follow(
        &mut self,
        repo: &Repository,
        tree: &Visit<'_>,
        (span, number): (&Span, usize),
        part: usize,
    ) {
        let is_last = part + 1 == span.parts.len();
        for entry in tree_entries(tree.data, repo.hash_kind()).flatten() {
            if is_last && entry.name.starts_with(&span.parts[part]) {
                self.whole = Some(span.value);
            }
            if !is_last && entry.name == span.parts[part] {
                let below = child(repo, &entry).filter(|(_, is_tree)| *is_tree);
                self.begun
                    .extend(below.map(|(folder, _)| (folder, number, part + 1)));
            }
        }
    }
}
