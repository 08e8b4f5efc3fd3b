//! What a push is to move, and whether it may.

use super::super::RemoteError;
use super::super::advertisement::Advertisement;
use super::super::names::is_ref_name;
use super::{PushOptions, PushRefs, PushReport, PushedRef, SkippedRef};
use crate::{CommitView, GitError, Kind, ObjectId, Repository};

/// Name and reason of what servers do not take, or keep for themselves.
const NEVER_PUSHED: &[(&str, &str)] = &[
    ("refs/pull/", "pull requests belong to the host"),
    ("refs/pull-requests/", "pull requests belong to the host"),
    ("refs/merge-requests/", "merge requests belong to the host"),
    ("refs/pipelines/", "pipelines belong to the host"),
    ("refs/environments/", "environments belong to the host"),
    ("refs/keep-around/", "the host keeps these for itself"),
    ("refs/changes/", "changes under review belong to the host"),
    (
        "refs/remotes/",
        "what another host had is not part of this history",
    ),
    ("refs/stash", "servers do not take a stash"),
];

/// Why a ref is never pushed, if it is not.
fn objection(name: &str) -> Option<&'static str> {
    if !is_ref_name(name) {
        return Some("Git does not allow a ref of this name");
    }
    let mut never = NEVER_PUSHED.iter();
    let found = never.find(|(start, _)| name.starts_with(start));
    found.map(|(_, reason)| *reason)
}

/// What must move on the target, what need not, and what is left out.
pub(super) fn choose(
    repo: &Repository,
    target: &Advertisement,
    options: &PushOptions,
) -> Result<(Vec<PushedRef>, PushReport), RemoteError> {
    let only = match &options.refs {
        PushRefs::All => None,
        PushRefs::Branch(branch) => Some(format!("refs/heads/{branch}")),
    };
    let (mut pushed, mut report) = (Vec::new(), PushReport::default());
    let is_chosen = |name: &str| only.as_ref().is_none_or(|only| only == name);
    for reference in repo.refs().iter().filter(|r| is_chosen(&r.name)) {
        let (name, new) = (reference.name.clone(), reference.target);
        let old = target.refs.get(&name).copied();
        if let Some(reason) = objection(&name) {
            report.skipped.push(SkippedRef { name, reason });
        } else if old == Some(new) {
            report.unchanged += 1;
        } else {
            pushed.push(PushedRef { name, old, new });
        }
    }
    match options.refs.clone() {
        PushRefs::Branch(branch) if pushed.is_empty() && report.unchanged == 0 => {
            Err(RemoteError::BranchNotFound { branch })
        }
        _ => Ok((pushed, report)),
    }
}

/// Whether the target can take this and, without force, whether it loses nothing by it: a branch may only go forward, and
/// nothing else may move at all.
pub(super) fn check(
    repo: &Repository,
    target: &Advertisement,
    pushed: &[PushedRef],
    force: bool,
) -> Result<(), RemoteError> {
    if target.hash != repo.hash_kind() {
        let reason = format!(
            "the target has object ids of another kind: {}, not {}",
            target.hash.name(),
            repo.hash_kind().name()
        );
        let refs = pushed.iter().take(1);
        return Err(RemoteError::Rejected {
            refs: refs
                .map(|update| (update.name.clone(), reason.clone()))
                .collect(),
        });
    }
    if force {
        return Ok(());
    }
    let mut refs = Vec::new();
    for update in pushed {
        let Some(old) = update.old else { continue };
        if !update.name.starts_with("refs/heads/") || !is_ancestor(repo, old, update.new)? {
            refs.push(update.name.clone());
        }
    }
    if refs.is_empty() {
        Ok(())
    } else {
        Err(RemoteError::Conflict { refs })
    }
}

fn is_ancestor(repo: &Repository, old: ObjectId, new: ObjectId) -> Result<bool, GitError> {
    let Some(old) = repo.table().find(&old) else {
        return Ok(false);
    };
    let mut seen = vec![false; repo.object_count() as usize];
    let mut open: Vec<u32> = repo.table().find(&new).into_iter().collect();
    while let Some(commit) = open.pop() {
        if commit == old {
            return Ok(true);
        }
        if std::mem::replace(&mut seen[commit as usize], true) {
            continue;
        }
        let object = repo.read(commit, u64::MAX)?;
        if object.kind == Kind::Commit {
            let parents = CommitView::parse(&object.data).parents;
            open.extend(
                parents
                    .iter()
                    .filter_map(|parent| repo.table().find(parent)),
            );
        }
    }
    Ok(false)
}
