//! Notes are cleaned and stay with what they are about.

use std::path::{Path, PathBuf};

use domain::{FindingId, Secret, Unwatched};
use git::Repository;
use rewrite::{CleanOptions, Outcome, Replacement, Request, clean};
use tempfile::TempDir;
use testkit::stock::{everything, feed, fsck, git, holds};

/// Without a letter and digit that could stand in an id.
const VALUE: &str = "sword-fish";

fn run(source: &Path, out: &Path) -> Outcome {
    let value = Secret::new(VALUE.as_bytes().to_vec());
    let replacement = Replacement {
        with: b"*".to_vec(),
        ..Replacement::new(FindingId::new("a"), value)
    };
    clean(
        &Repository::open(source).unwrap(),
        &Request::from(vec![replacement]),
        out,
        &CleanOptions::default(),
        &Unwatched,
    )
    .unwrap()
}

/// A bare repository with a branch of these messages, from the oldest; gives the ids of the commits.
fn commits(folder: &TempDir, messages: &[&str]) -> (PathBuf, Vec<String>) {
    let source = folder.path().join("source.git");
    git(
        folder.path(),
        &["init", "-q", "--bare", "-b", "main", "source.git"],
    );
    let tree = feed(&source, &["mktree"], b"");
    let mut ids: Vec<String> = Vec::new();
    for message in messages {
        let mut args = vec!["commit-tree", "-m", message, tree.trim()];
        if let Some(parent) = ids.last() {
            args.extend(["-p", parent]);
        }
        ids.push(git(&source, &args).trim().to_owned());
    }
    git(
        &source,
        &["update-ref", "refs/heads/main", &ids[ids.len() - 1]],
    );
    (source, ids)
}

fn note(repo: &Path, notes: &str, text: &str, about: &str) {
    let args = [
        "notes",
        &format!("--ref={notes}"),
        "add",
        "-f",
        "-m",
        text,
        about,
    ];
    git(repo, &args);
}

fn shown(repo: &Path, notes: &str, about: &str) -> String {
    git(repo, &["notes", &format!("--ref={notes}"), "show", about])
}

/// A version of notes: entries as for `mktree`, by folder.
fn version(repo: &Path, folders: &[(&str, &[(&str, &str)])]) -> String {
    let mut root = String::new();
    for (folder, entries) in folders {
        let list: String = entries
            .iter()
            .map(|(name, blob)| format!("100644 blob {blob}\t{name}\n"))
            .collect();
        match *folder {
            "" => root += &list,
            folder => {
                let tree = feed(repo, &["mktree"], list.as_bytes());
                root = format!("{root}040000 tree {}\t{folder}\n", tree.trim());
            }
        }
    }
    feed(repo, &["mktree"], root.as_bytes()).trim().to_owned()
}

#[test]
fn notes_about_anything_that_changes_move_along() {
    let folder = tempfile::tempdir().unwrap();
    let (source, ids) = commits(&folder, &["first", "has sword-fish", "third"]);
    let file = feed(&source, &["hash-object", "-w", "--stdin"], b"a sword-fish");
    git(&source, &["tag", "file", file.trim()]);
    git(&source, &["tag", "-a", "-m", "of sword-fish", "v1", "main"]);
    for about in [&ids[0], "main", "main~1", "file", "v1"] {
        note(&source, "commits", &format!("on {about}, {VALUE}"), about);
    }
    // A second list, with a note about the notes, and one that is taken back.
    note(&source, "review", "about notes", "refs/notes/commits");
    note(&source, "review", "gone again", "main~1");
    git(&source, &["notes", "--ref=review", "remove", "main~1"]);
    let out = folder.path().join("out.git");
    let outcome = run(&source, &out);
    assert_eq!(outcome.plan.notes_moved, 4);
    assert!(!holds(&everything(&out), VALUE));
    assert_eq!(fsck(&out), Ok(()));
    for about in [&ids[0], "main", "main~1", "file", "v1"] {
        assert_eq!(shown(&out, "commits", about), format!("on {about}, *\n"));
    }
    assert_eq!(shown(&out, "review", "refs/notes/commits"), "about notes\n");
    assert_eq!(shown(&out, "review~1", "main~1"), "gone again\n");
    assert!(
        git(&out, &["notes", "--ref=review", "list"])
            .lines()
            .count()
            == 1
    );
    // Nothing old is left: as many objects as before (each tree of notes is one folder).
    let count = |repo: &Path| {
        git(repo, &["cat-file", "--batch-all-objects", "--batch-check"])
            .lines()
            .count()
    };
    assert_eq!(count(&source), count(&out));
    let again = folder.path().join("again.git");
    assert!(run(&out, &again).plan.is_identity());
}

