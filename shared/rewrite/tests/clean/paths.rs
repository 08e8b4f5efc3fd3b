//! The paths that a dry run tells are those at which stock git sees other files after the rewrite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::Unwatched;
use git::Repository;
use rewrite::{CleanOptions, Paths, Request, dry_run};
use testkit::script::{Script, tokens};
use testkit::stock::{git, holds};

use super::{difficult, replacements, rewritten};

fn told(source: &Path, values: &[String]) -> Paths {
    let (repo, request) = (
        Repository::open(source).unwrap(),
        Request::from(replacements(values)),
    );
    let (_, paths) = dry_run(&repo, &request, &CleanOptions::default(), &Unwatched).unwrap();
    paths
}

/// By path: the file's id.
fn files(repo: &Path, commit: &str) -> BTreeMap<String, String> {
    let list = git(repo, &["ls-tree", "-r", "-z", commit]);
    let lines = list.split_terminator('\0');
    let pairs = lines.map(|line| line.split_once('\t').unwrap());
    pairs
        .map(|(file, path)| (path.to_owned(), file.to_owned()))
        .collect()
}

#[test]
fn paths_are_those_of_files_that_become_others() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let told = told(&source, &values);
    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, &values, 2).unwrap();
    let notes = git(&source, &["rev-list", "--glob=refs/notes/*"]);
    let mut expected = BTreeSet::new();
    for (old, new) in &outcome.commits {
        if notes.contains(&old.to_string()) {
            continue;
        }
        let now = files(&out, &new.to_string());
        for (path, file) in files(&source, &old.to_string()) {
            if values.iter().any(|value| holds(path.as_bytes(), value)) {
                expected.insert("[a path that holds a value]".to_owned());
            } else if now.get(&path) != Some(&file) {
                expected.insert(path);
            }
        }
    }
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(told.files, expected);
    assert!(!told.is_cut);
}

#[test]
fn a_folder_that_stands_at_two_paths_is_told_at_both() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let values = tokens(9);
    let secret = Some(values[0].as_bytes());
    let mut script = Script::default();
    let both = [("a/in/key", secret), ("b/in/key", secret)];
    script.commit("main", "both", None, &both);
    // The root of another commit is the folder of the first.
    script.commit("other", "inner", None, &[("in/key", secret)]);
    script.make(&source);
    // What notes are about is no path.
    git(&source, &["notes", "add", "-m", &values[0], "main"]);
    let expected = ["a/in/key", "b/in/key", "in/key"].map(str::to_owned);
    assert_eq!(told(&source, &values).files, BTreeSet::from(expected));
    assert_eq!(told(&source, &values[1..]), Paths::default());
}
