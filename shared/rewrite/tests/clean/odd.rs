//! Odd repositories, values in names, and what is refused.

use domain::Unwatched;
use git::Repository;
use rewrite::{CleanOptions, Replacement, Request, RewriteError, clean};
use testkit::script::tokens;
use testkit::stock::{everything, feed, fsck, git, holds};

use crate::{difficult, replacements, rewritten};

#[test]
fn sha256_detached_and_unborn_heads() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    git(
        folder.path(),
        &[
            "init",
            "-q",
            "--bare",
            "--object-format=sha256",
            "-b",
            "unborn",
            "source.git",
        ],
    );
    let value = tokens(11)[0].clone();
    let blob = feed(&source, &["hash-object", "-w", "--stdin"], value.as_bytes());
    let tree = feed(
        &source,
        &["mktree"],
        format!(
            "100755 blob {}\ta\n120000 blob {}\tb\n",
            blob.trim(),
            blob.trim()
        )
        .as_bytes(),
    );
    let commit = git(
        &source,
        &["commit-tree", "-m", &format!("has {value}"), tree.trim()],
    );
    git(&source, &["update-ref", "refs/heads/other", commit.trim()]);
    let unborn = folder.path().join("unborn.git");
    rewritten(&source, &unborn, std::slice::from_ref(&value), 1).unwrap();
    assert_eq!(
        git(&unborn, &["symbolic-ref", "HEAD"]).trim(),
        "refs/heads/unborn"
    );
    git(
        &source,
        &["update-ref", "--no-deref", "HEAD", commit.trim()],
    );
    let detached = folder.path().join("detached.git");
    rewritten(&source, &detached, std::slice::from_ref(&value), 1).unwrap();
    assert_eq!(fsck(&detached), Ok(()));
    assert_eq!(
        git(&detached, &["rev-parse", "HEAD"]),
        git(&detached, &["rev-parse", "other"])
    );
    assert!(!holds(&everything(&detached), &value));
}

#[test]
fn what_cannot_be_done_right_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let out = folder.path().join("clean.git");
    let short = rewritten(&source, &out, &["abc".to_owned()], 1);
    assert!(matches!(short, Err(RewriteError::TooShort { .. })));
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("mine"), "x").unwrap();
    assert!(matches!(
        rewritten(&source, &out, &values, 1),
        Err(RewriteError::Exists { .. })
    ));
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
    let shallow = folder.path().join("shallow");
    git(
        folder.path(),
        &[
            "clone",
            "-q",
            "--depth=1",
            &format!("file://{}", source.display()),
            "shallow",
        ],
    );
    assert!(matches!(
        rewritten(&shallow, &folder.path().join("s.git"), &values, 1),
        Err(RewriteError::Gaps { .. })
    ));
    let circular = [
        Replacement {
            with: values[1].clone().into_bytes(),
            ..replacements(&values[..1])[0].clone()
        },
        replacements(&values[1..2])[0].clone(),
    ];
    let error = clean(
        &Repository::open(&source).unwrap(),
        &Request::from(circular.to_vec()),
        &folder.path().join("c.git"),
        &CleanOptions::default(),
        &Unwatched,
    );
    assert!(matches!(
        error,
        Err(RewriteError::ReplacementHoldsValue { .. })
    ));
    git(&source, &["replace", "main~1", "main~2"]);
    assert!(matches!(
        rewritten(&source, &folder.path().join("r.git"), &values, 1),
        Err(RewriteError::Overlaid)
    ));
    let left = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(left.count(), 0, "something half done was left behind");
}