#[test]
fn folders_of_notes_keep_their_depth_and_what_is_no_note_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (source, ids) = commits(&folder, &["first", "has sword-fish", "third", "fourth"]);
    let blob = |text: &str| {
        feed(&source, &["hash-object", "-w", "--stdin"], text.as_bytes())
            .trim()
            .to_owned()
    };
    let (one, two, last) = (blob("one\n"), blob("two\n"), blob("three sword-fish\n"));
    let tree = version(
        &source,
        &[
            ("", &[(ids[1].as_str(), one.as_str()), ("README", &last)]),
            (&ids[2][..2], &[(&ids[2][2..], &two), ("other", &last)]),
            (&ids[3][..2], &[(&ids[3][2..], &last)]),
            ("zz", &[(&ids[3][2..], &last)]),
        ],
    );
    let commit = git(&source, &["commit-tree", "-m", "notes", &tree]);
    git(
        &source,
        &["update-ref", "refs/notes/commits", commit.trim()],
    );
    let out = folder.path().join("out.git");
    run(&source, &out);
    assert_eq!(fsck(&out), Ok(()));
    let new = |revision: &str| git(&out, &["rev-parse", revision]).trim().to_owned();
    let mut expected = vec![
        new("main~2"),
        "README".to_owned(),
        format!("{}/{}", &new("main~1")[..2], &new("main~1")[2..]),
        format!("{}/other", &ids[2][..2]),
        format!("{}/{}", &new("main")[..2], &new("main")[2..]),
        format!("zz/{}", &ids[3][2..]),
    ];
    expected.sort();
    let listed = git(
        &out,
        &["ls-tree", "-r", "--name-only", "refs/notes/commits"],
    );
    let mut listed: Vec<&str> = listed.lines().collect();
    listed.sort_unstable();
    assert_eq!(listed, expected);
    assert_eq!(shown(&out, "commits", "main"), "three *\n");
}

#[test]
fn two_commits_that_become_one_have_both_notes() {
    let folder = tempfile::tempdir().unwrap();
    let (source, ids) = commits(&folder, &["has sword-fish"]);
    let tree = feed(&source, &["mktree"], b"");
    let twin = git(&source, &["commit-tree", "-m", "has *", tree.trim()]);
    let third = git(
        &source,
        &["commit-tree", "-m", "sword-fish, too", tree.trim()],
    );
    git(&source, &["branch", "twin", twin.trim()]);
    git(&source, &["branch", "third", third.trim()]);
    note(&source, "commits", "the one", &ids[0]);
    note(&source, "commits", "the other", twin.trim());
    note(&source, "commits", "alone", third.trim());
    let out = folder.path().join("out.git");
    run(&source, &out);
    assert_eq!(
        git(&out, &["rev-parse", "main"]),
        git(&out, &["rev-parse", "twin"])
    );
    let both = shown(&out, "commits", "main");
    assert!(
        both.contains("the one\n") && both.contains("the other\n"),
        "{both}"
    );
    assert_eq!(shown(&out, "commits", "third"), "alone\n");
    assert_eq!(fsck(&out), Ok(()));
}
