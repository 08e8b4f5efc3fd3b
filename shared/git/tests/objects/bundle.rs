//! A bundle holds every object and ref, and stock git takes it for what it is.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Stop, Unwatched, Watch};
use git::{GitError, HashKind, Repository, bundle, index_pack};

use crate::oracle::{Layout, git, history, objects_by_git};

#[test]
fn every_object_and_ref_of_every_layout_comes_back() {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        for layout in [Layout::Loose, Layout::OnePack, Layout::TwoPacksAndLoose] {
            let source = history(hash, layout);
            let repo = Repository::open(source.path()).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("all.bundle");
            let is_copy = bundle::write(&repo, &file, &Unwatched).unwrap();
            assert!(!is_copy || matches!(layout, Layout::OnePack));
            let name = file.to_str().unwrap();
            git(source.path(), &["bundle", "verify", "-q", name]);
            let listed = git(source.path(), &["bundle", "list-heads", name]);
            let mut listed: Vec<_> = listed.lines().collect();
            // The clone's HEAD is the last branch at its commit.
            assert!(listed.last().unwrap().ends_with(" refs/heads/main"));
            listed.sort_unstable();
            let refs = git(source.path(), &["show-ref", "--head"]);
            let mut refs: Vec<_> = refs.lines().collect();
            refs.sort_unstable();
            assert_eq!(listed, refs);
            git(folder.path(), &["clone", "-q", "--mirror", name, "clone"]);
            let clone = folder.path().join("clone");
            git(&clone, &["fsck", "--full", "--strict", "--no-dangling"]);
            // Not every object is one that a ref leads to: the pack has them all.
            fs::remove_dir_all(clone.join("objects/pack")).unwrap();
            fs::create_dir(clone.join("objects/pack")).unwrap();
            let pack = clone.join("objects/pack/pack-all.pack");
            bundle::extract(&file, &pack, &Unwatched).unwrap();
            index_pack(&pack, hash, 1, u64::MAX, &Unwatched).unwrap();
            assert!(objects_by_git(&clone) == objects_by_git(source.path()));
            if is_copy {
                assert!(fs::read(&pack).unwrap() == fs::read(repo.packs()[0].path()).unwrap());
            }
        }
    }
}

#[test]
fn a_bundle_that_is_cut_off_in_its_header_is_refused() {
    let source = history(HashKind::Sha1, Layout::OnePack);
    let repo = Repository::open(source.path()).unwrap();
    let file = source.path().join("all.bundle");
    bundle::write(&repo, &file, &Unwatched).unwrap();
    let whole = fs::read(&file).unwrap();
    let pack = source.path().join("again.pack");
    for length in [0, 3, 16, 40, 200] {
        fs::write(&file, &whole[..length]).unwrap();
        let outcome = bundle::extract(&file, &pack, &Unwatched);
        assert!(matches!(outcome, Err(GitError::Corrupt { .. })), "{length}");
        assert!(!pack.exists());
    }
}

#[test]
fn writing_stops_when_it_is_told_to() {
    /// Stops at the third look.
    struct Third(AtomicU64);
    impl Watch for Third {
        fn stop(&self) -> Option<Stop> {
            (self.0.fetch_add(1, Ordering::Relaxed) == 2).then_some(Stop::Cancelled)
        }
    }
    let source = history(HashKind::Sha1, Layout::Loose);
    let repo = Repository::open(source.path()).unwrap();
    let file = source.path().join("all.bundle");
    let outcome = bundle::write(&repo, &file, &Third(AtomicU64::new(1)));
    assert!(matches!(outcome, Err(GitError::Stopped(Stop::Cancelled))));
}
