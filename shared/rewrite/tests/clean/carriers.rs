//! Carriers and repositories that are rare: merged tags, padded modes, refs of hosts, stashes, grafts, partial clones.

use rewrite::RewriteError;
use testkit::script::{Script, tokens};
use testkit::stock::{everything, feed, fsck, git, holds};

use crate::rewritten;

/// A bare repository whose `main` has the first value in its first commit.
fn source(folder: &tempfile::TempDir) -> (std::path::PathBuf, String) {
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let [value, ..] = tokens(21);
    Script::default()
        .commit("main", "one", None, &[("a/b", Some(value.as_bytes()))])
        .commit("main", "two", None, &[("c", Some(b"nothing"))])
        .make(&source);
    (source, value)
}

#[test]
fn a_merged_tag_goes_with_its_value_and_so_does_one_on_what_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (source, value) = source(&folder);
    let tree = git(&source, &["rev-parse", "main^{tree}"]);
    let clean_tree = feed(&source, &["mktree"], b"");
    let person = "A <a@b> 1700000000 +0000";
    let merge = |tree: &str, text: &str| {
        let tag = format!(
            "mergetag object {}\n type commit\n tag v\n tagger {person}\n \n {text}\n",
            tree.trim()
        );
        let raw = format!(
            "tree {}\nauthor {person}\ncommitter {person}\n{tag}x-kept yes\n\nmerge\n",
            tree.trim()
        );
        let args = [
            "hash-object",
            "-w",
            "--literally",
            "-t",
            "commit",
            "--stdin",
        ];
        feed(&source, &args, raw.as_bytes()).trim().to_owned()
    };
    for (name, tree, text) in [
        ("held", &clean_tree, value.as_str()),
        ("changed", &tree, "no value"),
        ("kept", &clean_tree, "no value"),
    ] {
        git(
            &source,
            &[
                "update-ref",
                &format!("refs/heads/{name}"),
                &merge(tree, text),
            ],
        );
    }
    let out = folder.path().join("out.git");
    let outcome = rewritten(&source, &out, std::slice::from_ref(&value), 2).unwrap();
    assert!(!holds(&everything(&out), &value));
    assert_eq!(outcome.plan.signatures_dropped.len(), 2);
    for name in ["held", "changed"] {
        let commit = git(&out, &["cat-file", "commit", name]);
        assert!(
            !commit.contains("mergetag") && commit.contains("\nx-kept yes\n\nmerge\n"),
            "{commit}"
        );
    }
    assert_eq!(
        git(&out, &["rev-parse", "kept"]),
        git(&source, &["rev-parse", "kept"])
    );
}

#[test]
fn padded_modes_and_their_order_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (source, value) = source(&folder);
    let blob = git(&source, &["rev-parse", "main:a/b"]);
    let inner = git(&source, &["rev-parse", "main:a"]);
    let raw = |hex: &str| -> Vec<u8> {
        let digits = hex.trim().as_bytes().chunks(2);
        digits
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect()
    };
    let tree = [b"100644 z\0", &raw(&blob)[..], b"040000 a\0", &raw(&inner)].concat();
    let args = ["hash-object", "-w", "--literally", "-t", "tree", "--stdin"];
    let tree = feed(&source, &args, &tree);
    let commit = git(&source, &["commit-tree", "-m", "odd", tree.trim()]);
    git(&source, &["update-ref", "refs/heads/odd", commit.trim()]);
    let out = folder.path().join("out.git");
    rewritten(&source, &out, std::slice::from_ref(&value), 2).unwrap();
    let new = testkit::stock::git_bytes(&out, &["cat-file", "tree", "odd^{tree}"]);
    let (blob, inner) = (
        git(&out, &["rev-parse", "main:a/b"]),
        git(&out, &["rev-parse", "main:a"]),
    );
    assert_eq!(
        new,
        [b"100644 z\0", &raw(&blob)[..], b"040000 a\0", &raw(&inner)].concat()
    );
    assert!(!holds(&everything(&out), &value));
}

#[test]
fn refs_of_hosts_and_stashes_are_cleaned_like_all() {
    let folder = tempfile::tempdir().unwrap();
    let (source, value) = source(&folder);
    let names = [
        "refs/pull/7/head",
        "refs/merge-requests/1/merge",
        "refs/stash",
        "refs/remotes/origin/x",
    ];
    for name in names {
        git(&source, &["update-ref", name, "main~1"]);
    }
    let out = folder.path().join("out.git");
    let outcome = rewritten(&source, &out, std::slice::from_ref(&value), 2).unwrap();
    assert_eq!(outcome.plan.changed_refs.len(), names.len() + 1);
    for name in names {
        assert_eq!(
            git(&out, &["rev-parse", name]),
            git(&out, &["rev-parse", "main~1"])
        );
    }
    assert_eq!(fsck(&out), Ok(()));
    assert!(!holds(&everything(&out), &value));
}

#[test]
fn grafts_and_partial_clones_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (source, value) = source(&folder);
    let address = format!("file://{}", source.display());
    git(&source, &["config", "uploadpack.allowFilter", "true"]);
    git(
        folder.path(),
        &[
            "clone",
            "-q",
            "--bare",
            "--filter=blob:none",
            &address,
            "partial.git",
        ],
    );
    let partial = folder.path().join("partial.git");
    let out = folder.path().join("out.git");
    let error = rewritten(&partial, &out, std::slice::from_ref(&value), 1);
    assert!(matches!(error, Err(RewriteError::Gaps { .. })), "{error:?}");
    std::fs::create_dir_all(source.join("info")).unwrap();
    std::fs::write(
        source.join("info/grafts"),
        git(&source, &["rev-parse", "main"]),
    )
    .unwrap();
    let error = rewritten(&source, &out, std::slice::from_ref(&value), 1);
    assert!(matches!(error, Err(RewriteError::Overlaid)), "{error:?}");
    assert!(!out.exists());
}
