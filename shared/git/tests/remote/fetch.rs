//! What a fetch brings: the same as `git clone --mirror`.

use std::path::Path;

use domain::{RemoteUrl, Unwatched};
use git::Repository;
use git::remote::{FetchLimits, Remote, RemoteError, RemotePolicy, fetch};
use testkit::stock::{command, everything, fsck, git};
use testkit::{Fault, GitServer};

use crate::world::{PASSWORD, World, refs, world};

/// The fetched repository is what stock git brings, and is sound.
fn assert_is_mirror(world: &World, source: &str) {
    let mirror = tempfile::tempdir().unwrap();
    // From the file, which needs no credential.
    git(
        world.root.path(),
        &[
            "clone",
            "-q",
            "--mirror",
            "--no-local",
            source,
            &mirror.path().display().to_string(),
        ],
    );
    let fetched = world.fetched();
    assert_eq!(refs(&fetched), refs(mirror.path()));
    assert_eq!(head(&fetched), head(mirror.path()));
    assert_eq!(fsck(&fetched), Ok(()));
    assert!(
        everything(&fetched) == everything(mirror.path()),
        "other objects than the mirror of {source}"
    );
}

fn head(repo: &Path) -> String {
    std::fs::read_to_string(repo.join("HEAD")).unwrap()
}

fn start_over(world: &World) {
    std::fs::remove_dir_all(world.fetched()).unwrap();
}

#[test]
fn a_fetch_brings_every_ref_and_object_and_the_credential_is_in_no_url() {
    let world = world();
    let report = world.fetch(&world.remote("source.git")).unwrap();
    assert_is_mirror(&world, "source.git");
    let repo = Repository::open(&world.fetched()).unwrap();
    assert_eq!(
        (report.objects, report.refs),
        (repo.object_count(), repo.refs().len())
    );
    assert_eq!(report.head.as_deref(), Some("refs/heads/main"));
    for request in world.server.requests() {
        let line = &request.line;
        assert!(!line.contains(PASSWORD) && !line.contains('@'), "{line}");
    }
}

#[test]
fn random_histories_come_whole_in_both_versions_of_the_protocol() {
    let world = world();
    for (seed, format) in [(1, "sha1"), (2, "sha1"), (3, "sha256")] {
        let name = format!("random-{seed}.git");
        world.random(&name, seed, format);
        for fault in [Fault::None, Fault::OldProtocol] {
            let asked = world.server.requests().len();
            world.server.fail(fault.clone());
            world.fetch(&world.remote(&name)).unwrap();
            assert_is_mirror(&world, &name);
            start_over(&world);
            // The list of refs is a request of its own in version 2.
            let requests = world.server.requests().len() - asked;
            assert_eq!(
                requests,
                if fault == Fault::None { 3 } else { 2 },
                "{fault:?}"
            );
        }
    }
}

#[test]
fn head_may_be_detached_or_name_a_branch_that_does_not_exist_yet() {
    let world = world();
    let source = world.path("source.git");
    git(&source, &["update-ref", "--no-deref", "HEAD", "main~2"]);
    let detached = world.fetch(&world.remote("source.git")).unwrap();
    assert_is_mirror(&world, "source.git");
    assert_eq!(detached.head, None);
    start_over(&world);
    git(&source, &["symbolic-ref", "HEAD", "refs/heads/later"]);
    let unborn = world.fetch(&world.remote("source.git")).unwrap();
    assert_eq!(unborn.head.as_deref(), Some("refs/heads/later"));
    assert_eq!(head(&world.fetched()), "ref: refs/heads/later\n");
}

#[test]
fn a_ref_with_an_impossible_name_does_no_harm() {
    let world = world();
    let source = world.path("source.git");
    let commit = git(&source, &["rev-parse", "main"]);
    std::fs::write(source.join("refs/heads/a..b"), &commit).unwrap();
    for fault in [Fault::None, Fault::OldProtocol] {
        world.server.fail(fault);
        world.fetch(&world.remote("source.git")).unwrap();
        assert!(!refs(&world.fetched()).contains(".."));
        assert_is_mirror(&world, "source.git");
        start_over(&world);
    }
}

