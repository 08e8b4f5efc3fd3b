//! Fetch and push against a real Git server: what arrives is what stock git would have brought.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{ErrorCode, GitCredential, RemoteUrl, Secret, Stop, Unwatched, Watch};
use git::Repository;
use git::remote::{
    FetchLimits, PushOptions, PushRefs, Remote, RemoteError, RemotePolicy, fetch, push,
};
use tempfile::TempDir;
use testkit::script::{Script, planted, tokens};
use testkit::stock::{everything, fsck, git};
use testkit::{Fault, GitServer};

const USER: &str = "robot";
const PASSWORD: &str = "correct-horse-battery";

struct World {
    server: GitServer,
    root: TempDir,
    out: TempDir,
}

fn world() -> World {
    let root = tempfile::tempdir().unwrap();
    let source = root.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    planted(&source, &tokens(1));
    let server = GitServer::start(root.path(), Some((USER, PASSWORD))).unwrap();
    World {
        server,
        root,
        out: tempfile::tempdir().unwrap(),
    }
}

impl World {
    fn remote(&self, name: &str, password: Option<&str>) -> Remote {
        Remote {
            url: RemoteUrl::parse(&self.server.url(name)).unwrap(),
            credential: password.map(|p| GitCredential {
                username: USER.to_owned(),
                token: Secret::new(p.to_owned()),
            }),
            policy: RemotePolicy::own_machine(),
        }
    }

    fn fetched(&self) -> PathBuf {
        self.out.path().join("fetched.git")
    }

    fn bare(&self, name: &str) -> PathBuf {
        let path = self.root.path().join(name);
        git(
            self.root.path(),
            &["init", "-q", "--bare", "-b", "main", name],
        );
        path
    }

    fn fetch_error(&self, remote: &Remote) -> RemoteError {
        let error =
            fetch(remote, &self.fetched(), &FetchLimits::default(), &Unwatched).unwrap_err();
        assert!(
            !self.fetched().exists(),
            "a failed fetch left something behind"
        );
        assert!(!error.to_string().contains(PASSWORD));
        error
    }
}

fn push_all(
    remote: &Remote,
    repo: &Path,
    force: bool,
) -> Result<git::remote::PushReport, RemoteError> {
    push(
        remote,
        &Repository::open(repo).unwrap(),
        &PushOptions {
            force,
            refs: PushRefs::All,
        },
        &Unwatched,
    )
}

fn refs(repo: &Path) -> String {
    git(repo, &["for-each-ref", "--format=%(objectname) %(refname)"])
}

#[test]
fn a_fetch_brings_every_ref_and_object_and_the_credential_is_in_no_url() {
    let world = world();
    let report = fetch(
        &world.remote("source.git", Some(PASSWORD)),
        &world.fetched(),
        &FetchLimits::default(),
        &Unwatched,
    )
    .unwrap();
    let source = world.root.path().join("source.git");
    assert_eq!(refs(&world.fetched()), refs(&source));
    assert_eq!(
        git(&world.fetched(), &["symbolic-ref", "HEAD"]),
        git(&source, &["symbolic-ref", "HEAD"])
    );
    assert_eq!(fsck(&world.fetched()), Ok(()));
    assert!(everything(&world.fetched()) == everything(&source));
    assert_eq!(
        report.objects,
        Repository::open(&world.fetched()).unwrap().object_count()
    );
    for request in world.server.requests() {
        assert!(
            !request.line.contains(PASSWORD) && !request.line.contains('@'),
            "{}",
            request.line
        );
    }
}

#[test]
fn sha256_repositories_are_fetched_and_pushed() {
    let world = world();
    let source = world.root.path().join("wide.git");
    git(
        world.root.path(),
        &[
            "init",
            "-q",
            "--bare",
            "-b",
            "main",
            "--object-format=sha256",
            "wide.git",
        ],
    );
    let tree = git(&source, &["mktree"]);
    let commit = git(&source, &["commit-tree", "-m", "one", tree.trim()]);
    git(&source, &["update-ref", "refs/heads/main", commit.trim()]);
    fetch(
        &world.remote("wide.git", Some(PASSWORD)),
        &world.fetched(),
        &FetchLimits::default(),
        &Unwatched,
    )
    .unwrap();
    assert_eq!(
        (fsck(&world.fetched()), refs(&world.fetched())),
        (Ok(()), refs(&source))
    );
    git(
        world.root.path(),
        &[
            "init",
            "-q",
            "--bare",
            "-b",
            "main",
            "--object-format=sha256",
            "target.git",
        ],
    );
    push_all(
        &world.remote("target.git", Some(PASSWORD)),
        &world.fetched(),
        false,
    )
    .unwrap();
    assert_eq!(refs(&world.root.path().join("target.git")), refs(&source));
}

