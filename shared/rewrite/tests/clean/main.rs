//! Rewritten histories, judged by stock git.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed
#![allow(clippy::format_collect)] // small texts, read more easily this way

mod carriers;
mod encoded;
mod named;
mod notes;
mod odd;
mod packing;
mod paths;
mod patterns;
mod removal;
mod text;
mod twice;

use std::path::{Path, PathBuf};

use domain::{FindingId, Secret, Unwatched};
use git::Repository;
use rewrite::{
    CleanOptions, Outcome, ProofVerdict, Replacement, Request, RewriteError, clean, dry_run,
};
use tempfile::TempDir;
use testkit::script::{Script, planted, tokens};
use testkit::stock::{everything, feed, fsck, git, holds};

fn replacements(values: &[String]) -> Vec<Replacement> {
    let one = |value: &String| {
        let id = FindingId::new(format!("secret-{}", value.len()));
        Replacement::new(id, Secret::new(value.clone().into_bytes()))
    };
    values.iter().map(one).collect()
}

fn rewritten(
    source: &Path,
    out: &Path,
    values: &[String],
    threads: usize,
) -> Result<Outcome, RewriteError> {
    let options = CleanOptions {
        threads,
        ..CleanOptions::default()
    };
    clean(
        &Repository::open(source).unwrap(),
        &Request::from(replacements(values)),
        out,
        &options,
        &Unwatched,
    )
}

fn refs(repo: &Path) -> String {
    git(repo, &["for-each-ref", "--format=%(objectname) %(refname)"])
}

fn people(repo: &Path) -> String {
    git(
        repo,
        &[
            "log",
            "--all",
            "--topo-order",
            "--format=%an <%ae> %ad %cn <%ce> %cd",
        ],
    )
}

/// A history with tokens in every kind of place, and what else makes histories difficult.
fn difficult(folder: &TempDir) -> (PathBuf, Vec<String>) {
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let values = tokens(5);
    planted(&source, &values);
    let commit = |args: &[&str]| git(&source, args).trim().to_owned();
    let (main, tree) = (
        commit(&["rev-parse", "main~4"]),
        commit(&["rev-parse", "main^{tree}"]),
    );
    git(
        &source,
        &["tag", "-a", "-m", "of a tree", "tree-tag", &tree],
    );
    git(&source, &["tag", "-a", "-m", "of a tag", "tag-tag", "v1.0"]);
    let blob = feed(
        &source,
        &["hash-object", "-w", "--stdin"],
        format!("only a tag has {}\r\n", values[0]).as_bytes(),
    );
    git(&source, &["tag", "blob-tag", blob.trim()]);
    // A signed commit, an octopus merge, a message that names another commit in full and in short.
    let person = format!("A {} <a@b> 1700000000 +051800", values[1]);
    let raw = format!(
        "tree {tree}\nparent {main}\nparent {}\nparent {}\nauthor {person}\ncommitter C <c@d> 1700000001 +0000\nencoding ISO-8859-1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nnames {main} and {}\nand not 1234567890\n",
        commit(&["rev-parse", "main~6"]),
        commit(&["rev-parse", "feature"]),
        &main[..9],
    );
    let signed = feed(
        &source,
        &[
            "hash-object",
            "-w",
            "-t",
            "commit",
            "--stdin",
            "--literally",
        ],
        raw.as_bytes(),
    );
    git(
        &source,
        &["update-ref", "refs/heads/octopus", signed.trim()],
    );
    (source, values.to_vec())
}

#[test]
fn no_value_is_left_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let before = (everything(&source), refs(&source));
    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, &values, 2).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert!(values.iter().all(|value| holds(&before.0, value)));
    let after = everything(&out);
    assert!(values.iter().all(|value| !holds(&after, value)));
    assert!(
        before == (everything(&source), refs(&source)),
        "the source was touched"
    );
    assert!(
        fsck(&out).is_ok() || fsck(&source).is_err(),
        "{:?}",
        fsck(&out)
    );
    assert_eq!(
        people(&out).replace("***REMOVED***", ""),
        people(&source).replace(&values[1], "")
    );
    // The signature went, the other headers stayed, the names of commits in the message followed.
    let octopus = git(&out, &["cat-file", "commit", "octopus"]);
    assert!(
        !octopus.contains("PGP")
            && octopus.contains("encoding ISO-8859-1")
            && octopus.contains("+051800")
    );
    let new = git(&out, &["rev-parse", "main~4"]);
    assert!(
        octopus.contains(&format!("names {} and {}\n", new.trim(), &new[..9]))
            && octopus.contains("not 1234567890")
    );
    assert_eq!(outcome.plan.signatures_dropped.len(), 1);
    assert_eq!(git(&out, &["cat-file", "-t", "tree-tag^{}"]).trim(), "tree");
    assert!(git(&out, &["cat-file", "blob", "blob-tag"]).ends_with("***REMOVED***\r\n"));
}