#[test]
fn a_history_that_is_cut_off_on_the_server_is_known_to_be() {
    let world = world();
    let url = format!("file://{}", world.path("source.git").display());
    git(
        world.root.path(),
        &["clone", "-q", "--bare", "--depth=2", &url, "shallow.git"],
    );
    for fault in [Fault::None, Fault::OldProtocol] {
        world.server.fail(fault);
        world.fetch(&world.remote("shallow.git")).unwrap();
        assert_eq!(fsck(&world.fetched()), Ok(()));
        let repo = Repository::open(&world.fetched()).unwrap();
        assert!(
            !repo.gaps().is_empty(),
            "a history without its beginning passes for whole"
        );
        start_over(&world);
    }
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let world = world();
    let precious = world.fetched().join("precious");
    std::fs::create_dir(world.fetched()).unwrap();
    std::fs::write(&precious, "x").unwrap();
    assert!(matches!(
        world.fetch(&world.remote("source.git")),
        Err(RemoteError::Git(_))
    ));
    assert_eq!(std::fs::read(&precious).unwrap(), b"x");
    std::fs::remove_file(&precious).unwrap();
    world.fetch(&world.remote("source.git")).unwrap();
    assert_is_mirror(&world, "source.git");
}

#[test]
fn a_service_connects_to_no_private_address() {
    let world = world();
    for address in [
        "http://127.0.0.1:9/a.git",
        "http://localhost:9/a.git",
        "http://169.254.169.254/a.git",
        "http://[::1]:9/a.git",
        "http://[::ffff:10.0.0.1]/a.git",
        "http://2130706433:9/a.git",
        "http://0x7f.1:9/a.git",
    ] {
        let remote = Remote {
            url: RemoteUrl::parse(address).unwrap(),
            credential: None,
            policy: RemotePolicy::service(),
        };
        let error = world.fetch_error(&remote);
        assert!(
            matches!(error, RemoteError::AddressNotAllowed { .. }),
            "{address}: {error}"
        );
    }
    let plain = Remote {
        policy: RemotePolicy::service(),
        ..world.remote("source.git")
    };
    assert!(matches!(
        world.fetch_error(&plain),
        RemoteError::PlainCredential
    ));
    assert!(world.server.requests().is_empty());
}

#[test]
fn a_redirect_elsewhere_does_not_take_the_credential_along() {
    let world = world();
    let other = GitServer::start(world.root.path(), None).unwrap();
    let origin = other.url("").trim_end_matches('/').to_owned();
    world.server.fail(Fault::RedirectTo(origin));
    world.fetch(&world.remote("source.git")).unwrap();
    assert_is_mirror(&world, "source.git");
    // Once redirected, everything else goes there at once.
    assert_eq!(
        (world.server.requests().len(), other.requests().len()),
        (1, 3)
    );
    for request in other.requests() {
        let mut headers = request.headers.iter();
        assert!(headers.all(|(name, _)| !name.eq_ignore_ascii_case("authorization")));
    }
}

#[test]
fn the_result_is_a_repository_that_git_can_work_with() {
    let world = world();
    fetch(
        &world.remote("source.git"),
        &world.fetched(),
        &FetchLimits::default(),
        &Unwatched,
    )
    .unwrap();
    let described = git(
        &world.fetched(),
        &["describe", "--tags", "--exact-match", "v1.0^{}"],
    );
    assert_eq!(described.trim(), "v1.0");
    assert!(
        command(&world.fetched(), &["gc", "--quiet"])
            .status()
            .unwrap()
            .success()
    );
    assert_is_mirror(&world, "source.git");
}
