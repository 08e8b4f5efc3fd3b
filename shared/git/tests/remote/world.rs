//! A Git server with repositories on it, and a place to fetch to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{GitCredential, RemoteUrl, Secret, Stop, Unwatched, Watch};
use git::Repository;
use git::remote::{
    FetchLimits, FetchReport, PushOptions, PushRefs, PushReport, Remote, RemoteError, RemotePolicy,
    fetch, push,
};
use tempfile::TempDir;
use testkit::GitServer;
use testkit::random::Random;
use testkit::script::{planted, tokens};
use testkit::stock::git;

pub(crate) const USER: &str = "robot";
pub(crate) const PASSWORD: &str = "correct-horse-battery";

pub(crate) struct World {
    pub(crate) server: GitServer,
    pub(crate) root: TempDir,
    out: TempDir,
}

/// A server with the planted history as `source.git`.
pub(crate) fn world() -> World {
    let root = tempfile::tempdir().unwrap();
    let server = GitServer::start(root.path(), Some((USER, PASSWORD))).unwrap();
    let out = tempfile::tempdir().unwrap();
    let world = World { server, root, out };
    planted(&world.folder("source.git"), &tokens(1));
    world
}

impl World {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Where a fetch goes to.
    pub(crate) fn fetched(&self) -> PathBuf {
        self.out.path().join("fetched.git")
    }

    /// A new folder on the server.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        std::fs::create_dir(self.path(name)).unwrap();
        self.path(name)
    }

    /// A new repository without commits.
    pub(crate) fn bare(&self, name: &str, object_format: &str) -> PathBuf {
        let format = format!("--object-format={object_format}");
        git(
            self.root.path(),
            &["init", "-q", "--bare", "-b", "main", &format, name],
        );
        self.path(name)
    }

    /// A random history.
    pub(crate) fn random(&self, name: &str, seed: u64, object_format: &str) -> PathBuf {
        let folder = self.folder(name);
        Random {
            seed,
            commits: 80,
            words: &[],
            object_format,
        }
        .make(&folder);
        folder
    }

    pub(crate) fn remote(&self, name: &str) -> Remote {
        self.remote_with(name, Some(PASSWORD))
    }

    pub(crate) fn remote_with(&self, name: &str, password: Option<&str>) -> Remote {
        Remote {
            url: RemoteUrl::parse(&self.server.url(name)).unwrap(),
            credential: password.map(|p| GitCredential {
                username: USER.to_owned(),
                token: Secret::new(p.to_owned()),
            }),
            // Nobody waits for a server that will not answer; a test that does has failed.
            policy: RemotePolicy {
                idle_timeout: Duration::from_hours(1),
                ..RemotePolicy::own_machine()
            },
        }
    }

    pub(crate) fn fetch(&self, remote: &Remote) -> Result<FetchReport, RemoteError> {
        fetch(remote, &self.fetched(), &FetchLimits::default(), &Unwatched)
    }

    /// The error of a fetch that must fail and leave nothing.
    pub(crate) fn fetch_error(&self, remote: &Remote) -> RemoteError {
        let error = self.fetch(remote).unwrap_err();
        self.assert_nothing_is_left();
        assert!(!error.to_string().contains(PASSWORD));
        error
    }

    pub(crate) fn assert_nothing_is_left(&self) {
        let left = std::fs::read_dir(self.out.path()).unwrap().count();
        assert_eq!(left, 0, "a failed fetch left something behind");
    }

    /// Pushes all of a repository on this machine to `target.git`.
    pub(crate) fn push(&self, repo: &Path, force: bool) -> Result<PushReport, RemoteError> {
        self.push_with(repo, force, PushRefs::All, &Unwatched)
    }

    pub(crate) fn push_with(
        &self,
        repo: &Path,
        force: bool,
        refs: PushRefs,
        watch: &dyn Watch,
    ) -> Result<PushReport, RemoteError> {
        let repo = Repository::open(repo).unwrap();
        push(
            &self.remote("target.git"),
            &repo,
            &PushOptions { force, refs },
            watch,
        )
    }
}

pub(crate) fn refs(repo: &Path) -> String {
    git(repo, &["for-each-ref", "--format=%(objectname) %(refname)"])
}

/// Says stop as soon as the server has been asked this many times.
pub(crate) struct StopAfterRequests<'a>(pub(crate) &'a GitServer, pub(crate) usize);

impl Watch for StopAfterRequests<'_> {
    fn stop(&self) -> Option<Stop> {
        (self.0.requests().len() >= self.1).then_some(Stop::Cancelled)
    }
}
