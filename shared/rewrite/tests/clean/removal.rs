//! Files taken out whole: what stock git lists afterwards is what it listed before, without them.

mod beside;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::Unwatched;
use git::Repository;
use rewrite::{
    CleanOptions, FilePattern, Outcome, ProofVerdict, Removal, Request, RewriteError, clean,
};
use tempfile::TempDir;
use testkit::script::Script;
use testkit::stock::{everything, feed, fsck, git, git_bytes};

use crate::refs;

/// Whether a path is to go.
type IsMeant = fn(&str) -> bool;

/// Path → mode and id.
type Files = BTreeMap<Vec<u8>, (String, String)>;

fn files(repo: &Path, commit: &str) -> Files {
    let listed = git_bytes(repo, &["ls-tree", "-r", "-z", "--full-tree", commit]);
    let lines = listed
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty());
    let entry = |line: &[u8]| {
        let tab = line.iter().position(|byte| *byte == b'\t').unwrap();
        let head = String::from_utf8_lossy(&line[..tab]).into_owned();
        let words: Vec<&str> = head.split(' ').collect();
        (
            line[tab + 1..].to_vec(),
            (words[0].to_owned(), words[2].to_owned()),
        )
    };
    lines.map(entry).collect()
}

pub(crate) fn removal(patterns: &[&str], larger_than: Option<u64>) -> Request {
    let read = |pattern: &&str| FilePattern::parse(pattern.as_bytes()).unwrap();
    Request {
        removal: Removal {
            files: patterns.iter().map(read).collect(),
            larger_than,
        },
        ..Request::default()
    }
}

fn cleaned(source: &Path, out: &Path, request: &Request) -> Result<Outcome, RewriteError> {
    let repo = Repository::open(source).unwrap();
    clean(&repo, request, out, &CleanOptions::default(), &Unwatched)
}

/// Every commit is there with its message and all files but those that are meant; and doing it again changes nothing.
fn assert_removed(
    source: &Path,
    out: &Path,
    request: &Request,
    is_meant: &dyn Fn(&str, &str) -> bool,
) -> Outcome {
    let before = (everything(source), refs(source));
    let outcome = cleaned(source, out, request).unwrap();
    assert!(
        before == (everything(source), refs(source)),
        "the source was touched"
    );
    fsck(out).unwrap();
    let commits = git(source, &["rev-list", "--all"]);
    let mut is_any_removed = false;
    for old in commits.lines() {
        let id = git::ObjectId::from_hex(old.as_bytes()).unwrap();
        let new = outcome.commits.get(&id).unwrap_or(&id).to_string();
        let mut expected = files(source, old);
        let all = expected.len();
        expected.retain(|path, (_, id)| !is_meant(&String::from_utf8_lossy(path), id));
        is_any_removed |= expected.len() < all;
        assert_eq!(files(out, &new), expected, "commit {old}");
        let message = |repo: &Path, commit: &str| git(repo, &["log", "-1", "--format=%B", commit]);
        assert_eq!(message(out, &new), message(source, old));
    }
    assert_eq!(is_any_removed, !outcome.plan.is_identity());
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    let twice = out.with_extension("twice");
    let again = cleaned(out, &twice, request).unwrap();
    assert!(again.plan.is_identity(), "{:?}", again.plan.removal);
    assert_eq!(
        (refs(&twice), again.pack.checksum),
        (refs(out), outcome.pack.checksum)
    );
    outcome
}

