//! Values that a path spells over several folders: the proof sees them in a result that nobody refused.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::{FindingId, Secret, Unwatched};
use git::Repository;
use testkit::script::Script;

use crate::affected::first_pass;
use crate::proof::{Claim, Plain, Seen, prove};
use crate::values::Values;
use crate::{CleanOptions, Replacement, Request, RewriteError};

const PATHS: [&str; 4] = [
    "x/my-left/right/hand.txt",
    "left/rights",
    "z/right/hand",
    "a/b/c/d/e/f",
];

/// What the proof says of a history that stayed as it is; `is_searched`: whether it saw the source before.
fn reasons(repo: &Path, value: &str, is_searched: bool) -> Vec<String> {
    let value = Secret::new(value.as_bytes().to_vec());
    let request = Request::from(vec![Replacement::new(FindingId::new("a"), value)]);
    let source = Repository::open(repo).unwrap();
    let plain = Plain::new(&request.replacements, &[]);
    let values = Values::new(&request.replacements, &[]).unwrap();
    let options = CleanOptions::default();
    let wanted = (&values, &crate::removal::Matcher::default());
    let found = first_pass(&source, wanted, Some(&plain), &options, &Unwatched).unwrap();
    let claim = Claim {
        new_ids: &HashMap::new(),
        gone: &HashSet::new(),
        seen: if is_searched {
            &found.seen
        } else {
            &Seen::default()
        },
    };
    match prove(
        &source,
        repo,
        (&request, &plain),
        &claim,
        &options,
        &Unwatched,
    ) {
        Ok(_) => Vec::new(),
        Err(RewriteError::NotProven { reasons }) => reasons,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_path_that_spells_a_value_is_no_proven_result() {
    let folder = tempfile::tempdir().unwrap();
    let repo = folder.path().join("repo.git");
    std::fs::create_dir(&repo).unwrap();
    let files = PATHS.map(|path| (path, Some(&b"text"[..])));
    Script::default()
        .commit("main", "one", None, &files)
        .make(&repo);
    for value in [
        "left/right/hand",
        "left/right",
        "/hand.txt",
        "x/my-",
        "z/right/",
        "a/b/c/d",
        "/c/d/e/",
        "left/hand",
        "left/right/hands",
        "x/left",
        "/x/my-left",
        "b/d/e",
        "//////",
    ] {
        let is_spelled = PATHS.iter().any(|path| path.contains(value));
        for is_searched in [false, true] {
            let found = reasons(&repo, value, is_searched);
            assert_eq!(found.len(), usize::from(is_spelled), "{value}: {found:?}");
            assert!(found.iter().all(|reason| reason.contains("spells")));
        }
    }
}
