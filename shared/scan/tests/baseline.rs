//! Baselines: what an entry applies to, what it is counted as, and when it is called stale.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use domain::{Failure, TenantId, Unwatched, WorkspaceKey};
use git::Repository;
use scan::baseline::document::BaselineDocument;
use scan::baseline::{Baseline, Entry, Known, Place, Value};
use scan::suppress::{Policy, Suppression, suppress};
use scan::{RuleSet, ScanOptions, ScanReport, scan_history};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use testkit::script::{Script, token};

struct Bench {
    _folder: tempfile::TempDir,
    repo: Repository,
    key: WorkspaceKey,
    report: ScanReport,
}

impl Bench {
    /// A history in which `a.env` holds two tokens on line 1, and later on line 3; `b.env` holds a third on line 1.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let two = format!("A={} B={}\n", token(1), token(2));
        let lower = format!("# first\n# second\n{two}");
        let one = format!("C={}\n", token(3));
        let mut script = Script::default();
        script.commit("main", "Two", None, &[("a.env", Some(two.as_bytes()))]);
        script.commit("main", "One", None, &[("b.env", Some(one.as_bytes()))]);
        script.commit("main", "Lower", None, &[("a.env", Some(lower.as_bytes()))]);
        script.make(folder.path());
        let repo = Repository::open(folder.path()).unwrap();
        let key = WorkspaceKey::derive(b"root", &TenantId::new("test"));
        let rules = RuleSet::builtin().unwrap();
        let options = ScanOptions::default();
        let report = scan_history(&repo, &rules, &key, &options, &Unwatched).unwrap();
        assert_eq!(report.findings.len(), 3);
        Self {
            _folder: folder,
            repo,
            key,
            report,
        }
    }

    /// What these files do, and the values that are left.
    fn apply(&self, files: Vec<Vec<Entry>>) -> (Suppression, Vec<String>, &'static str) {
        let mut report = self.report.clone();
        let files = files.into_iter().zip(["one", "two"]);
        let files: Vec<_> = files.map(|(all, name)| Baseline::new(name, all)).collect();
        let suppression = suppress(
            &mut report,
            &self.repo,
            &self.key,
            &Policy::default(),
            &files,
            true,
        );
        let left = report.findings.iter().map(|finding| {
            let value = report.values[&finding.id].first().expose().clone();
            String::from_utf8(value).unwrap()
        });
        let mut left: Vec<_> = left.collect();
        left.sort_unstable();
        (suppression, left, report.verdict().as_str())
    }

    fn id(&self, value: &str) -> Entry {
        let mut all = self.report.values.iter();
        let found = all.find(|(_, other)| other.first().expose() == value.as_bytes());
        Known::Finding(found.unwrap().0.clone(), None).into()
    }
}

fn sorted<const N: usize>(mut values: [String; N]) -> Vec<String> {
    values.sort_unstable();
    values.to_vec()
}

fn place(path: &str, line: u64, commit: Option<&str>) -> Entry {
    let (paths, commit) = (vec![path.to_owned()], commit.map(str::to_owned));
    Known::Place(Place {
        paths,
        line,
        commit,
    })
    .into()
}

fn value(text: &str, place: Place) -> Entry {
    let sha256 = Sha256::digest(text).into();
    let length = text.len();
    Known::Value(Value {
        sha256,
        length,
        place,
    })
    .into()
}

#[test]
fn values_are_known_by_id_and_by_every_hash() {
    let bench = Bench::new();
    let sha256 = value(&token(2), Place::default());
    let sha1 = Known::Sha1(Sha1::digest(token(3)).into(), Place::default()).into();
    let (done, left, verdict) = bench.apply(vec![vec![bench.id(&token(1)), sha256, sha1]]);
    assert_eq!((left.len(), verdict), (0, "clean"));
    let account = &done.accounts[0];
    assert_eq!(
        (account.findings, account.approximate, account.stale),
        (3, Some(0), Some(0))
    );
}

