//! `deployguard clean --remove-file`, `--remove-larger-than`: what would go, what goes, in place and back, in a colleague's clone.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::stock::{everything, fsck, git, holds};

use crate::after::heal;
use crate::workbench::{Bench, key_id, password};

/// A repository whose secrets stand in two files at the tip; one of them is large.
fn with_files() -> Bench {
    let bench = Bench::with_commit();
    for folder in ["config", "data", "keys"] {
        fs::create_dir(bench.repo().join(folder)).unwrap();
    }
    let text = format!("AWS_ACCESS_KEY_ID={}\n", key_id());
    fs::write(bench.repo().join("config/app.env"), text).unwrap();
    fs::write(bench.repo().join("config/app.yml"), "port: 80\n").unwrap();
    let dump = format!(
        "DATABASE_URL=postgres://app:{}@db.example.com/app\n",
        password()
    );
    fs::write(bench.repo().join("data/dump.sql"), dump.repeat(50)).unwrap();
    fs::write(bench.repo().join("keys/server.pem"), "a key\n").unwrap();
    bench.commit("Add settings, keys and a dump");
    bench
}

const REMOVE: [&str; 11] = [
    "clean",
    "--repo-path",
    "repo",
    "--remove-file",
    "config/app.env",
    "--remove-file",
    "*.pem",
    "--remove-larger-than",
    "2K",
    "--remove-file",
    "no/such",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    REMOVE.iter().chain(more).copied().collect()
}

