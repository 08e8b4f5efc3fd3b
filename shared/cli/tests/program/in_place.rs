//! `clean --in-place`: the repository is clean and whole afterwards, and what it was is kept beside.

use std::fs;
use std::path::PathBuf;

use testkit::stock::{everything, fsck, git, holds};

use crate::workbench::{Bench, key_id, password};

/// A bare repository `shop.git` with packed and loose refs and objects, and a reflog.
fn bare() -> (Bench, PathBuf) {
    let bench = Bench::with_secrets();
    git(
        bench.path(),
        &["clone", "-q", "--mirror", "--no-local", "repo", "shop.git"],
    );
    let shop = bench.path().join("shop.git");
    git(&shop, &["config", "core.logAllRefUpdates", "always"]);
    git(
        &shop,
        &[
            "update-ref",
            "-m",
            "a loose ref",
            "refs/heads/loose",
            "main~1",
        ],
    );
    git(
        &shop,
        &[
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/heads/main",
        ],
    );
    git(&shop, &["commit-graph", "write", "--reachable"]);
    (bench, shop)
}

const CLEAN: [&str; 6] = [
    "clean",
    "--repo-path",
    "shop.git",
    "--all",
    "--execute",
    "--in-place",
];

fn backup(shop: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(shop)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_backup = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("deployguard-backup-")
    };
    entries.filter(is_backup).collect()
}

