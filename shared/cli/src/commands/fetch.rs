//! The history behind an address, fetched into a temporary folder that goes away with it.

use std::fs;
use std::path::Path;

use domain::RemoteUrl;
use git::remote::{self, FetchLimits, RemoteError};
use git::{GitError, Repository};
use tempfile::TempDir;

use super::Session;
use crate::args::ScanArgs;
use crate::{CliError, credentials, network, source};

/// A fetched repository. The folder goes after the repository that is open in it.
pub(crate) struct Fetched {
    /// The repository.
    pub(crate) repo: Repository,
    /// Where it came from.
    pub(crate) url: RemoteUrl,
    _folder: TempDir,
}

/// Fetches the whole history from `url`.
pub(crate) fn fetch(args: &ScanArgs, url: &str, session: &Session) -> Result<Fetched, CliError> {
    let url = credentials::remote_url("--url", url)?;
    let folder = tempfile::Builder::new().prefix("deployguard-").tempdir();
    let folder = folder.map_err(CliError::output(std::env::temp_dir()))?;
    let path = folder.path().join("source.git");
    // The user's own machine decides how much it can take.
    let limits = FetchLimits {
        max_bytes: u64::MAX,
        threads: session.threads,
        branch: args.branch.as_deref().map(source::short_name),
        ..FetchLimits::default()
    };
    let into = path.clone();
    session.progress.say(&format!("Fetching {url}"));
    let fetched = network::with_host(&url, &args.credential, session, move |remote, progress| {
        remote::fetch(remote, &into, &limits, progress)
    });
    session.progress.clear();
    match fetched {
        Err(CliError::Remote(RemoteError::Empty)) => write_empty(&path)?,
        other => drop(other?),
    }
    Ok(Fetched {
        repo: Repository::open(&path)?,
        url,
        _folder: folder,
    })
}

/// A repository without commits is scanned like any other: there is nothing in it.
fn write_empty(path: &Path) -> Result<(), CliError> {
    let objects = path.join("objects");
    fs::create_dir_all(&objects).map_err(GitError::io(&objects))?;
    let head = path.join("HEAD");
    fs::write(&head, "ref: refs/heads/main\n").map_err(GitError::io(&head))?;
    Ok(())
}
