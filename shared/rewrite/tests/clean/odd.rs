//! Odd repositories, values in names, and what is refused.

use std::path::Path;

use domain::Unwatched;
use git::Repository;
use rewrite::{CleanOptions, ProofVerdict, Replacement, Request, RewriteError, clean};
use testkit::script::tokens;
use testkit::stock::{everything, feed, fsck, git, git_bytes, holds};

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

/// A bare repository whose `main` has these versions of one file, the last first in its pack and the others as differences.
fn versions(source: &Path, versions: &[Vec<u8>]) {
    git(source, &["init", "-q", "--bare", "-b", "main"]);
    let mut parent = None;
    for content in versions {
        let blob = feed(source, &["hash-object", "-w", "--stdin"], content);
        let entry = format!("100644 blob {}\tdump.sql\n", blob.trim());
        let tree = feed(source, &["mktree"], entry.as_bytes());
        let mut args = vec!["commit-tree", "-m", "dump", tree.trim()];
        args.extend(parent.iter().flat_map(|id: &String| ["-p", id]));
        parent = Some(git(source, &args).trim().to_owned());
    }
    git(source, &["update-ref", "refs/heads/main", &parent.unwrap()]);
    git(source, &["repack", "-adfq"]);
}

#[test]
fn values_in_files_of_many_megabytes_go_and_files_above_the_limit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let value = tokens(31)[0].clone();
    let filler = b"INSERT INTO t VALUES (1, 'nothing to see');\n".repeat(800_000);
    let seam = filler.len() / 2;
    let value_bytes = value.as_bytes();
    let first = [
        value_bytes,
        &filler[..seam],
        value_bytes,
        &filler[seam..],
        value_bytes,
    ]
    .concat();
    let second = [&first[..], b"-- end\n", value_bytes].concat();
    versions(&source, &[first.clone(), second.clone()]);

    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, std::slice::from_ref(&value), 2).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert_eq!(fsck(&out), Ok(()));
    for (commit, before) in [("main~1", first), ("main", second)] {
        let after = git_bytes(&out, &["cat-file", "blob", &format!("{commit}:dump.sql")]);
        let before = String::from_utf8(before).unwrap();
        assert!(after == before.replace(&value, "***REMOVED***").into_bytes());
    }

    let options = CleanOptions {
        max_object_bytes: 1 << 20,
        ..CleanOptions::default()
    };
    let refused = clean(
        &Repository::open(&source).unwrap(),
        &Request::from(replacements(&[value])),
        &folder.path().join("small.git"),
        &options,
        &Unwatched,
    );
    assert!(refused.is_err());
    assert!(!folder.path().join("small.git").exists());
}

#[test]
fn a_repository_that_borrows_objects_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = difficult(&folder);
    let borrower = folder.path().join("borrower.git");
    let paths = [source.to_str().unwrap(), borrower.to_str().unwrap()];
    git(
        folder.path(),
        &[&["clone", "-q", "--bare", "--shared"], &paths[..]].concat(),
    );
    let error = Repository::open(&borrower).err().unwrap().to_string();
    assert!(error.contains("objects/info/alternates"), "{error}");
}