#[test]
fn a_dry_run_tells_what_would_go() {
    let bench = with_files();
    let before = bench.files();
    let run = bench.run(&REMOVE);
    assert_eq!(run.code, Some(0), "{run:?}");
    for part in [
        "Would remove  3 distinct files",
        "at 3 paths",
        "GOES: config/app.env",
        "GOES: keys/server.pem",
        "NOTHING: `no/such`",
        "1 commit",
        "Begins at",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let json = bench.run(&with(&["--format", "json"])).json();
    let removal = &json["plan"]["removal"];
    assert_eq!(removal["blobs"], 3);
    assert_eq!(removal["paths"][1], "data/dump.sql");
    assert_eq!(removal["larger_than"], 2048);
    assert_eq!(removal["patterns"][2]["paths"], 0);
    assert!(bench.files() == before, "a dry run changed something");
}

#[test]
fn files_are_gone_and_all_else_is_there() {
    let bench = with_files();
    let run = bench.run(&with(&["--execute"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout.contains("PROVEN") && run.stdout.contains("left out"),
        "{run:?}"
    );
    let result = bench.path().join("repo-clean.git");
    fsck(&result).unwrap();
    let all = everything(&result);
    assert!(!holds(&all, &password()) && !holds(&all, &key_id()));
    let names = git(&result, &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(names, "README.md\nconfig/app.yml\n");
    let first = |repo: &std::path::Path| git(repo, &["rev-parse", "main~1"]);
    assert_eq!(first(&result), first(&bench.repo()));
    let certificate = "repo-clean.git/deployguard-certificate.json";
    let verify = ["verify", "--certificate", certificate, "--repo-path"];
    let exact = bench.run(&[&verify[..], &["repo-clean.git"]].concat());
    assert_eq!(exact.code, Some(0), "{exact:?}");
    let old = bench.run(&[&verify[..], &["repo"]].concat());
    assert_ne!(old.code, Some(0), "{old:?}");
}

#[test]
fn secrets_and_files_go_together() {
    let bench = with_files();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--all",
        "--remove-file",
        "data/",
        "--execute",
    ];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = bench.path().join("repo-clean.git");
    let all = everything(&result);
    assert!(!holds(&all, &password()) && !holds(&all, &key_id()));
    let names = git(&result, &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(
        names,
        "README.md\nconfig/app.env\nconfig/app.yml\nkeys/server.pem\n"
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let bench = with_files();
    let clean = ["clean", "--repo-path", "repo"];
    for (option, value) in [
        ("--remove-larger-than", "big"),
        ("--remove-larger-than", "-1"),
        ("--remove-larger-than", "9G"),
        ("--remove-file", ""),
        ("--remove-file", "a/../b"),
        ("--remove-file", "a[b"),
        ("--remove-file", "{a,b}*"),
    ] {
        let option = format!("{option}={value}");
        let run = bench.run(&[&clean[..], &[&option]].concat());
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{option}: {run:?}"
        );
    }
    let tree = bench.git(&["rev-parse", "HEAD^{tree}"]);
    let run = bench.run(&[&clean[..], &["--remove-file", tree.trim()]].concat());
    assert_eq!(run.code, Some(2), "{run:?}");
    let blob = bench.git(&["rev-parse", "HEAD:README.md"]);
    bench.git(&["tag", "-a", "-m", "of a file", "file", blob.trim()]);
    let run = bench.run(&[&clean[..], &["--remove-file", blob.trim()]].concat());
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr.contains("a tag or another ref names it"),
        "{run:?}"
    );
}

#[test]
fn in_place_the_files_go_from_index_and_folder_and_come_back() {
    for version in ["2", "4"] {
        let bench = with_files();
        bench.git(&["update-index", "--index-version", version]);
        let before = bench.files();
        let ids = bench.git(&["for-each-ref"]);
        let run = bench.run(&with(&["--execute", "--in-place"]));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(bench.git(&["status", "--porcelain"]), "");
        assert_eq!(bench.git(&["ls-files"]), "README.md\nconfig/app.yml\n");
        assert!(!bench.repo().join("config/app.env").exists());
        assert!(
            !bench.repo().join("keys").exists(),
            "an empty folder was left"
        );
        fsck(&bench.repo()).unwrap();
        let undo = bench.run(&["clean", "--repo-path", "repo", "--undo"]);
        assert_eq!(undo.code, Some(0), "{undo:?}");
        assert_eq!(bench.git(&["for-each-ref"]), ids);
        let files = |all: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
            let own = all
                .iter()
                .filter(|(path, _)| !path.iter().any(|part| part == ".git"));
            own.map(|(path, data)| (path.clone(), data.clone()))
                .collect::<Vec<_>>()
        };
        assert!(
            files(&bench.files()) == files(&before),
            "not everything came back"
        );
        assert_eq!(bench.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn edits_of_files_that_go_are_not_lost() {
    let bench = with_files();
    fs::write(bench.repo().join("config/app.env"), "edited\n").unwrap();
    let before = bench.git(&["for-each-ref"]);
    let run = bench.run(&with(&["--execute", "--in-place"]));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("config/app.env"), "{run:?}");
    assert_eq!(bench.git(&["for-each-ref"]), before);
    let text = fs::read_to_string(bench.repo().join("config/app.env")).unwrap();
    assert_eq!(text, "edited\n");
}

/// A colleague's clone.
fn cloned(bench: &Bench) -> PathBuf {
    let args = ["clone", "-q", "--no-local", "repo", "clone"];
    git(bench.path(), &args);
    bench.path().join("clone")
}

fn commit(clone: &Path, message: &str) {
    let person = ["-c", "user.name=A", "-c", "user.email=a@b"];
    git(
        clone,
        &[&person[..], &["commit", "-q", "-m", message]].concat(),
    );
}

#[test]
fn a_clone_is_healed_without_the_files() {
    let bench = with_files();
    let clone = cloned(&bench);
    fs::write(clone.join("local"), "local work\n").unwrap();
    git(&clone, &["add", "local"]);
    commit(&clone, "Local");
    let run = bench.run(&with(&["--execute"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = bench.run(&heal("clone"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let all = everything(&clone);
    assert!(!holds(&all, &password()) && !holds(&all, &key_id()));
    let result = bench.path().join("repo-clean.git");
    let tip = git(&result, &["rev-parse", "main"]);
    assert_eq!(git(&clone, &["rev-parse", "main~1"]), tip);
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    assert_eq!(
        git(&clone, &["ls-files"]),
        "README.md\nconfig/app.yml\nlocal\n"
    );
    // Again: nothing to do.
    assert_eq!(bench.run(&heal("clone")).code, Some(0));
}

#[test]
fn a_clone_that_would_keep_a_removed_file_is_not_healed() {
    let bench = with_files();
    let clone = cloned(&bench);
    git(&clone, &["mv", "config/app.env", "mine.env"]);
    commit(&clone, "Moved");
    let run = bench.run(&with(&["--execute"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let before = git(&clone, &["for-each-ref"]);
    let run = bench.run(&heal("clone"));
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("at another path"), "{run:?}");
    assert_eq!(git(&clone, &["for-each-ref"]), before);
}
