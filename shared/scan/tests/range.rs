//! A scan of what some commits brought in, judged by stock git and by the scan of a whole history.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use domain::{Carrier, Occurrence, TenantId, Unwatched, Verdict, WorkspaceKey};
use git::{Repository, revision};
use scan::{Range, RuleSet, ScanOptions, ScanReport, scan_history, scan_range};
use tempfile::TempDir;
use testkit::random::Random;
use testkit::script::token;
use testkit::stock::git;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());

fn key() -> WorkspaceKey {
    WorkspaceKey::derive(b"test", &TenantId::new("test"))
}

fn since(path: &Path, since: &str, tip: &str) -> (Range, ScanReport) {
    let repo = Repository::open(path).unwrap();
    let commit = |name: &str| revision::resolve(&repo, name).unwrap();
    let range = Range::new(&repo, &commit(since), &commit(tip)).unwrap();
    let report = |by_delta| {
        let options = ScanOptions {
            by_delta,
            ..ScanOptions::default()
        };
        scan_range(&repo, &range, &RULES, &key(), &options, &Unwatched).unwrap()
    };
    let (by_delta, in_full) = (report(true), report(false));
    assert_eq!(by_delta, in_full, "{since}..{tip}");
    (range, by_delta)
}

struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        bench.git(&["init", "-q", "-b", "main", "."]);
        bench
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, args: &[&str]) -> String {
        let who = ["-c", "user.name=A", "-c", "user.email=a@b"];
        git(self.path(), &[&who, args].concat())
    }

    /// Writes files (none: deletes) and commits them.
    fn commit(&self, files: &[(&str, Option<&str>)]) {
        for (name, content) in files {
            let file = self.path().join(name);
            match content {
                Some(content) => {
                    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                    std::fs::write(file, content).unwrap();
                }
                None => std::fs::remove_file(file).unwrap(),
            }
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "A commit"]);
    }

    /// How many secrets the commits since `rev` brought in.
    fn new_since(&self, rev: &str) -> usize {
        let (_, report) = since(self.path(), rev, "HEAD");
        assert_ne!(
            report.verdict(),
            Verdict::Incomplete,
            "{:?}",
            report.coverage
        );
        report.findings.len()
    }
}

#[test]
fn only_what_is_new_is_found() {
    let [old, other, new, gone] = [1, 2, 3, 4].map(token);
    let bench = Bench::new();
    bench.commit(&[("a/old", Some(&old)), ("b/kept", Some(&other))]);
    assert_eq!(bench.new_since("HEAD"), 0);
    // A line more in a file that holds an old secret; a folder that moves.
    bench.commit(&[
        ("a/old", Some(&format!("{old}\nmore"))),
        ("b/kept", None),
        ("c/d/kept", Some(&other)),
    ]);
    assert_eq!(bench.new_since("HEAD~1"), 0);
    bench.commit(&[("a/old", Some(&format!("{old}\n{new}")))]);
    assert_eq!(bench.new_since("HEAD~1"), 1);
    assert_eq!(bench.new_since("HEAD~2"), 1);
    // Brought in and taken out again: it is in the history.
    bench.commit(&[("gone", Some(&gone))]);
    bench.commit(&[("gone", None)]);
    assert_eq!(bench.new_since("HEAD"), 0);
    assert_eq!(bench.new_since("HEAD~1"), 0);
    assert_eq!(bench.new_since("HEAD~2"), 1);
    let (range, report) = since(bench.path(), "HEAD~3", "HEAD");
    assert_eq!((range.commits(), report.findings.len()), (3, 2));
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.file_path == "gone")
        .unwrap();
    assert_eq!(
        finding.commit_hash,
        bench.git(&["rev-parse", "HEAD~1"]).trim()
    );
    let skipped = &report.coverage.skipped()[0];
    assert_eq!(skipped.policy, "since");
    assert!(skipped.tally.objects > 0 && report.coverage.complete().is_ok());
}

#[test]
fn an_archive_that_cannot_be_opened_is_counted_once() {
    let bench = Bench::new();
    bench.commit(&[("a", Some("a"))]);
    std::fs::write(
        bench.path().join("b.gz"),
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03damaged",
    )
    .unwrap();
    bench.commit(&[]);
    let (_, report) = since(bench.path(), "HEAD~1", "HEAD");
    let policies = report
        .coverage
        .skipped()
        .iter()
        .map(|skip| &skip.policy[..]);
    assert_eq!(
        policies.collect::<BTreeSet<_>>(),
        BTreeSet::from(["archives", "since"])
    );
    assert!(report.coverage.complete().is_ok(), "{:?}", report.coverage);
}

#[test]
fn merges_messages_and_names_count() {
    let [side, message, name, evil] = [11, 12, 13, 14].map(token);
    let bench = Bench::new();
    bench.commit(&[("a", Some("a"))]);
    bench.git(&["checkout", "-q", "-b", "side"]);
    bench.commit(&[("side", Some(&side))]);
    bench.git(&["checkout", "-q", "main"]);
    bench.commit(&[("b", Some("b"))]);
    bench.git(&["merge", "-q", "--no-commit", "side"]);
    std::fs::write(bench.path().join("b"), &evil).unwrap();
    bench.commit(&[]);
    assert_eq!(
        bench.new_since("HEAD~1"),
        2,
        "the side branch's, and the merge's own"
    );
    assert_eq!(bench.new_since("side"), 1, "the merge's own");
    bench.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("With {message}"),
    ]);
    bench.commit(&[(&format!("{name}/x"), Some("x"))]);
    let (_, report) = since(bench.path(), "HEAD~2", "HEAD");
    let carriers: BTreeSet<Carrier> = report
        .findings
        .iter()
        .flat_map(|f| &f.occurrences)
        .map(|o| o.carrier)
        .collect();
    assert_eq!(carriers, [Carrier::CommitMessage, Carrier::Path].into());
}

