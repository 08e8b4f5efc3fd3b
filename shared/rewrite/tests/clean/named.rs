//! Values in names of files, folders and refs.

use rewrite::{ProofVerdict, RewriteError};
use testkit::script::{Script, tokens};
use testkit::stock::{everything, feed, fsck, git, holds};

use crate::rewritten;

#[test]
fn names_of_files_and_folders_lose_the_value_and_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let [value, other, ..] = tokens(12);
    let path = |name: &str| name.replace("VALUE", &value).replace("OTHER", &other);
    let names = [
        "a-VALUE.txt",
        "a-OTHER.txt",
        "a-REMOVED.txt-1",
        "VALUE/inner",
        "keys/VALUE",
        "keys/z",
        "zz/VALUE/VALUE/OTHER",
    ];
    let paths: Vec<String> = names.iter().map(|name| path(name)).collect();
    let files: Vec<(&str, Option<&[u8]>)> = paths
        .iter()
        .map(|path| (path.as_str(), Some(path.as_bytes())))
        .collect();
    Script::default()
        .commit("main", "one", None, &files)
        .make(&source);
    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, &[value.clone(), other.clone()], 2).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert_eq!(fsck(&out), Ok(()));
    assert_eq!(
        git(&out, &["ls-tree", "-r", "--name-only", "main"])
            .lines()
            .collect::<Vec<_>>(),
        [
            "REMOVED/inner",
            "a-REMOVED-1.txt",
            "a-REMOVED.txt",
            "a-REMOVED.txt-1",
            "keys/REMOVED",
            "keys/z",
            "zz/REMOVED/REMOVED/REMOVED"
        ]
    );
    let all = everything(&out);
    assert!(!holds(&all, &value) && !holds(&all, &other));
    let left = outcome.plan.objects_by_finding.values().sum::<u64>();
    assert!(left >= 9, "blobs and folders are counted: {left}");
}

#[test]
fn a_new_name_may_stand_elsewhere_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    git(
        folder.path(),
        &["init", "-q", "--bare", "-b", "main", "source.git"],
    );
    let blob = feed(&source, &["hash-object", "-w", "--stdin"], b"x");
    // As a folder it sorts behind `REMOVED.b`, as a file before; a name that is not UTF-8 stays.
    let value = "AAAAAAAAAAAA";
    let inner = feed(
        &source,
        &["mktree"],
        format!("100755 blob {}\tf\n", blob.trim()).as_bytes(),
    );
    let mut list = Vec::new();
    for (kind, id, name) in [
        ("040000 tree", &inner, &b"AAAAAAAAAAAA"[..]),
        ("120000 blob", &blob, b"REMOVED.b"),
        ("100644 blob", &blob, b"\xff\xfe\"q"),
    ] {
        list.extend(format!("{kind} {}\t", id.trim()).into_bytes());
        list.extend(name);
        list.push(0);
    }
    let tree = feed(&source, &["mktree", "-z"], &list);
    let commit = git(&source, &["commit-tree", "-m", "m", tree.trim()]);
    git(&source, &["update-ref", "refs/heads/main", commit.trim()]);
    let out = folder.path().join("clean.git");
    rewritten(&source, &out, &[value.to_owned()], 1).unwrap();
    assert_eq!(fsck(&out), Ok(()));
    let names = testkit::stock::git_bytes(&out, &["ls-tree", "-z", "--name-only", "main"]);
    assert_eq!(names, b"REMOVED.b\0REMOVED\0\xff\xfe\"q\0");
}

#[test]
fn refs_lose_the_value_and_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let [value, other, ..] = tokens(13);
    Script::default()
        .commit("main", "one", None, &[("a", Some(b"x"))])
        .make(&source);
    for name in [
        format!("x-{value}"),
        format!("x-{other}"),
        "y/REMOVED".to_owned(),
        format!("y/{value}/z"),
    ] {
        git(&source, &["branch", &name, "main"]);
    }
    git(
        &source,
        &["symbolic-ref", "HEAD", &format!("refs/heads/x-{other}")],
    );
    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, &[value.clone(), other.clone()], 2).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert_eq!(
        git(&out, &["for-each-ref", "--format=%(refname)"])
            .lines()
            .collect::<Vec<_>>(),
        [
            "refs/heads/main",
            "refs/heads/x-REMOVED",
            "refs/heads/x-REMOVED-1",
            "refs/heads/y/REMOVED",
            "refs/heads/y/REMOVED-1/z"
        ]
    );
    assert_eq!(fsck(&out), Ok(()));
    assert!(!outcome.plan.is_identity());
    let text = serde_json::to_string(&outcome.certificate).unwrap();
    assert!(!text.contains(&value) && !text.contains(&other));
    let head = git(&out, &["rev-parse", "HEAD"]);
    assert_eq!(head, git(&out, &["rev-parse", "main"]));
}

#[test]
fn a_value_that_a_path_spells_over_several_folders_is_refused() {
    let paths = ["x/my-left/right/hand.txt", "left/rights", "z/right/hand"];
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let files = paths.map(|path| (path, Some(&b"text"[..])));
    Script::default()
        .commit("main", "one", None, &files)
        .make(&source);
    let is_spelled = |value: &str| {
        let out = folder.path().join("clean.git");
        let outcome = rewritten(&source, &out, &[value.to_owned()], 2);
        let _ = std::fs::remove_dir_all(out);
        match outcome {
            Ok(outcome) => !outcome.plan.is_identity(),
            Err(RewriteError::SpansFolders { .. }) => true,
            Err(other) => panic!("{other}"),
        }
    };
    for value in [
        "left/right/hand",
        "left/right",
        "/hand.txt",
        "x/my-",
        "z/right/",
    ] {
        assert!(paths.iter().any(|path| path.contains(value)));
        assert!(is_spelled(value), "{value}");
    }
    for value in [
        "left/hand",
        "left/right/hands",
        "x/left",
        "/x/my-left",
        "//////",
    ] {
        assert!(!paths.iter().any(|path| path.contains(value)));
        assert!(!is_spelled(value), "{value}");
    }
}