#[test]
fn ids_in_messages_can_be_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let out = folder.path().join("clean.git");
    let options = CleanOptions {
        keep_message_ids: true,
        ..CleanOptions::default()
    };
    let (repo, request) = (
        Repository::open(&source).unwrap(),
        Request::from(replacements(&values)),
    );
    clean(&repo, &request, &out, &options, &Unwatched).unwrap();
    let message = |repo: &Path| git(repo, &["log", "-1", "--format=%B", "octopus"]);
    assert_eq!(message(&out), message(&source));
}

#[test]
fn ids_do_not_depend_on_threads_or_layout() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let mut seen = Vec::new();
    for (n, layout) in ["loose and packed", "packed", "deep", "two packs"]
        .iter()
        .enumerate()
    {
        match *layout {
            "packed" => drop(git(&source, &["repack", "-q", "-a", "-d", "-k"])),
            "deep" => drop(git(
                &source,
                &[
                    "repack",
                    "-q",
                    "-a",
                    "-d",
                    "-f",
                    "-k",
                    "--depth=50",
                    "--window=50",
                ],
            )),
            "two packs" => {
                let tip = git(&source, &["rev-parse", "main~8"]);
                feed(
                    &source,
                    &["pack-objects", "-q", "--revs", "objects/pack/pack"],
                    tip.as_bytes(),
                );
            }
            _ => {}
        }
        for threads in [1, 3] {
            let out = folder.path().join(format!("clean-{n}-{threads}.git"));
            let outcome = rewritten(&source, &out, &values, threads)
                .unwrap_or_else(|error| panic!("{layout}: {error}"));
            seen.push((
                refs(&out),
                outcome.certificate.map,
                outcome.certificate.result_objects,
            ));
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
}

#[test]
fn cleaning_twice_changes_nothing_and_a_dry_run_tells_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let (source, values) = difficult(&folder);
    let (once, twice) = (
        folder.path().join("once.git"),
        folder.path().join("twice.git"),
    );
    let (told, _) = dry_run(
        &Repository::open(&source).unwrap(),
        &Request::from(replacements(&values)),
        &CleanOptions::default(),
        &Unwatched,
    )
    .unwrap();
    let outcome = rewritten(&source, &once, &values, 2).unwrap();
    assert_eq!(told, outcome.plan);
    assert!(!told.is_identity() && told.notes_moved == 1);
    let again = rewritten(&once, &twice, &values, 2).unwrap();
    assert!(again.plan.is_identity());
    assert_eq!(
        (refs(&twice), again.pack.checksum),
        (refs(&once), outcome.pack.checksum)
    );
}

#[test]
fn commits_without_a_changed_ancestor_keep_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    std::fs::create_dir(&source).unwrap();
    let values = tokens(9);
    let mut script = Script::default();
    for n in 0..30 {
        script.commit(
            "main",
            &format!("commit {n}"),
            None,
            &[("f", Some(format!("{n}\n").as_bytes()))],
        );
    }
    script.commit(
        "main",
        "the last",
        None,
        &[("secret", Some(values[0].as_bytes()))],
    );
    script.make(&source);
    let out = folder.path().join("clean.git");
    let outcome = rewritten(&source, &out, &values[..1], 2).unwrap();
    assert_eq!(
        (outcome.plan.blobs, outcome.plan.trees, outcome.plan.commits),
        (1, 1, 1)
    );
    assert_eq!(
        git(&out, &["rev-parse", "main~1"]),
        git(&source, &["rev-parse", "main~1"])
    );
    assert_eq!(
        outcome.plan.first_changed_commits,
        [git(&source, &["rev-parse", "main"]).trim()]
    );
}