#[test]
fn a_shallow_clone_is_enough_and_a_damaged_one_is_not() {
    let bench = Bench::new();
    for n in 0..6 {
        bench.commit(&[("f", Some(&format!("{n} {}", token(20 + n))))]);
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", bench.path().display());
    git(folder.path(), &["clone", "-q", "--depth=3", &url, "."]);
    let (_, report) = since(folder.path(), "HEAD~2", "HEAD");
    assert_eq!(
        (report.verdict(), report.findings.len()),
        (Verdict::Findings, 2)
    );
    // A file of a new commit is missing.
    let blob = bench.git(&["rev-parse", "HEAD:f"]);
    let file = format!(".git/objects/{}/{}", &blob[..2], blob[2..].trim());
    std::fs::remove_file(bench.path().join(file)).unwrap();
    let (_, report) = since(bench.path(), "HEAD~2", "HEAD");
    assert_eq!(report.verdict(), Verdict::Incomplete);
}

#[test]
fn the_commits_are_those_that_git_lists() {
    for seed in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let random = Random {
            seed,
            commits: 60,
            words: &[token(30)],
            object_format: "sha1",
        };
        random.make(folder.path());
        let layout = ["repack", "-q", "-a", "-d", "-k", "-f", "--depth=50"];
        git(folder.path(), &layout);
        let listed = git(folder.path(), &["rev-list", "--all"]);
        let all: Vec<&str> = listed.split_whitespace().collect();
        for (n, tip) in all.iter().enumerate() {
            let old = all[(n * 7 + 3) % all.len()];
            let expected = git(
                folder.path(),
                &["rev-list", "--count", &format!("{old}..{tip}")],
            );
            let (range, report) = since(folder.path(), old, tip);
            assert_eq!(
                range.commits().to_string(),
                expected.trim(),
                "seed {seed}: {old}..{tip}"
            );
            assert_ne!(report.verdict(), Verdict::Incomplete);
        }
    }
}

#[test]
fn since_the_beginning_is_the_whole_history() {
    for seed in 0..6 {
        let source = tempfile::tempdir().unwrap();
        let words: Vec<String> = (40..46).map(token).collect();
        Random {
            seed,
            commits: 40,
            words: &words,
            object_format: "sha1",
        }
        .make(source.path());
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", source.path().display());
        git(
            folder.path(),
            &[
                "clone",
                "-q",
                "--bare",
                "--single-branch",
                "--no-tags",
                &url,
                ".",
            ],
        );
        let repo = Repository::open(folder.path()).unwrap();
        let options = ScanOptions::default();
        let mut whole = scan_history(&repo, &RULES, &key(), &options, &Unwatched).unwrap();
        let empty = testkit::stock::feed(folder.path(), &["mktree"], b"");
        let nothing = git(
            folder.path(),
            &[
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@b",
                "commit-tree",
                "-m",
                "none",
                empty.trim(),
            ],
        );
        let (_, report) = since(folder.path(), nothing.trim(), "HEAD");
        // Tags that no ref of the clone names are objects of the repository, not of the range.
        for finding in &mut whole.findings {
            let of_range = |o: &Occurrence| o.carrier != Carrier::TagMessage;
            finding.occurrences.retain(of_range);
        }
        whole
            .findings
            .retain(|finding| !finding.occurrences.is_empty());
        assert_eq!(report.findings.len(), whole.findings.len(), "seed {seed}");
        assert!(!report.findings.is_empty());
        for (ours, theirs) in report.findings.iter().zip(&whole.findings) {
            assert_eq!(ours.id, theirs.id, "seed {seed}");
            assert_eq!(ours.occurrences, theirs.occurrences, "seed {seed}");
        }
    }
}

/// The index of the only pack, packed now.
fn index_of(bench: &Bench) -> PathBuf {
    bench.git(&["repack", "-q", "-a", "-d"]);
    let files = std::fs::read_dir(bench.path().join(".git/objects/pack")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    files
        .find(|file| file.extension().is_some_and(|is| is == "idx"))
        .unwrap()
}

#[test]
fn a_damaged_index_hides_nothing_from_who_reads_few_objects() {
    let bench = Bench::new();
    bench.commit(&[("a", Some("a"))]);
    for n in 1..4 {
        let name = format!("d/{n}");
        bench.commit(&[(&name, Some(&token(n)))]);
    }
    let file = index_of(&bench);
    let index = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap(); // what git makes must not be written to
    let look = || {
        let repo = Repository::open_for_few(bench.path())?;
        let [old, new] = ["HEAD~3", "HEAD"].map(|name| revision::resolve(&repo, name));
        let (Some(old), Some(new)) = (old, new) else {
            return Ok(None); // it says that there is no such commit
        };
        let range = Range::new(&repo, &old, &new)?;
        let options = ScanOptions::default();
        scan_range(&repo, &range, &RULES, &key(), &options, &Unwatched).map(Some)
    };
    let (mut told, mut whole) = (0, 0);
    for at in 0..index.len() {
        let mut damaged = index.clone();
        damaged[at] ^= 1 << (at % 8);
        std::fs::write(&file, damaged).unwrap();
        assert!(Repository::open(bench.path()).is_err(), "byte {at}");
        match look() {
            Ok(Some(report)) if report.verdict() != Verdict::Incomplete => {
                assert_eq!(report.findings.len(), 3, "byte {at}");
                whole += 1;
            }
            _ => told += 1,
        }
    }
    assert!(told > 300 && whole > 300, "{told} {whole}");
}