/// Files in folders, the same folder at two paths, a folder with one file alone, a link, a submodule, names that are hard to write.
#[allow(clippy::too_many_lines)] // a history told from its beginning to its end
fn history(folder: &TempDir) -> PathBuf {
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let mut script = Script::default();
    let big = "0123456789".repeat(300).into_bytes();
    script.commit(
        "main",
        "Begin",
        None,
        &[
            ("README", Some(b"read me\n")),
            ("config/app.env", Some(b"secret\n")),
            ("config/app.yml", Some(b"port: 80\n")),
            ("copy/app.env", Some(b"secret\n")),
            ("copy/app.yml", Some(b"port: 80\n")),
            ("keys/server.pem", Some(b"key\n")),
            ("deep/a/b/c/only.pem", Some(b"only\n")),
        ],
    );
    script.commit(
        "main",
        "Grow",
        None,
        &[("data/big.bin", Some(&big)), ("keys/note", Some(b"n\n"))],
    );
    script.commit(
        "side",
        "Branch",
        Some("main"),
        &[("config/extra.pem", Some(b"x\n"))],
    );
    script.commit(
        "main",
        "Change",
        None,
        &[("config/app.env", Some(b"other\n"))],
    );
    script.commit("main", "Merge", Some("side"), &[("data/big.bin", None)]);
    script.commit(
        "main",
        "End",
        None,
        &[
            ("\"with\\ttab\\351\"", Some(b"odd\n")),
            ("secret", Some(b"s\n")),
        ],
    );
    script.make(&source);
    let tree = git(&source, &["ls-tree", "main"]);
    let link = feed(
        &source,
        &["hash-object", "-w", "--stdin"],
        b"config/app.env",
    );
    let more = format!(
        "{tree}120000 blob {}\tlink.pem\n160000 commit {}\tmodule\n100755 blob {}\trun.sh\n",
        link.trim(),
        "1".repeat(40),
        link.trim(),
    );
    let tree = feed(&source, &["mktree", "--missing"], more.as_bytes());
    let args = [
        "commit-tree",
        "-p",
        "main",
        "-m",
        "With a link and a module",
        tree.trim(),
    ];
    let commit = git(&source, &args);
    git(&source, &["update-ref", "refs/heads/main", commit.trim()]);
    git(&source, &["tag", "-a", "-m", "Version 1", "v1", "main~1"]);
    source
}

#[test]
fn a_path_is_a_file_or_a_folder_with_all_below() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    for (n, (pattern, prefix)) in [
        ("config/app.env", "config/app.env"),
        ("config", "config/"),
        ("keys/", "keys/"),
        ("/deep/a/b/c/only.pem", "deep/"),
        ("./README", "README"),
        ("module", "module"),
        ("link.pem", "link.pem"),
        ("run.sh", "run.sh"),
        ("no/such/file", "no/such/file"),
        ("secret/", "nothing, since it is no folder"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = folder.path().join(format!("{n}.git"));
        let outcome = assert_removed(&source, &out, &removal(&[pattern], None), &|path, _| {
            path.starts_with(prefix)
        });
        let told = outcome.plan.removal.unwrap();
        let is_nothing = pattern.starts_with("no") || pattern == "secret/";
        assert_eq!(
            told.unmatched().count(),
            usize::from(is_nothing),
            "{pattern}"
        );
    }
}

#[test]
fn globs_are_of_full_paths_and_those_without_a_slash_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    let cases: [(&str, IsMeant); 7] = [
        ("*.pem", |path| path.contains(".pem")),
        ("/*.pem", |path| path == "link.pem"),
        ("*/app.*", |path| {
            path.matches('/').count() == 1 && path.contains("/app.")
        }),
        ("**/app.e?v", |path| path.ends_with("app.env")),
        ("deep/**", |path| path.starts_with("deep/")),
        ("deep/**/c/*", |path| path.starts_with("deep/a/b/c/")),
        ("[c-d]*/", |path| {
            path.starts_with("co") || path.starts_with('d')
        }),
    ];
    for (n, (pattern, is_meant)) in cases.into_iter().enumerate() {
        let out = folder.path().join(format!("{n}.git"));
        let outcome = assert_removed(&source, &out, &removal(&[pattern], None), &|path, _| {
            is_meant(path)
        });
        assert_eq!(
            outcome.plan.removal.unwrap().unmatched().count(),
            0,
            "{pattern}"
        );
    }
    let out = folder.path().join("odd.git");
    let odd = FilePattern::parse(b"with\ttab\xe9").unwrap();
    let mut request = removal(&[], None);
    request.removal.files.push(odd);
    let outcome = assert_removed(&source, &out, &request, &|path, _| path.starts_with("with"));
    assert!(
        !outcome.certificate.repeatable,
        "a path that is no text cannot be told"
    );
}

