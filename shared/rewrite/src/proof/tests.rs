//! Results that are wrong in one way each: the proof must see it, whoever made them.

mod mutations;
mod removal;
mod spans;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use domain::{FindingId, Secret, Unwatched};
use git::{ObjectId, ObjectNo, Repository};
use tempfile::TempDir;
use testkit::stock::{feed, git};

use super::{Claim, Plain, Seen, prove};
use crate::{CleanOptions, Replacement, Request, RewriteError};

/// A source with one secret, and the honest result.
struct Bench {
    folder: TempDir,
    source: Repository,
    request: Request,
    new_ids: HashMap<ObjectNo, ObjectId>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        history(
            &folder.path().join("source.git"),
            "a swordfish",
            "Swordfish: no. swordfish: yes",
        );
        let source = Repository::open(&folder.path().join("source.git")).unwrap();
        let request = Request::from(vec![Replacement {
            with: b"*".to_vec(),
            ..Replacement::new(FindingId::new("a"), Secret::new(b"swordfish".to_vec()))
        }]);
        let found = crate::values::Values::new(&request.replacements, &[]).unwrap();
        let options = CleanOptions::default();
        let wanted = (&found, &request.removal);
        let (mapping, _) =
            crate::mapping::Mapping::new(&source, wanted, None, &options, &Unwatched).unwrap();
        Self {
            folder,
            source,
            request,
            new_ids: mapping.new_ids,
        }
    }

    /// A result made by stock git, with this file and message.
    fn result(&self, name: &str, file: &str, message: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        history(&path, file, message);
        path
    }

    fn reasons(&self, result: &Path) -> Vec<String> {
        let options = CleanOptions::default();
        match prove(
            &self.source,
            result,
            (
                &self.request,
                &Plain::new(&self.request.replacements, &self.request.patterns),
            ),
            &Claim {
                new_ids: &self.new_ids,
                gone: &HashSet::new(),
                seen: &Seen::default(),
            },
            &options,
            &Unwatched,
        ) {
            Ok(_) => Vec::new(),
            Err(RewriteError::NotProven { reasons }) => reasons,
            Err(other) => panic!("{other}"),
        }
    }
}

/// A repository of one commit by one person at one time, so that equal content has equal ids.
fn history(path: &Path, file: &str, message: &str) {
    std::fs::create_dir(path).unwrap();
    git(path, &["init", "-q", "--bare", "-b", "main", "."]);
    let blob = feed(path, &["hash-object", "-w", "--stdin"], file.as_bytes());
    let tree = feed(
        path,
        &["mktree"],
        format!("100644 blob {}\tfile\n", blob.trim()).as_bytes(),
    );
    let person = "A <a@b> 1700000000 +0000";
    let raw = format!(
        "tree {}\nauthor {person}\ncommitter {person}\n\n{message}\n",
        tree.trim()
    );
    let commit = feed(
        path,
        &["hash-object", "-w", "-t", "commit", "--stdin"],
        raw.as_bytes(),
    );
    git(path, &["update-ref", "refs/heads/main", commit.trim()]);
}

#[test]
fn what_stock_git_makes_of_the_clean_contents_passes() {
    let bench = Bench::new();
    let result = bench.result("right.git", "a *", "Swordfish: no. *: yes");
    assert_eq!(bench.reasons(&result), Vec::<String>::new());
}

#[test]
fn whatever_else_is_made_of_them_does_not() {
    let bench = Bench::new();
    let left =
        bench.reasons(&bench.result("left.git", "a swordfish", "Swordfish: no. swordfish: yes"));
    assert!(
        left.iter()
            .any(|reason| reason.starts_with("a value is left in blob")),
        "{left:?}"
    );
    assert!(
        left.iter()
            .any(|reason| reason.starts_with("a value is left in commit")),
        "{left:?}"
    );
    for (name, file, message) in [
        ("file.git", "b *", "Swordfish: no. *: yes"),
        ("message.git", "a *", "Swordfish: no. *: yes!"),
        ("eager.git", "a *", "*: no. *: yes"),
    ] {
        let reasons = bench.reasons(&bench.result(name, file, message));
        assert!(
            reasons
                .iter()
                .any(|reason| reason.ends_with("no counterpart in the result")),
            "{reasons:?}"
        );
    }
}

#[test]
fn moved_refs_and_foreign_objects_do_not_pass() {
    let bench = Bench::new();
    let result = bench.result("more.git", "a *", "Swordfish: no. *: yes");
    feed(&result, &["hash-object", "-w", "--stdin"], b"foreign");
    assert_eq!(
        bench.reasons(&result),
        ["the result has objects that come from nowhere"]
    );
    let result = bench.result("refs.git", "a *", "Swordfish: no. *: yes");
    git(&result, &["branch", "more", "main"]);
    git(&result, &["symbolic-ref", "HEAD", "refs/heads/more"]);
    let reasons = [
        "the refs of the result are not those of the source",
        "HEAD is not what it should be",
    ];
    assert_eq!(bench.reasons(&result), reasons);
}

#[test]
fn a_mapping_that_lies_does_not_pass() {
    let mut bench = Bench::new();
    let result = bench.result("wrong.git", "b *", "Swordfish: no. *: yes");
    let made = Repository::open(&result).unwrap();
    // Every object is mapped to what somebody made of it: only a second derivation can tell.
    let of_kind = |repo: &Repository, kind| {
        (0..repo.object_count())
            .find(|no| repo.kind(*no) == Some(kind) || repo.read(*no, 999).unwrap().kind == kind)
            .unwrap()
    };
    for kind in [git::Kind::Blob, git::Kind::Tree, git::Kind::Commit] {
        bench
            .new_ids
            .insert(of_kind(&bench.source, kind), made.id(of_kind(&made, kind)));
    }
    let reasons = bench.reasons(&result);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(
        reasons[0].starts_with("blob") && reasons[0].ends_with("did not become what it should")
    );
}

#[test]
fn what_a_pattern_matches_must_be_gone() {
    let mut bench = Bench::new();
    let pattern = crate::Pattern {
        id: FindingId::new("p"),
        regex: regex::bytes::Regex::new("s(w)ord[a-z]+").unwrap(),
        with: b"$1".to_vec(),
    };
    bench.request = Request {
        patterns: vec![pattern],
        ..Request::default()
    };
    let found = crate::values::Values::new(&[], &bench.request.patterns).unwrap();
    let options = CleanOptions::default();
    let wanted = (&found, &bench.request.removal);
    let mapping = crate::mapping::Mapping::new(&bench.source, wanted, None, &options, &Unwatched);
    bench.new_ids = mapping.unwrap().0.new_ids;
    let right = bench.result("pattern.git", "a w", "Swordfish: no. w: yes");
    assert_eq!(bench.reasons(&right), Vec::<String>::new());
    for (name, file, message) in [
        ("file.git", "a swordfish", "Swordfish: no. w: yes"),
        ("message.git", "a w", "Swordfish: no. swordfish: yes"),
        ("other.git", "a x", "Swordfish: no. w: yes"),
    ] {
        let result = bench.result(name, file, message);
        assert!(!bench.reasons(&result).is_empty(), "{name}");
    }
}
