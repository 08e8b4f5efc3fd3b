//! What a push brings, and what it refuses to do.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use domain::{ErrorCode, Stop, Unwatched};
use git::Repository;
use git::remote::{PushOptions, PushRefs, RemoteError, push};
use testkit::Fault;
use testkit::script::Script;
use testkit::stock::{command, everything, feed, fsck, git};

use crate::world::{StopAfterRequests, World, refs, world};

/// What is pushed of a repository: its refs without those that servers do not take.
fn pushable(repo: &Path) -> String {
    let own = ["refs/pull/", "refs/stash", "refs/remotes/"];
    let all = refs(repo);
    let lines = all
        .lines()
        .filter(|line| !own.iter().any(|own| line.contains(own)));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// A history of one file and these commits.
fn history(world: &World, name: &str, messages: &[&str]) -> PathBuf {
    let path = world.folder(name);
    let mut script = Script::default();
    for message in messages {
        script.commit("main", message, None, &[("f", Some(message.as_bytes()))]);
    }
    script.make(&path);
    path
}

#[test]
fn a_push_brings_everything_and_pushing_again_does_nothing() {
    let world = world();
    let target = world.bare("target.git", "sha1");
    let source = world.path("source.git");
    git(&source, &["update-ref", "refs/pull/1/head", "main"]);
    git(&source, &["repack", "-q", "-a", "-d"]);
    let report = world.push(&source, false).unwrap();
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.head.as_deref(), Some("refs/heads/main"));
    assert_eq!((refs(&target), fsck(&target)), (pushable(&source), Ok(())));
    let pack = Repository::open(&source).unwrap().packs()[0].bytes();
    assert_eq!(report.pack_bytes, pack, "the pack is sent as it is");
    let again = world.push(&source, false).unwrap();
    assert_eq!(
        (again.pushed.len(), again.unchanged, again.pack_bytes),
        (0, report.pushed.len(), 0)
    );
}

#[test]
fn random_histories_arrive_whole_however_they_are_stored() {
    for (seed, format) in [(11, "sha1"), (12, "sha256")] {
        for layout in ["one pack", "several packs", "loose"] {
            let world = world();
            let source = world.random("random.git", seed, format);
            store(&source, layout);
            let target = world.bare("target.git", format);
            let report = world.push(&source, false).unwrap();
            assert_eq!(
                (refs(&target), fsck(&target)),
                (pushable(&source), Ok(())),
                "{layout}"
            );
            assert_eq!(report.skipped.len(), 1, "the stash stays here");
        }
    }
}

