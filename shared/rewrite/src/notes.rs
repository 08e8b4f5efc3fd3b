//! Notes that lose what they are about: the entries of a notes tree are named by object ids, which a rewrite does not rename.

use std::collections::HashSet;

use git::{CommitView, GitError, ObjectId, Repository, tree_entries};

/// How many notes are about an object for which `changes` holds.
pub(crate) fn detached(
    repo: &Repository,
    changes: &dyn Fn(&ObjectId) -> bool,
) -> Result<u64, GitError> {
    let mut about = HashSet::new();
    for reference in repo.refs() {
        if !reference.name.starts_with("refs/notes/") {
            continue;
        }
        let Some(commit) = repo.find(&reference.target)? else {
            continue;
        };
        let mut open: Vec<(Vec<u8>, ObjectId)> = CommitView::parse(&commit.data)
            .tree
            .map(|tree| (Vec::new(), tree))
            .into_iter()
            .collect();
        while let Some((prefix, id)) = open.pop() {
            let Some(tree) = repo.find(&id)? else {
                continue;
            };
            for entry in tree_entries(&tree.data, repo.hash_kind()).flatten() {
                let name = [&prefix, entry.name].concat();
                if name.len() > repo.hash_kind().len() * 2 {
                    continue;
                }
                if entry.is_tree() {
                    open.extend(ObjectId::from_bytes(entry.id).map(|id| (name, id)));
                } else if let Some(noted) = ObjectId::from_hex(&name).filter(changes) {
                    about.insert((&reference.name, noted));
                }
            }
        }
    }
    Ok(about.len() as u64)
}
