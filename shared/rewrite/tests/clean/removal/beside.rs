//! Files taken out whole, beside what else there is: secrets, notes, certificates, threads.

use domain::{Secret, Unwatched};
use git::Repository;
use rewrite::{
    Certificate, CleanOptions, Issuer, ProofVerdict, Request, Signer, clean, dry_run, verify,
};
use testkit::script::{Script, tokens};
use testkit::stock::{everything, feed, fsck, git, git_bytes, holds};

use super::{Path, cleaned, history, removal};
use crate::{refs, replacements};

#[test]
fn a_secret_that_only_removed_files_hold_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let values = tokens(21);
    let text = |value: &str| format!("a = {value}\n").into_bytes();
    let mut script = Script::default();
    let (first, second) = (text(&values[0]), text(&values[1]));
    script.commit(
        "main",
        "Begin",
        None,
        &[
            ("a/one", Some(&first)),
            ("a/two", Some(&second)),
            ("b/two", Some(&second)),
        ],
    );
    let odd = format!("c/{}", values[2]);
    script.commit(
        "main",
        "More",
        None,
        &[("a/big", Some(&second.repeat(90))), (&odd, Some(b"x\n"))],
    );
    script.make(&source);
    let mut request = removal(&["a/one", "**/no*"], Some(1000));
    request.replacements = replacements(&values[..3]);
    let out = folder.path().join("clean.git");
    let outcome = cleaned(&source, &out, &request).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    let all = everything(&out);
    assert!(values[..3].iter().all(|value| !holds(&all, value)));
    let listed = git(&out, &["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(listed, "a/two\nb/two\nc/REMOVED\n");
    assert_eq!(outcome.plan.blobs, 1);
    assert_eq!(outcome.plan.removal.unwrap().blobs, 2);
    fsck(&out).unwrap();
}

#[test]
fn notes_have_no_paths_but_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    git(&source, &["notes", "add", "-m", "short", "main"]);
    git(
        &source,
        &["notes", "add", "-m", &"long ".repeat(90), "main~1"],
    );
    let notes = |repo: &Path| git(repo, &["notes", "list"]).lines().count();
    for (n, (request, left)) in [
        (removal(&["**"], None), 2),
        (removal(&["README"], None), 2),
        (removal(&[], Some(100)), 1),
        (removal(&[], Some(0)), 0),
    ]
    .into_iter()
    .enumerate()
    {
        let out = folder.path().join(format!("{n}.git"));
        cleaned(&source, &out, &request).unwrap();
        fsck(&out).unwrap();
        assert_eq!(notes(&out), left, "{n}");
        if left > 0 {
            assert_eq!(git(&out, &["notes", "show", "main"]).trim(), "short");
        }
        let head = git(&out, &["rev-parse", "main"]);
        assert_ne!(head, git(&source, &["rev-parse", "main"]));
    }
    // What is on a branch too is no note.
    git(&source, &["update-ref", "refs/notes/odd", "main"]);
    let out = folder.path().join("odd.git");
    cleaned(&source, &out, &removal(&["README"], None)).unwrap();
    assert!(!git(&out, &["ls-tree", "refs/notes/odd"]).contains("README"));
}

#[test]
fn a_certificate_names_what_went() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    let blob = git(&source, &["rev-parse", "main:keys/server.pem"])
        .trim()
        .to_owned();
    let request = removal(&["keys/*.pem"], Some(2000));
    let out = folder.path().join("clean.git");
    let outcome = cleaned(&source, &out, &request).unwrap();
    let mut certificate = outcome.certificate;
    assert!(
        certificate.repeatable && certificate.removed.len() as u64 >= certificate.removed_objects
    );
    let told = certificate.plan.removal.clone().unwrap();
    assert_eq!(told.request(), Some(request.removal.clone()));
    certificate
        .sign(Issuer::default(), &Signer::from_seed(&Secret::new([7; 32])))
        .unwrap();
    let bytes = serde_json::to_vec(&certificate).unwrap();
    let read = Certificate::read(&bytes, None).unwrap();
    assert_eq!(read, certificate);
    let check = |repo: &Path| {
        let repo = Repository::open(repo).unwrap();
        let request = Request::default();
        verify(&repo, &read, &request, &CleanOptions::default(), &Unwatched).unwrap()
    };
    assert!(check(&out).is_exact());
    let content = git_bytes(&source, &["cat-file", "blob", &blob]);
    feed(&out, &["hash-object", "-w", "--stdin"], &content);
    let found = check(&out).differences;
    assert_eq!(found, [rewrite::Difference::OldObject { id: blob }]);
}
#[test]
fn the_rewrite_does_not_depend_on_threads_or_layout_and_can_be_told_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    let source = history(&folder);
    let request = removal(&["*.pem", "config/app.env", "none"], Some(2000));
    let mut seen = Vec::new();
    for (n, layout) in [None, Some("--depth=50"), Some("--window=0")]
        .into_iter()
        .enumerate()
    {
        if let Some(layout) = layout {
            git(&source, &["repack", "-q", "-a", "-d", "-f", "-k", layout]);
        }
        for threads in [1, 3] {
            let out = folder.path().join(format!("{n}-{threads}.git"));
            let options = CleanOptions {
                threads,
                ..CleanOptions::default()
            };
            let repo = Repository::open(&source).unwrap();
            let (told, _) = dry_run(&repo, &request, &options, &Unwatched).unwrap();
            let outcome = clean(&repo, &request, &out, &options, &Unwatched).unwrap();
            assert_eq!(told, outcome.plan);
            let certificate = outcome.certificate;
            seen.push((refs(&out), told, certificate.map, certificate.removed));
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        seen[0]
            .1
            .removal
            .as_ref()
            .unwrap()
            .unmatched()
            .collect::<Vec<_>>(),
        ["none"]
    );
}
