//! The repository that a command works on: a path, or an address whose history is fetched first.

use std::path::Path;

use git::{Head, Repository};
use serde::Serialize;

use crate::CliError;

/// A repository, as a report names it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Place {
    /// The path that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The address that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The hash function of its ids.
    pub(crate) object_format: &'static str,
    /// What HEAD names: a branch, or a commit.
    pub(crate) head: String,
    /// Branches, tags and all other refs.
    pub(crate) refs: u64,
    /// Distinct objects.
    pub(crate) objects: u64,
    /// The one branch that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    /// The revision after which everything is, if only a part was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<String>,
}

impl Place {
    /// Describes the repository that was opened at `path`.
    pub(crate) fn of_path(repo: &Repository, path: &Path) -> Self {
        Self {
            path: Some(path.display().to_string()),
            ..Self::of(repo)
        }
    }

    /// Describes the repository that was fetched from `url`.
    pub(crate) fn of_url(repo: &Repository, url: &domain::RemoteUrl) -> Self {
        Self {
            url: Some(url.to_string()),
            ..Self::of(repo)
        }
    }

    fn of(repo: &Repository) -> Self {
        Self {
            path: None,
            url: None,
            object_format: repo.hash_kind().name(),
            head: match repo.head() {
                Head::Branch(name) => name.clone(),
                Head::Detached(id) => id.to_string(),
            },
            refs: repo.refs().len() as u64,
            objects: u64::from(repo.object_count()),
            branch: None,
            since: None,
        }
    }

    /// The path or address.
    pub(crate) fn name(&self) -> &str {
        let name = self.path.as_deref().or(self.url.as_deref());
        name.unwrap_or_default()
    }
}

/// Where branches are.
const HEADS: &str = "refs/heads/";

/// The branch's name without `refs/heads/`.
pub(crate) fn short_name(branch: &str) -> String {
    branch.strip_prefix(HEADS).unwrap_or(branch).to_owned()
}

/// The full name of the branch `name`, which must exist.
pub(crate) fn branch(repo: &Repository, name: &str) -> Result<String, CliError> {
    let full = if name.starts_with(HEADS) {
        name.to_owned()
    } else {
        format!("{HEADS}{name}")
    };
    if repo.ref_store().find(&full).is_some() {
        return Ok(full);
    }
    let branches = repo.refs().iter();
    let branches = branches.filter_map(|r| r.name.strip_prefix(HEADS));
    Err(CliError::NoBranch {
        name: name.to_owned(),
        nearest: nearest(name, branches),
    })
}

/// The one of `names` that is most similar to `name`, if any is similar.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    const SIMILAR: f64 = 0.7;
    let rated = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= SIMILAR).then(|| best.1.to_owned())
}
