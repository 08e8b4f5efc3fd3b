//! What refs name: commits to start from, and the tags, trees and blobs on the way.

use std::collections::HashMap;

use domain::Failure;
use git::{ObjectNo, Repository};

use crate::graph::{Graph, Place};
use crate::hits::RawTag;

/// One ref, followed to its end.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) name: String,
    /// The commit at the end.
    pub(crate) commit: Option<Place>,
    /// Every object on the way that is not a commit: tags, and at the end perhaps a tree or blob.
    pub(crate) direct: Vec<ObjectNo>,
}

impl Tip {
    /// Whether it is a branch or a tag: what people check out.
    pub(crate) fn is_branch_or_tag(&self) -> bool {
        self.name == "HEAD"
            || self.name.starts_with("refs/heads/")
            || self.name.starts_with("refs/tags/")
    }

    /// Branches before tags before everything else, each by name.
    pub(crate) fn order(&self) -> (u8, &str) {
        let rank = match &self.name {
            name if name.starts_with("refs/heads/") => 0,
            name if name.starts_with("refs/tags/") => 1,
            _ => 2,
        };
        (rank, &self.name)
    }
}

/// All refs (a detached HEAD included), in [`Tip::order`], and those that name nothing that is here.
pub(crate) fn follow(
    repo: &Repository,
    graph: &Graph,
    tags: &[RawTag],
) -> (Vec<Tip>, Vec<Failure>) {
    let targets: HashMap<ObjectNo, _> = tags.iter().map(|tag| (tag.object, tag.target)).collect();
    let mut named: Vec<_> = repo
        .refs()
        .iter()
        .map(|r| (r.name.clone(), r.target))
        .collect();
    if let git::Head::Detached(id) = repo.head() {
        named.push(("HEAD".to_owned(), *id));
    }
    let (mut tips, mut failures) = (Vec::new(), Vec::new());
    for (name, target) in named {
        let mut tip = Tip {
            name,
            commit: None,
            direct: Vec::new(),
        };
        let mut next = Some(target);
        while let Some(id) = next.take() {
            let Some(object) = repo.table().find(&id) else {
                failures.push(Failure {
                    what: id.to_string(),
                    reason: format!("{} names it, but it is missing", tip.name),
                });
                break;
            };
            tip.commit = graph.place(object);
            if tip.commit.is_none() {
                tip.direct.push(object);
                next = targets.get(&object).copied().flatten();
            }
        }
        tips.push(tip);
    }
    tips.sort_by(|a, b| a.order().cmp(&b.order()));
    (tips, failures)
}