#[test]
fn sizes_and_ids_are_meant_at_every_path() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    let id = git(&source, &["rev-parse", "main:copy/app.env"])
        .trim()
        .to_owned();
    let out = folder.path().join("id.git");
    let outcome = assert_removed(&source, &out, &removal(&[&id], None), &|_, blob| blob == id);
    let told = outcome.plan.removal.unwrap();
    assert_eq!((told.blobs, told.bytes, told.elsewhere), (1, 7, 0));
    assert_eq!(told.paths, ["config/app.env", "copy/app.env"]);
    let size = |id: &str| {
        git(&source, &["cat-file", "-s", id])
            .trim()
            .parse::<u64>()
            .unwrap()
    };
    for limit in [0, 2, 6, 7, 2999, 3000] {
        let out = folder.path().join(format!("{limit}.git"));
        assert_removed(&source, &out, &removal(&[], Some(limit)), &|path, id| {
            path != "module" && size(id) > limit
        });
    }
    let tree = git(&source, &["rev-parse", "main:config"])
        .trim()
        .to_owned();
    let refused = cleaned(&source, &folder.path().join("no"), &removal(&[&tree], None));
    assert!(matches!(refused, Err(RewriteError::NotAFile { .. })));
    git(&source, &["tag", "-a", "-m", "of a file", "file", &id]);
    for request in [removal(&[&id], None), removal(&[], Some(6))] {
        let refused = cleaned(&source, &folder.path().join("no"), &request);
        assert!(matches!(refused, Err(RewriteError::FileOnTag { .. })));
    }
    // By its path it goes, and stays on the tag, which is told.
    let out = folder.path().join("tagged.git");
    let request = removal(&["*/app.env"], None);
    let outcome = assert_removed(&source, &out, &request, &|path, _| {
        path.ends_with("/app.env")
    });
    let told = outcome.plan.removal.unwrap();
    assert_eq!((told.blobs, told.elsewhere), (1, 1));
}

#[test]
fn one_folder_at_two_paths_becomes_two() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    let same = |repo: &Path| {
        let id = |path: &str| git(repo, &["rev-parse", &format!("main~5:{path}")]);
        id("config") == id("copy")
    };
    assert!(same(&source));
    for (n, pattern) in ["config/app.env", "copy/app.env"].into_iter().enumerate() {
        let out = folder.path().join(format!("{n}.git"));
        let outcome = assert_removed(&source, &out, &removal(&[pattern], None), &|path, _| {
            path == pattern
        });
        assert!(!same(&out));
        assert!(outcome.plan.removal.unwrap().elsewhere > 0);
    }
}

#[test]
fn a_root_that_is_a_folder_elsewhere_becomes_two() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let (one, two) = (Some(&b"1"[..]), Some(&b"2"[..]));
    let mut script = Script::default();
    script.commit("main", "Begin", None, &[("a", one), ("x", two)]);
    let moved = [("a", None), ("x", None), ("sub/a", one), ("sub/x", two)];
    script.commit("main", "Move", None, &moved);
    script.commit("main", "One alone", None, &[("sub/x", None)]);
    script.make(&source);
    for (n, pattern) in ["a", "sub/a", "sub", "x", "*a", "*"]
        .into_iter()
        .enumerate()
    {
        let out = folder.path().join(format!("{n}.git"));
        assert_removed(
            &source,
            &out,
            &removal(&[pattern], None),
            &|path, _| match pattern {
                "*a" => path.ends_with('a'),
                "*" => true,
                "sub" => path.starts_with("sub"),
                _ => path == pattern,
            },
        );
    }
}