#[test]
fn every_way_to_fail_has_its_own_error_and_leaves_nothing() {
    let world = world();
    world.bare("empty.git");
    let code = |name: &str, password: Option<&str>| {
        world.fetch_error(&world.remote(name, password)).code()
    };
    assert_eq!(code("source.git", None), ErrorCode::InvalidCredentials);
    assert_eq!(
        code("source.git", Some("wrong")),
        ErrorCode::InvalidCredentials
    );
    assert_eq!(
        code("nothing.git", Some(PASSWORD)),
        ErrorCode::NotARepository
    );
    assert_eq!(
        code("empty.git", Some(PASSWORD)),
        ErrorCode::RepositoryEmpty
    );
    world.server.fail(Fault::WebPage);
    assert_eq!(
        code("source.git", Some(PASSWORD)),
        ErrorCode::NotARepository
    );
    world.server.fail(Fault::Status(500));
    assert_eq!(
        code("source.git", Some(PASSWORD)),
        ErrorCode::RepositoryUnreachable
    );
    for bytes in [0, 3, 40, 900, 3000] {
        world.server.fail(Fault::CutAfter(bytes));
        assert_eq!(
            code("source.git", Some(PASSWORD)),
            ErrorCode::RepositoryCorrupt,
            "cut after {bytes}"
        );
    }
    let nobody = Remote {
        url: RemoteUrl::parse("http://127.0.0.1:1/a.git").unwrap(),
        ..world.remote("a", None)
    };
    assert_eq!(
        world.fetch_error(&nobody).code(),
        ErrorCode::RepositoryUnreachable
    );
    let nowhere = Remote {
        url: RemoteUrl::parse("http://no-such-host.invalid/a.git").unwrap(),
        ..world.remote("a", None)
    };
    assert_eq!(
        world.fetch_error(&nowhere).code(),
        ErrorCode::RepositoryUnreachable
    );
}

#[test]
fn limits_and_missing_branches_are_told() {
    let world = world();
    let remote = world.remote("source.git", Some(PASSWORD));
    let small = FetchLimits {
        max_bytes: 500,
        ..FetchLimits::default()
    };
    assert!(matches!(
        fetch(&remote, &world.fetched(), &small, &Unwatched),
        Err(RemoteError::TooLarge { limit: 500 })
    ));
    let branch = FetchLimits {
        branch: Some("nope".to_owned()),
        ..FetchLimits::default()
    };
    let error = fetch(&remote, &world.fetched(), &branch, &Unwatched).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BranchNotFound);
    assert!(!world.fetched().exists());
}

#[test]
fn a_service_connects_to_no_private_address() {
    let world = world();
    for address in [
        "http://127.0.0.1:9/a.git",
        "http://localhost:9/a.git",
        "http://169.254.169.254/a.git",
        "http://[::1]:9/a.git",
    ] {
        let remote = Remote {
            url: RemoteUrl::parse(address).unwrap(),
            credential: None,
            policy: RemotePolicy::service(),
        };
        assert!(
            matches!(
                world.fetch_error(&remote),
                RemoteError::AddressNotAllowed { .. }
            ),
            "{address}"
        );
    }
    let plain = Remote {
        policy: RemotePolicy::service(),
        ..world.remote("source.git", Some(PASSWORD))
    };
    assert!(matches!(
        world.fetch_error(&plain),
        RemoteError::PlainCredential
    ));
}

#[test]
fn a_redirect_elsewhere_does_not_take_the_credential_along() {
    let world = world();
    let other = GitServer::start(world.root.path(), None).unwrap();
    let origin = other.url("");
    world
        .server
        .fail(Fault::RedirectTo(origin.trim_end_matches('/').to_owned()));
    fetch(
        &world.remote("source.git", Some(PASSWORD)),
        &world.fetched(),
        &FetchLimits::default(),
        &Unwatched,
    )
    .unwrap();
    assert!(!other.requests().is_empty());
    for request in other.requests() {
        assert!(
            request
                .headers
                .iter()
                .all(|(name, _)| !name.eq_ignore_ascii_case("authorization"))
        );
    }
}