/// Stores the objects of a repository differently.
fn store(repo: &Path, layout: &str) {
    if layout == "one pack" {
        git(repo, &["repack", "-q", "-a", "-d"]);
        return;
    }
    let packs = repo.join("objects/pack");
    let folder = tempfile::tempdir().unwrap();
    git(repo, &["repack", "-q", "-a", "-d"]);
    for file in std::fs::read_dir(&packs).unwrap().flatten() {
        std::fs::rename(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let pack = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|file| file.path());
    let pack = pack
        .filter(|path| path.extension().is_some_and(|e| e == "pack"))
        .last()
        .unwrap();
    feed(
        repo,
        &["unpack-objects", "-q"],
        &std::fs::read(pack).unwrap(),
    );
    if layout == "several packs" {
        // The older half twice over, with other differences, and a rest that stays loose.
        for range in ["main~8", "main~5", "main~2"] {
            feed(
                repo,
                &["pack-objects", "-q", "--revs", "objects/pack/pack"],
                format!("{range}\n").as_bytes(),
            );
        }
        assert!(Repository::open(repo).unwrap().packs().len() > 1);
    }
}

#[test]
fn what_no_pushed_ref_leads_to_stays_here() {
    for layout in ["one pack", "loose"] {
        let world = world();
        let source = history(&world, "work.git", &["a", "b", "c"]);
        // Amended away, but still here; staged, but never committed; another branch.
        let amended = git(
            &source,
            &[
                "commit-tree",
                "-p",
                "main",
                "-m",
                "amended away",
                "main^{tree}",
            ],
        );
        git(&source, &["update-ref", "refs/heads/other", amended.trim()]);
        git(&source, &["repack", "-q", "-a", "-d"]);
        git(&source, &["update-ref", "-d", "refs/heads/other"]);
        let staged = feed(
            &source,
            &["hash-object", "-w", "--stdin"],
            b"never committed\n",
        );
        if layout == "one pack" {
            git(&source, &["repack", "-q", "-a", "-d", "--keep-unreachable"]);
        }
        git(&source, &["branch", "side", "main~1"]);
        git(&source, &["update-ref", "refs/heads/only-here", "main~2"]);
        let target = world.bare("target.git", "sha1");
        let side = PushRefs::Branch("side".to_owned());
        world.push_with(&source, false, side, &Unwatched).unwrap();
        assert_eq!(
            git(&target, &["for-each-ref", "--format=%(refname)"]),
            "refs/heads/side\n"
        );
        let tip = git(&source, &["rev-parse", "main"]);
        for (absent, what) in [
            (&amended, "amended"),
            (&staged, "staged"),
            (&tip, "another branch"),
        ] {
            assert!(!has(&target, absent), "{what}, {layout}");
        }
        world.push(&source, false).unwrap();
        assert!(
            has(&target, &tip) && !has(&target, &amended) && !has(&target, &staged),
            "{layout}"
        );
        assert_eq!((refs(&target), fsck(&target)), (refs(&source), Ok(())));
    }
}

fn has(repo: &Path, id: &str) -> bool {
    let outcome = command(repo, &["cat-file", "-e", id.trim()]).output();
    outcome.unwrap().status.success()
}

#[test]
fn a_push_overwrites_nothing_unless_it_is_forced() {
    let world = world();
    let target = world.bare("target.git", "sha1");
    let short = history(&world, "short.git", &["a"]);
    let long = history(&world, "long.git", &["a", "b"]);
    let other = history(&world, "other.git", &["x"]);
    world.push(&short, false).unwrap();
    world.push(&long, false).unwrap();
    assert_eq!(refs(&target), refs(&long), "forward is no conflict");
    for stale in [&short, &other] {
        let error = world.push(stale, false).unwrap_err();
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
    world.push(&other, true).unwrap();
    assert_eq!(refs(&target), refs(&other));
}

/// Makes the target run this.
fn hook(target: &Path, name: &str, script: &str) {
    let file = target.join("hooks").join(name);
    std::fs::create_dir_all(target.join("hooks")).unwrap();
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_commit_that_comes_in_between_is_not_lost() {
    let world = world();
    let target = world.bare("target.git", "sha1");
    let short = history(&world, "short.git", &["a"]);
    let long = history(&world, "long.git", &["a", "b"]);
    world.push(&short, false).unwrap();
    let tree = git(&target, &["mktree"]);
    let theirs = git(
        &target,
        &["commit-tree", "-p", "main", "-m", "theirs", tree.trim()],
    );
    // Runs after the push has said what it believes the branch to be.
    hook(
        &target,
        "pre-receive",
        &format!("echo {} > refs/heads/main", theirs.trim()),
    );
    for force in [false, true] {
        git(
            &target,
            &[
                "update-ref",
                "refs/heads/main",
                git(&short, &["rev-parse", "main"]).trim(),
            ],
        );
        let error = world.push(&long, force).unwrap_err();
        let expected = if force {
            ErrorCode::PushRejected
        } else {
            ErrorCode::PushConflict
        };
        assert_eq!(error.code(), expected, "{error}");
        assert_eq!(git(&target, &["rev-parse", "main"]), theirs);
    }
}

#[test]
fn a_refusal_of_the_target_is_reported_with_its_reason() {
    let world = world();
    let target = world.bare("target.git", "sha1");
    git(&target, &["config", "receive.hideRefs", "refs/tags"]);
    let error = world.push(&world.path("source.git"), true).unwrap_err();
    let RemoteError::Rejected { refs: refused } = &error else {
        panic!("{error}")
    };
    let hidden =
        |(name, reason): &(String, String)| name == "refs/tags/v1.0" && reason.contains("hidden");
    assert!(refused.iter().any(hidden), "{error}");
    git(&target, &["config", "--unset", "receive.hideRefs"]);
    for line in refs(&target).lines() {
        git(
            &target,
            &["update-ref", "-d", line.split(' ').nth(1).unwrap()],
        );
    }
    hook(
        &target,
        "update",
        "case $1 in refs/tags/light) exit 1; esac",
    );
    let error = world.push(&world.path("source.git"), false).unwrap_err();
    assert!(
        matches!(&error, RemoteError::Rejected { refs } if refs.len() == 1),
        "{error}"
    );
    assert_eq!(refs(&target), "", "a push is all or nothing");
    let wide = world.random("wide.git", 1, "sha256");
    assert_eq!(
        world.push(&wide, true).unwrap_err().code(),
        ErrorCode::PushRejected
    );
}

#[test]
fn wrong_credentials_and_clones_that_are_not_whole_are_refused() {
    let world = world();
    world.bare("target.git", "sha1");
    let source = world.path("source.git");
    let options = PushOptions {
        force: false,
        refs: PushRefs::All,
    };
    let repo = Repository::open(&source).unwrap();
    for password in [None, Some("wrong")] {
        let wrong = push(
            &world.remote_with("target.git", password),
            &repo,
            &options,
            &Unwatched,
        )
        .unwrap_err();
        assert_eq!(wrong.code(), ErrorCode::InvalidCredentials);
    }
    let url = format!("file://{}", source.display());
    git(
        world.root.path(),
        &["clone", "-q", "--bare", "--depth=2", &url, "shallow.git"],
    );
    let error = world.push(&world.path("shallow.git"), false).unwrap_err();
    assert!(matches!(error, RemoteError::Git(_)), "{error}");
    let nope = PushRefs::Branch("nope".to_owned());
    let error = world
        .push_with(&source, false, nope, &Unwatched)
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::BranchNotFound);
}

#[test]
fn a_push_that_is_not_confirmed_can_be_made_again() {
    let world = world();
    let target = world.bare("target.git", "sha1");
    let source = world.path("source.git");
    world.server.fail(Fault::NoReport);
    let error = world.push(&source, false).unwrap_err();
    assert_eq!(error.code(), ErrorCode::RepositoryUnreachable, "{error}");
    world.server.fail(Fault::None);
    world.push(&source, false).unwrap();
    assert!(everything(&target) == everything(&source));
}

#[test]
fn a_push_stops_even_while_the_server_is_silent() {
    let world = world();
    world.bare("target.git", "sha1");
    world.server.fail(Fault::Silence);
    let watch = StopAfterRequests(&world.server, 1);
    let outcome = world.push_with(&world.path("source.git"), false, PushRefs::All, &watch);
    assert!(
        matches!(outcome, Err(RemoteError::Stopped(Stop::Cancelled))),
        "{outcome:?}"
    );
}
