//! The paths of files that lose a value, for a dry run: from the files of each changed commit down to what changes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use domain::Watch;
use git::{Headers, Kind, KindSet, ObjectId, ObjectNo, Repository, Visit, tree_entries};

use crate::mapping::{Mapping, mask};
use crate::notes::Notes;
use crate::reading::{child, look, walk_options};
use crate::removal::path_text;
use crate::values::Values;
use crate::{CleanOptions, RewriteError};

/// So many folders are looked at, each once for every path that it has in some commit.
const MOST: usize = 1_000_000;

/// Paths of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Distinct paths, in all versions together; one that holds a value is not told.
    pub files: BTreeSet<String>,
    /// Whether there may be more: a history can have more paths than can be listed.
    pub is_cut: bool,
}

/// What changes in a folder: a file, or a folder in which something does.
struct Below {
    name: Box<[u8]>,
    object: ObjectNo,
    is_tree: bool,
}

/// By folder: what changes in it.
type Folders = HashMap<ObjectNo, Vec<Below>>;

/// The paths of files that change, but for notes, which have none that people give.
pub(crate) fn changed(
    repo: &Repository,
    values: &Values,
    mapping: &Mapping,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Paths, RewriteError> {
    if mapping.edits.is_empty() {
        return Ok(Paths::default());
    }
    let folders = folders(repo, values, mapping, options, watch)?;
    let notes = Notes::of(repo, values)?.roots;
    let roots = roots(repo, mapping, options, watch)?.into_iter();
    let start: Rc<[u8]> = Rc::from(&b""[..]);
    let mut open: Vec<(ObjectNo, Rc<[u8]>)> = roots
        .filter(|root| !notes.contains(root))
        .map(|root| (root, Rc::clone(&start)))
        .collect();
    let (mut paths, mut seen) = (Paths::default(), HashSet::new());
    while let Some((folder, path)) = open.pop() {
        if !folders.contains_key(&folder) || !seen.insert((folder, Rc::clone(&path))) {
            continue;
        }
        if seen.len() > MOST {
            paths.is_cut = true;
            break;
        }
        for below in folders.get(&folder).into_iter().flatten() {
            if below.is_tree {
                let inner = [&path, &below.name[..], b"/"].concat();
                open.push((below.object, Rc::from(inner)));
            } else {
                let file = [&path, &below.name[..]].concat();
                paths.files.insert(path_text(&file, values).0);
            }
        }
    }
    Ok(paths)
}

/// Looks through every folder that changes.
fn folders(
    repo: &Repository,
    values: &Values,
    mapping: &Mapping,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Folders, RewriteError> {
    let changed = mapping.new_ids.keys().chain(mapping.roots.keys());
    let removed = mapping.by_place.iter().chain(&mapping.gone);
    let only = mask(repo, changed.chain(removed).copied());
    let kinds = KindSet::of(&[Kind::Tree]);
    let walk = walk_options(options, kinds, Some(&only), "listing paths");
    let of_folder = |found: &mut Folders, tree: &Visit<'_>| {
        for entry in tree_entries(tree.data, repo.hash_kind()).flatten() {
            let Some((object, is_tree)) = child(repo, &entry) else {
                continue;
            };
            let is_file = !is_tree && mapping.edits.contains_key(&object);
            let is_below = is_file || is_tree && only[object as usize];
            let is_renamed = values.is_in(entry.name);
            if is_below || is_renamed {
                found.entry(tree.no).or_default().push(Below {
                    name: entry.name.into(),
                    object,
                    is_tree: is_tree && !is_renamed,
                });
            }
        }
    };
    let all = look(repo, &walk, watch, of_folder)?;
    Ok(all.into_iter().flatten().collect())
}

/// What changed commits, tags and refs name.
fn roots(
    repo: &Repository,
    mapping: &Mapping,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<BTreeSet<ObjectNo>, RewriteError> {
    let refs = repo.refs().iter().map(|reference| reference.target);
    let mut roots: BTreeSet<_> = refs.filter_map(|id| repo.table().find(&id)).collect();
    let only = mask(repo, mapping.fresh.keys().copied());
    let kinds = KindSet::of(&[Kind::Commit, Kind::Tag]);
    let walk = walk_options(options, kinds, Some(&only), "listing paths");
    let names = |found: &mut Vec<ObjectNo>, object: &Visit<'_>| {
        let named = Headers::of(object.data)
            .filter(|header| matches!(header.name, b"tree" | b"object"))
            .filter_map(|header| ObjectId::from_hex(header.value));
        found.extend(named.filter_map(|id| repo.table().find(&id)));
    };
    let all = look(repo, &walk, watch, names)?;
    roots.extend(all.into_iter().flatten());
    Ok(roots)
}