#[test]
fn a_fetch_stops_when_it_is_told_to() {
    #[derive(Default)]
    struct AfterFirstBytes(AtomicBool);
    impl Watch for AfterFirstBytes {
        fn progress(&self, _: &'static str, _: u64, _: u64) {
            self.0.store(true, Ordering::Relaxed);
        }
        fn stop(&self) -> Option<Stop> {
            self.0.load(Ordering::Relaxed).then_some(Stop::Cancelled)
        }
    }
    let world = world();
    let outcome = fetch(
        &world.remote("source.git", Some(PASSWORD)),
        &world.fetched(),
        &FetchLimits::default(),
        &AfterFirstBytes::default(),
    );
    assert!(matches!(
        outcome,
        Err(RemoteError::Stopped(Stop::Cancelled))
    ));
    assert!(!world.fetched().exists());
}

#[test]
fn a_push_brings_everything_and_pushing_again_does_nothing() {
    let world = world();
    let target = world.bare("target.git");
    let source = world.root.path().join("source.git");
    git(&source, &["update-ref", "refs/pull/1/head", "main"]);
    git(&source, &["repack", "-q", "-a", "-d"]);
    let remote = world.remote("target.git", Some(PASSWORD));
    let report = push_all(&remote, &source, false).unwrap();
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(
        refs(&target),
        refs(&source)
            .lines()
            .filter(|line| !line.contains("refs/pull"))
            .fold(String::new(), |all, line| all + line + "\n")
    );
    assert_eq!(fsck(&target), Ok(()));
    let again = push_all(&remote, &source, false).unwrap();
    assert_eq!(
        (again.pushed.len(), again.unchanged),
        (0, report.pushed.len())
    );
}

#[test]
fn a_push_overwrites_nothing_unless_it_is_forced() {
    let world = world();
    let target = world.bare("target.git");
    let remote = world.remote("target.git", Some(PASSWORD));
    let make = |name: &str, messages: &[&str]| {
        let path = world.bare(name);
        let mut script = Script::default();
        for message in messages {
            script.commit("main", message, None, &[("f", Some(message.as_bytes()))]);
        }
        std::fs::remove_dir_all(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        script.make(&path);
        git(&path, &["repack", "-q", "-a", "-d"]);
        path
    };
    let (short, long, other) = (
        make("short.git", &["a"]),
        make("long.git", &["a", "b"]),
        make("other.git", &["x"]),
    );
    push_all(&remote, &short, false).unwrap();
    push_all(&remote, &long, false).unwrap();
    assert_eq!(refs(&target), refs(&long), "forward is no conflict");
    for stale in [&short, &other] {
        let error = push_all(&remote, stale, false).unwrap_err();
        assert!(
            matches!(&error, RemoteError::Conflict { refs } if refs[..] == ["refs/heads/main"]),
            "{error}"
        );
        assert_eq!(
            refs(&target),
            refs(&long),
            "a refused push changed the target"
        );
    }
    push_all(&remote, &other, true).unwrap();
    assert_eq!(refs(&target), refs(&other));
}

#[test]
fn a_refusal_of_the_target_is_reported_with_its_reason() {
    let world = world();
    let target = world.bare("target.git");
    git(&target, &["config", "receive.hideRefs", "refs/tags"]);
    let source = world.root.path().join("source.git");
    git(&source, &["repack", "-q", "-a", "-d"]);
    let error = push_all(&world.remote("target.git", Some(PASSWORD)), &source, true).unwrap_err();
    let RemoteError::Rejected { refs: refused } = &error else {
        panic!("{error}")
    };
    assert!(
        refused
            .iter()
            .any(|(name, reason)| name == "refs/tags/v1.0" && reason.contains("hidden")),
        "{error}"
    );
    assert!(!refs(&target).contains("refs/tags"));
    let wrong = push_all(&world.remote("target.git", Some("wrong")), &source, true).unwrap_err();
    assert_eq!(wrong.code(), ErrorCode::InvalidCredentials);
}