#[test]
fn a_bare_repository_is_replaced_and_what_it_was_is_kept() {
    let (bench, shop) = bare();
    let (before, old) = (
        git(&shop, &["for-each-ref", "--format=%(refname)"]),
        git(&shop, &["for-each-ref"]),
    );
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    fsck(&shop).unwrap();
    let all = everything(&shop);
    assert!(!holds(&all, &password()) && !holds(&all, &key_id()));
    assert_eq!(git(&shop, &["for-each-ref", "--format=%(refname)"]), before);
    assert_ne!(git(&shop, &["for-each-ref"]), old);
    assert_eq!(git(&shop, &["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    assert_eq!(
        git(&shop, &["log", "--format=%s", "main"]),
        bench.git(&["log", "--format=%s", "main"])
    );

    let kept = backup(&shop);
    assert_eq!(kept.len(), 1);
    let bundle = kept[0].join("history.bundle");
    let bundle = bundle.to_str().unwrap();
    git(&shop, &["bundle", "verify", "-q", bundle]);
    git(
        bench.path(),
        &["clone", "-q", "--mirror", bundle, "old.git"],
    );
    let restored = bench.path().join("old.git");
    fsck(&restored).unwrap();
    assert_eq!(git(&restored, &["for-each-ref"]), old);
    assert!(holds(&everything(&restored), &password()));
    let names = fs::read_dir(&shop)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let left: Vec<_> = names
        .iter()
        .filter(|name| {
            name.contains("deployguard-clean") || name.contains(".lock") || *name == "logs"
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(
        bench.run(&["scan", "--repo-path", "shop.git"]).code,
        Some(0)
    );
}

#[test]
fn a_detached_head_moves_with_its_commit() {
    let (bench, shop) = bare();
    let id = git(&shop, &["rev-parse", "main~1"]);
    fs::write(shop.join("HEAD"), &id).unwrap();
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        git(&shop, &["rev-parse", "HEAD"]),
        git(&shop, &["rev-parse", "main~1"])
    );
    assert_ne!(git(&shop, &["rev-parse", "HEAD"]), id);
}

#[test]
fn without_execute_nothing_happens() {
    let (bench, _) = bare();
    let before = bench.files();
    let run = bench.run(&["clean", "--repo-path", "shop.git", "--all", "--in-place"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(bench.files() == before);
}

#[test]
fn what_would_keep_the_secrets_is_refused_and_left_alone() {
    let (bench, shop) = bare();
    git(&shop, &["worktree", "add", "-q", "../linked", "main"]);
    let linked = bench.run(&CLEAN);
    let before = bench.files();
    assert_eq!((linked.code, linked.stdout.as_str()), (Some(2), ""));
    assert!(linked.stderr.contains("work tree"), "{linked:?}");
    git(&shop, &["worktree", "remove", "../linked"]);
    fs::write(shop.join("packed-refs.lock"), "").unwrap();
    let locked = bench.run(&CLEAN);
    assert_eq!(locked.code, Some(6), "{locked:?}");
    fs::remove_file(shop.join("packed-refs.lock")).unwrap();
    let unchanged =
        |path: &PathBuf| path.starts_with(shop.join("objects")) || path.ends_with("packed-refs");
    for (path, data) in before.iter().filter(|(path, _)| unchanged(path)) {
        assert!(fs::read(path).unwrap() == *data, "{}", path.display());
    }
    assert!(backup(&shop).is_empty());
}

/// Everything below a folder but what Git may write anew at any time: how objects are packed, the index's memory of files' times.
fn all(bench: &Bench) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = bench.files();
    let is_packing = |path: &PathBuf| path.to_string_lossy().contains("/.git/objects/");
    files.retain(|path, _| !path.ends_with("index") && !is_packing(path));
    files
}

/// A clone with a secret in its tip, an edited file, a staged one, and a stash.
fn with_work() -> Bench {
    let bench = Bench::with_secrets();
    let secret = format!("DATABASE_PASSWORD={}\nport=1\n", password());
    let repo = bench.repo();
    fs::write(repo.join("settings.env"), &secret).unwrap();
    bench.commit("Settings");
    fs::write(repo.join("settings.env"), format!("{secret}stashed=1\n")).unwrap();
    bench.git(&["stash", "-q"]);
    fs::write(repo.join("settings.env"), format!("{secret}edited=1\n")).unwrap();
    fs::write(repo.join("staged.txt"), "staged\n").unwrap();
    bench.git(&["add", "staged.txt"]);
    bench
}

pub(crate) const IN_PLACE: [&str; 6] = [
    "clean",
    "--repo-path",
    "repo",
    "--all",
    "--execute",
    "--in-place",
];
pub(crate) const UNDO: [&str; 4] = ["clean", "--repo-path", "repo", "--undo"];

#[test]
fn a_clone_is_cleaned_with_its_files_and_everything_comes_back() {
    let bench = with_work();
    let (before, status) = (all(&bench), bench.git(&["status", "--porcelain"]));
    let objects = everything(&bench.repo());
    let staged = bench.git(&["ls-files", "--stage"]);
    let run = bench.run(&IN_PLACE);
    assert_eq!(run.code, Some(0), "{run:?}");
    fsck(&bench.repo()).unwrap();
    assert!(!holds(&everything(&bench.repo()), &password()));
    let file = fs::read_to_string(bench.repo().join("settings.env")).unwrap();
    assert!(file.contains("edited=1") && !file.contains(&password()));
    assert_eq!(bench.git(&["status", "--porcelain"]), status);
    assert!(
        bench
            .git(&["stash", "show", "-p", "-U0"])
            .contains("stashed=1")
    );
    let kept = backup(&bench.repo().join(".git"));
    assert_eq!(kept.len(), 1);
    let undone = bench.run(&UNDO);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    let after = all(&bench);
    let names = |files: &std::collections::BTreeMap<PathBuf, Vec<u8>>| {
        files.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&after), names(&before));
    assert!(after == before);
    assert!(everything(&bench.repo()) == objects);
    assert_eq!(bench.git(&["ls-files", "--stage"]), staged);
    assert_eq!(bench.git(&["status", "--porcelain"]), status);
    assert_eq!(
        bench.run(&UNDO).code,
        Some(2),
        "there is nothing more to undo"
    );
}

#[test]
fn a_bare_repository_comes_back_too() {
    let (bench, _) = bare();
    let before = bench.files();
    assert_eq!(bench.run(&CLEAN).code, Some(0));
    let undone = bench.run(&["clean", "--repo-path", "shop.git", "--undo"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert!(bench.files() == before);
}

#[test]
fn an_undo_that_would_lose_work_is_refused() {
    let bench = with_work();
    assert_eq!(bench.run(&IN_PLACE).code, Some(0));
    fs::write(bench.repo().join("settings.env"), "edited after\n").unwrap();
    let edited = bench.run(&UNDO);
    assert!(
        edited.code == Some(6) && edited.stderr.contains("settings.env"),
        "{edited:?}"
    );
    bench.commit("After");
    assert_eq!(bench.run(&UNDO).code, Some(6));
    assert!(!backup(&bench.repo().join(".git")).is_empty());
}