#[test]
fn a_place_is_known_as_it_was_at_the_commit_and_as_it_is_at_head() {
    let bench = Bench::new();
    let finding = bench
        .report
        .findings
        .iter()
        .find(|f| f.file_path == "a.env");
    let first = finding.unwrap().commit_hash.clone();
    let head = bench.repo.ref_store().head_target().unwrap().to_string();
    let both = || vec![token(3)];
    let none = || sorted([token(1), token(2), token(3)]);
    for (line, commit, expected) in [
        (1, Some(first.as_str()), both()),
        (3, Some(first.as_str()), none()),
        (3, Some(head.as_str()), both()),
        (1, Some(head.as_str()), none()),
        (3, None, both()),
        (2, None, none()),
        (1, Some("0"), none()),
    ] {
        let (done, left, _) = bench.apply(vec![vec![place("a.env", line, commit)]]);
        assert_eq!(left, expected, "line {line} at {commit:?}");
        let account = &done.accounts[0];
        assert_eq!(account.approximate, Some(account.findings));
        assert_eq!(account.stale, Some(u64::from(account.findings == 0)));
    }
}

#[test]
fn a_finding_counts_once_and_the_first_file_has_it() {
    let bench = Bench::new();
    let by_place = place("b.env", 1, None);
    let by_id = bench.id(&token(3));
    let twice = vec![by_id.clone(), by_id.clone(), by_place.clone()];
    let (done, left, verdict) = bench.apply(vec![twice, vec![by_place.clone()]]);
    assert_eq!((left, verdict), (sorted([token(1), token(2)]), "findings"));
    let counts: Vec<_> = done
        .accounts
        .iter()
        .map(|a| (a.findings, a.approximate, a.stale))
        .collect();
    assert_eq!(
        counts,
        [(1, Some(0), Some(0)), (0, Some(0), Some(0))],
        "the id is more than the place"
    );
    let (done, ..) = bench.apply(vec![vec![by_place], vec![by_id]]);
    assert_eq!(
        (
            done.accounts[0].approximate,
            done.findings[0].file.as_deref()
        ),
        (Some(1), Some("one"))
    );
}

#[test]
fn nothing_is_stale_if_not_everything_was_looked_at() {
    let mut bench = Bench::new();
    let entry = || vec![vec![place("gone.env", 1, None)]];
    assert_eq!(bench.apply(entry()).0.accounts[0].stale, Some(1));
    let (what, reason) = ("an object".to_owned(), "it is gone".to_owned());
    bench.report.coverage.miss(Failure { what, reason });
    let (done, _, verdict) = bench.apply(entry());
    assert_eq!((done.accounts[0].stale, verdict), (None, "incomplete"));
}

#[test]
fn a_document_holds_no_value_and_names_its_key() {
    let bench = Bench::new();
    let mut document = BaselineDocument::new(&bench.report, &bench.key);
    document.explain(None, Some("known"));
    let text = serde_json::to_string(&document).unwrap();
    assert!((1..4).all(|n| !text.contains(&token(n))), "{text}");
    let read: BaselineDocument = serde_json::from_str(&text).unwrap();
    assert_eq!(read, document);
    let other = WorkspaceKey::derive(b"root", &TenantId::new("other"));
    assert!(read.is_of(&bench.key) && !read.is_of(&other));
    let (done, left, _) = bench.apply(vec![read.into_entries()]);
    assert_eq!((left.len(), done.findings.len()), (0, 3));
    assert!(
        done.findings
            .iter()
            .all(|f| f.reason.as_deref() == Some("known"))
    );
}

#[test]
fn a_value_that_another_tool_cut_out_differently_is_known_where_it_overlaps() {
    let bench = Bench::new();
    let at = |line| Place {
        paths: vec!["a.env".to_owned()],
        line,
        commit: None,
    };
    let all = sorted([token(1), token(2), token(3)]);
    let first = token(1);
    for (text, line, expected) in [
        (format!("A={first}"), 3, sorted([token(2), token(3)])),
        (first[4..20].to_owned(), 3, sorted([token(2), token(3)])),
        (
            format!("{first} B={}", &token(2)[..9]),
            3,
            sorted([token(3)]),
        ),
        // Beside it, on another line, and not there at all.
        ("A=".to_owned(), 3, all.clone()),
        (format!("A={first}"), 2, all.clone()),
        ("another text".to_owned(), 3, all.clone()),
    ] {
        let (done, left, _) = bench.apply(vec![vec![value(&text, at(line))]]);
        assert_eq!(left, expected, "{text} on line {line}");
        assert_eq!(
            done.accounts[0].approximate,
            Some(done.accounts[0].findings)
        );
    }
}
