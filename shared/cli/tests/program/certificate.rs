//! `verify`: what a certificate says of a repository, and what makes it untrue.

use std::fs;
use std::path::Path;

use testkit::stock::git;

use crate::workbench::{Bench, CLEAN, Run, password};

/// A cleaned repository, and a clone of it that has other packs.
fn cleaned() -> Bench {
    let bench = Bench::with_secrets();
    let run = bench.run(&CLEAN);
    assert_eq!(run.code, Some(0), "{run:?}");
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo-clean.git", "clone"],
    );
    bench
}

const CERTIFICATE: &str = "repo-clean.git/deployguard-certificate.json";

fn verify(bench: &Bench, repo: &str, more: &[&str]) -> Run {
    let args = [
        "verify",
        "--certificate",
        CERTIFICATE,
        "--format",
        "json",
        "--repo-path",
        repo,
    ];
    bench.run(&[&args[..], more].concat())
}

fn kinds(run: &Run) -> Vec<String> {
    let json = run.json();
    let all = json["differences"].as_array().unwrap().iter();
    all.map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect()
}

fn certificate(bench: &Bench) -> serde_json::Value {
    serde_json::from_slice(&fs::read(bench.path().join(CERTIFICATE)).unwrap()).unwrap()
}

#[test]
fn the_result_and_every_clone_of_it_are_what_the_certificate_says() {
    let bench = cleaned();
    let key = certificate(&bench)["signature"]["public_key"]
        .as_str()
        .unwrap()
        .to_owned();
    for repo in ["repo-clean.git", "clone"] {
        let run = verify(&bench, repo, &["--public-key", &key]);
        assert_eq!(
            (run.code, &run.json()["conclusion"]),
            (Some(0), &"verified".into()),
            "{run:?}"
        );
    }
    let page = bench.run(&[
        "verify",
        "--certificate",
        CERTIFICATE,
        "--repo-path",
        "clone",
    ]);
    assert!(
        page.stdout.contains("VERIFIED") && page.stdout.contains(&key),
        "{page:?}"
    );
    // Newer work stands on top of what is certified, and is searched.
    let clone = bench.path().join("clone");
    git(&clone, &["commit", "-q", "--allow-empty", "-m", "Later"]);
    let newer = verify(&bench, "clone", &[]);
    assert_eq!(
        (newer.code, &newer.json()["refs"]["newer"]),
        (Some(0), &serde_json::json!(["refs/heads/main"]))
    );
    let mut command = bench.command(&[
        "verify",
        "--certificate",
        CERTIFICATE,
        "--repo-path",
        "clone",
    ]);
    let other_key = command.env("DEPLOYGUARD_KEY", "another").output().unwrap();
    assert_eq!(
        other_key.status.code(),
        Some(3),
        "what is newer was not searched"
    );
}

#[test]
fn what_was_removed_is_noticed_wherever_it_comes_back() {
    let bench = cleaned();
    let source = verify(&bench, "repo", &[]);
    assert_eq!(
        (source.code, &source.json()["conclusion"]),
        (Some(1), &"found".into()),
        "{source:?}"
    );
    let clone = bench.path().join("clone");
    // An old object alone, named by nothing.
    let old = bench.git(&["rev-parse", "v1~1^{tree}"]);
    let tree = testkit::stock::git_bytes(&bench.repo(), &["cat-file", "tree", old.trim()]);
    testkit::stock::feed_bytes(
        &clone,
        &["hash-object", "-w", "-t", "tree", "--stdin", "--literally"],
        &tree,
    );
    let run = verify(&bench, "clone", &[]);
    assert!(
        run.code == Some(3) && kinds(&run).contains(&"old_object".to_owned()),
        "{run:?}"
    );
    // The value, in something new.
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo-clean.git", "again"],
    );
    let again = bench.path().join("again");
    let text = format!(
        "DATABASE_URL=postgres://app:{}@db.example.com/app\n",
        password()
    );
    fs::write(again.join("app.env"), text).unwrap();
    git(&again, &["add", "."]);
    git(&again, &["commit", "-q", "-m", "Once more"]);
    let run = verify(&bench, "again", &[]);
    assert_eq!(
        (run.code, &run.json()["search"]["result"]),
        (Some(1), &"found".into()),
        "{run:?}"
    );
    // And by no rule at all.
    fs::write(bench.path().join("values"), "Open the shop\n").unwrap();
    let run = verify(&bench, "repo-clean.git", &["--value-file", "values"]);
    assert!(
        run.code == Some(1) && kinds(&run).contains(&"value".to_owned()),
        "{run:?}"
    );
}

