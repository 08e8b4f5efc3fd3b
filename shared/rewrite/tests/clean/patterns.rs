//! Expressions: what patterns match is gone, or is what comes in its place.

use std::path::Path;

use domain::{FindingId, Unwatched};
use git::Repository;
use rewrite::{CleanOptions, Outcome, ProofVerdict, Request, RewriteError, clean, expressions};
use testkit::script::Script;
use testkit::stock::{feed, fsck, git, git_bytes};

use crate::replacements;

fn request(file: &str) -> Request {
    expressions(file.as_bytes(), false, &|line| {
        FindingId::new(format!("line of {}", line.len()))
    })
    .unwrap()
}

fn run(source: &Path, out: &Path, request: &Request) -> Result<Outcome, RewriteError> {
    let options = CleanOptions::default();
    clean(
        &Repository::open(source).unwrap(),
        request,
        out,
        &options,
        &Unwatched,
    )
}

#[test]
fn patterns_are_replaced_in_files_messages_and_people_and_proven() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let mut script = Script::default();
    let mut text = "line\n".repeat(200);
    for n in 0..20 {
        text = format!("{text}password={n:04x} and more\n");
        let name = format!("dir/password={n}");
        let binary = [b"\0\xff", text.as_bytes(), b"\0"].concat();
        script.commit(
            "main",
            &format!("password=m{n}, see\n\nauthor A"),
            None,
            &[
                ("a", Some(text.as_bytes())),
                ("binary", Some(&binary)),
                (&name, Some(b"x")),
            ],
        );
    }
    script.make(&source);
    git(
        &source,
        &["tag", "-a", "-m", "password=tag", "password=1", "main"],
    );
    git(&source, &["gc", "-q"]);
    let file =
        "regex:(?i)(pass)word=\\w+==>\\1word=***\nregex:Th.*==>x<y>\nline==>row\nglob:and*e==>glob";
    let out = folder.path().join("out.git");
    let outcome = run(&source, &out, &request(file)).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert_eq!(fsck(&out), Ok(()));
    let blob = git(&out, &["cat-file", "blob", "main:a"]);
    assert!(
        blob.starts_with("row\n") && blob.ends_with("password=*** glob\n"),
        "{blob}"
    );
    assert_eq!(blob.matches("password=*** glob\n").count(), 20);
    let binary = git_bytes(&out, &["cat-file", "blob", "main:binary"]);
    assert_eq!(binary, [b"\0\xff", blob.as_bytes(), b"\0"].concat());
    let commit = git(&out, &["cat-file", "commit", "main"]);
    assert!(
        commit.contains("author A U xy <author@example.com> 16"),
        "{commit}"
    );
    assert!(
        commit.ends_with("\n\npassword=***, see\n\nauthor A"),
        "{commit}"
    );
    let tag = git(&out, &["cat-file", "tag", "password=1"]);
    assert!(
        tag.contains("\ntag password=1\n") && tag.ends_with("password=***\n"),
        "{tag}"
    );
    assert!(git(&out, &["ls-tree", "-r", "--name-only", "main"]).contains("dir/password=1\n"));
    let again = run(&out, &folder.path().join("again.git"), &request(file)).unwrap();
    assert!(again.plan.is_identity());
}

#[test]
fn values_come_first_and_what_never_ends_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    git(
        folder.path(),
        &["init", "-q", "--bare", "-b", "main", "source.git"],
    );
    let blob = feed(
        &source,
        &["hash-object", "-w", "--stdin"],
        b"key=swordfish;aa",
    );
    git(&source, &["tag", "file", blob.trim()]);
    let mut both = request("regex:key=.*?;==>key;");
    both.replacements = replacements(&["swordfish".to_owned()]);
    let out = folder.path().join("out.git");
    run(&source, &out, &both).unwrap();
    assert_eq!(git(&out, &["cat-file", "blob", "file"]), "key;aa");
    for endless in ["regex:a==>aa", "regex:key==>key="] {
        let out = folder.path().join("endless.git");
        let error = run(&source, &out, &request(endless));
        assert!(
            matches!(error, Err(RewriteError::ReplacementHoldsValue { .. })),
            "{endless}: {error:?}"
        );
        assert!(!out.exists());
    }
}
