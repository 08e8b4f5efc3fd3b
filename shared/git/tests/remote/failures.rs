//! What happens when a fetch cannot succeed: one clear error, and nothing left behind.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{ErrorCode, RemoteUrl, Stop, Unwatched, Watch};
use git::remote::{FetchLimits, Remote, RemoteError, RemotePolicy, fetch};
use testkit::Fault;
use testkit::stock::{feed_bytes, git};

use crate::world::{PASSWORD, StopAfterRequests, World, world};

#[test]
fn every_way_to_fail_has_its_own_error_and_leaves_nothing() {
    let world = world();
    world.bare("empty.git", "sha1");
    let code = |name: &str, password: Option<&str>| {
        world.fetch_error(&world.remote_with(name, password)).code()
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
    let faults = [
        (Fault::WebPage, ErrorCode::NotARepository),
        (Fault::Status(500), ErrorCode::RepositoryUnreachable),
        (Fault::Status(429), ErrorCode::RepositoryUnreachable),
        (Fault::Status(403), ErrorCode::InvalidCredentials),
        (
            Fault::RedirectTo(world.server.url("").trim_end_matches('/').to_owned()),
            ErrorCode::NotARepository,
        ),
        (
            Fault::RedirectTo("ftp://example.com".to_owned()),
            ErrorCode::NotARepository,
        ),
    ];
    for (fault, expected) in faults {
        world.server.fail(fault.clone());
        assert_eq!(code("source.git", Some(PASSWORD)), expected, "{fault:?}");
    }
    world.server.fail(Fault::OldProtocol);
    assert_eq!(
        code("empty.git", Some(PASSWORD)),
        ErrorCode::RepositoryEmpty
    );
}

#[test]
fn a_host_that_is_not_there_is_unreachable() {
    let world = world();
    for url in [
        "http://127.0.0.1:1/a.git",
        "http://no-such-host.invalid/a.git",
    ] {
        let remote = Remote {
            url: RemoteUrl::parse(url).unwrap(),
            ..world.remote_with("a", None)
        };
        let error = world.fetch_error(&remote);
        assert_eq!(error.code(), ErrorCode::RepositoryUnreachable, "{error}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_a_damaged_repository() {
    let world = world();
    for bytes in [0, 3, 13, 40, 900, 3000] {
        world.server.fail(Fault::CutAfter(bytes));
        let error = world.fetch_error(&world.remote("source.git"));
        assert_eq!(
            error.code(),
            ErrorCode::RepositoryCorrupt,
            "cut after {bytes}: {error}"
        );
    }
}

/// Writes the pack that git makes of this input.
fn pack(world: &World, name: &str, input: &str, options: &[&str]) -> PathBuf {
    let words = [&["pack-objects", "-q", "--stdout"], options].concat();
    let bytes = feed_bytes(&world.path("source.git"), &words, input.as_bytes());
    std::fs::write(world.path(name), bytes).unwrap();
    world.path(name)
}

#[test]
fn a_pack_that_is_not_what_it_should_be_is_refused() {
    let world = world();
    let source = world.path("source.git");
    let all = git(&source, &["rev-list", "--objects", "--all"]);
    let ids = |text: &str| {
        text.lines()
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned() + "\n")
            .collect::<String>()
    };
    let whole = pack(&world, "whole", &ids(&all), &[]);
    // A pack without the newest tag; one with differences from objects that did not come; then damage of three kinds.
    let tag = git(&source, &["rev-parse", "v1.0"]);
    let lacking = pack(&world, "lacking", &ids(&all).replace(&tag, ""), &[]);
    let thin = pack(&world, "thin", "main\n^main~1\n", &["--revs", "--thin"]);
    let bytes = std::fs::read(&whole).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let mut none = bytes.clone();
    none[8..12].fill(0xff);
    let made = [
        ("cut", &bytes[..bytes.len() - 30]),
        ("flipped", &flipped[..]),
        ("count", &none[..]),
        ("text", &b"<html>"[..]),
        ("nothing", &b""[..]),
    ];
    let mut packs = vec![lacking, thin];
    for (name, bytes) in made {
        packs.push(world.path(name));
        std::fs::write(world.path(name), bytes).unwrap();
    }
    for file in packs {
        world.server.fail(Fault::SendPack(file.clone()));
        let error = world.fetch_error(&world.remote("source.git"));
        assert_eq!(
            error.code(),
            ErrorCode::RepositoryCorrupt,
            "{}: {error}",
            file.display()
        );
    }
    world.server.fail(Fault::SendPack(whole));
    world.fetch(&world.remote("source.git")).unwrap();
}

#[test]
fn limits_and_missing_branches_are_told() {
    let world = world();
    let remote = world.remote("source.git");
    let fetch = |limits| fetch(&remote, &world.fetched(), &limits, &Unwatched).unwrap_err();
    let small = FetchLimits {
        max_bytes: 500,
        ..FetchLimits::default()
    };
    assert!(matches!(fetch(small), RemoteError::TooLarge { limit: 500 }));
    let branch = FetchLimits {
        branch: Some("nope".to_owned()),
        ..FetchLimits::default()
    };
    assert_eq!(fetch(branch).code(), ErrorCode::BranchNotFound);
    world.assert_nothing_is_left();
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
    let watch = AfterFirstBytes::default();
    let outcome = fetch(
        &world.remote("source.git"),
        &world.fetched(),
        &FetchLimits::default(),
        &watch,
    );
    assert!(matches!(
        outcome,
        Err(RemoteError::Stopped(Stop::Cancelled))
    ));
    world.assert_nothing_is_left();
}

#[test]
fn a_fetch_stops_even_while_the_server_is_silent() {
    for (fault, requests) in [
        (Fault::Silence, 1),
        (Fault::SilentAfter(0), 3),
        (Fault::SilentAfter(100), 3),
    ] {
        let world = world();
        world.server.fail(fault);
        let watch = StopAfterRequests(&world.server, requests);
        let outcome = fetch(
            &world.remote("source.git"),
            &world.fetched(),
            &FetchLimits::default(),
            &watch,
        );
        assert!(
            matches!(outcome, Err(RemoteError::Stopped(Stop::Cancelled))),
            "{outcome:?}"
        );
        world.assert_nothing_is_left();
    }
}

#[test]
fn a_silent_server_is_given_up() {
    let world = world();
    let policy = RemotePolicy {
        idle_timeout: Duration::from_millis(300),
        ..RemotePolicy::own_machine()
    };
    for fault in [Fault::Silence, Fault::SilentAfter(100)] {
        world.server.fail(fault);
        let error = world.fetch_error(&Remote {
            policy,
            ..world.remote("source.git")
        });
        assert_eq!(error.code(), ErrorCode::RepositoryUnreachable, "{error}");
    }
}