#[test]
fn another_history_is_not_what_was_certified() {
    let bench = cleaned();
    let result = bench.path().join("repo-clean.git");
    git(&result, &["update-ref", "refs/heads/main", "main~1"]);
    let run = verify(&bench, "repo-clean.git", &[]);
    assert_eq!(
        (run.code, kinds(&run)),
        (Some(3), vec!["ref".to_owned()]),
        "{run:?}"
    );
    let other = Bench::with_commit();
    let repo = other.repo();
    let run = verify(&bench, repo.to_str().unwrap(), &[]);
    assert!(run.code == Some(3) && !kinds(&run).is_empty(), "{run:?}");
    let blob = bench.git(&["rev-parse", "main:README.md"]);
    git(
        bench.path(),
        &["clone", "-q", "--no-local", "repo-clean.git", "torn"],
    );
    testkit::stock::unpack(&bench.path().join("torn/.git"));
    let (folder, name) = blob.trim().split_at(2);
    fs::remove_file(
        bench
            .path()
            .join("torn/.git/objects")
            .join(folder)
            .join(name),
    )
    .unwrap();
    let run = verify(&bench, "torn", &[]);
    assert!(
        run.code == Some(3) && kinds(&run).contains(&"missing".to_owned()),
        "{run:?}"
    );
}

#[test]
fn a_certificate_that_was_touched_is_not_believed() {
    let bench = cleaned();
    let file = bench.path().join(CERTIFICATE);
    let write = |document: &serde_json::Value| fs::write(&file, document.to_string()).unwrap();
    let good = certificate(&bench);
    write(&good);
    assert_eq!(
        verify(&bench, "clone", &[]).code,
        Some(0),
        "blanks do not count"
    );
    let change = |path: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(path).unwrap() = value;
        write(&changed);
        verify(&bench, "clone", &[]).code
    };
    assert_eq!(change("/result_objects", 1.into()), Some(3));
    assert_eq!(change("/refs/0/new", "0".repeat(40).into()), Some(3));
    assert_eq!(change("/signature/value", "0".repeat(128).into()), Some(3));
    assert_eq!(
        change("/schema", "deployguard.certificate/1".into()),
        Some(2)
    );
    let mut unsigned = good.clone();
    unsigned.as_object_mut().unwrap().remove("signature");
    write(&unsigned);
    assert_eq!(verify(&bench, "clone", &[]).code, Some(3));
    write(&good);
    let other = verify(&bench, "clone", &["--public-key", &"ab".repeat(32)]);
    assert!(
        other.code == Some(3) && other.stderr.contains("not with the one"),
        "{other:?}"
    );
}

#[test]
fn whoever_signs_is_the_workspace_or_a_key_file() {
    let bench = Bench::with_secrets();
    let key = |out: &Path| {
        let file = fs::read(out.join("deployguard-certificate.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&file).unwrap();
        json["signature"]["public_key"].as_str().unwrap().to_owned()
    };
    let clean = |name: &str, more: &[&str], secret: Option<&str>| {
        let args = [&CLEAN[..], &["--output-dir", name], more].concat();
        let mut command = bench.command(&args);
        if let Some(secret) = secret {
            command.env("DEPLOYGUARD_KEY", secret);
        }
        assert!(command.output().unwrap().status.success());
        key(&bench.path().join(name))
    };
    let own = clean("a.git", &[], None);
    assert_eq!(own, clean("b.git", &[], None), "made once, used ever after");
    let workspace = clean("c.git", &[], Some("a secret"));
    assert_eq!(workspace, clean("d.git", &[], Some("a secret")));
    assert_ne!(
        workspace,
        clean("e.git", &["--workspace", "other"], Some("a secret"))
    );
    let file = clean("f.git", &["--signing-key", "key.pem"], Some("a secret"));
    assert_eq!(file, clean("g.git", &["--signing-key", "key.pem"], None));
    assert!(own != workspace && file != own && file != workspace);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(bench.path().join("key.pem"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::write(bench.path().join("bad.pem"), "no key").unwrap();
    let bad = ["--output-dir", "h.git", "--signing-key", "bad.pem"];
    let run = bench.run(&[&CLEAN[..], &bad].concat());
    assert!(
        run.code == Some(2) && !bench.path().join("h.git").exists(),
        "{run:?}"
    );
}
