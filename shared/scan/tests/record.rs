//! A scan that knows what was searched before gives the report of one that does not, and searches only what is new.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Stop, TenantId, Verdict, Watch, WorkspaceKey};
use git::Repository;
use scan::{
    Record, RecordError, RuleSet, ScanOptions, ScanReport, scan_history, scan_history_again,
};
use testkit::random::Random;
use testkit::script::token;
use testkit::stock::git;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());

fn key(name: &str) -> WorkspaceKey {
    WorkspaceKey::derive(b"test", &TenantId::new(name))
}

/// Counts the objects that a scan goes over.
#[derive(Default)]
struct Counter(AtomicU64);

impl Watch for Counter {
    fn progress(&self, _phase: &'static str, done: u64, total: u64) {
        if done == 0 {
            self.0.fetch_add(total, Ordering::Relaxed);
        }
    }

    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// The report, the next record, and how many objects were searched.
fn again(path: &Path, record: Option<&Record>) -> (ScanReport, Option<Record>, u64) {
    let (repo, watch) = (Repository::open(path).unwrap(), Counter::default());
    let options = ScanOptions::default();
    let (report, next) =
        scan_history_again(&repo, record, &RULES, &key("a"), &options, &watch).unwrap();
    (report, next, watch.0.into_inner())
}

fn afresh(path: &Path) -> ScanReport {
    let repo = Repository::open(path).unwrap();
    let options = ScanOptions::default();
    scan_history(&repo, &RULES, &key("a"), &options, &Counter::default()).unwrap()
}

/// A random history, and the same one with only what its first branch reaches from halfway.
fn history(seed: u64, folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (whole, half) = (folder.join("whole"), folder.join("half"));
    std::fs::create_dir(&whole).unwrap();
    let random = Random {
        seed,
        commits: 40,
        words: &[token(1), token(2), token(3)],
        object_format: ["sha1", "sha256"][usize::from(seed % 4 == 3)],
    };
    random.make(&whole);
    let commits = git(&whole, &["rev-list", "--topo-order", "--all"]);
    let commits: Vec<&str> = commits.lines().collect();
    let middle = format!("{}:refs/heads/middle", commits[commits.len() / 2]);
    let format = format!("--object-format={}", random.object_format);
    git(folder, &["init", "-q", "--bare", &format, "half"]);
    git(&whole, &["push", "-q", half.to_str().unwrap(), &middle]);
    git(&half, &["repack", "-adq"]); // the kinds of loose objects are not known, and they are gone over twice
    (whole, half)
}

#[test]
fn the_report_is_that_of_a_scan_of_everything() {
    let mut spared = 0;
    for seed in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let (whole, half) = history(seed, folder.path());
        let (first, record, _) = again(&half, None);
        assert_eq!(first, afresh(&half), "seed {seed}");
        let record = record.unwrap();
        let (second, next, _) = again(&whole, Some(&record));
        assert_eq!(second, afresh(&whole), "seed {seed}");
        // And from there on: what held nothing is not searched again.
        let next = next.unwrap();
        let (third, same, searched) = again(&whole, Some(&next));
        assert_eq!(third, second, "seed {seed}");
        assert_eq!(same.unwrap(), next, "seed {seed}");
        assert!(searched < second.coverage.total().objects, "seed {seed}");
        spared += second.coverage.total().objects - searched;
        let bytes = next.to_bytes(&key("a"));
        assert_eq!(
            Record::from_bytes(&bytes, &key("a")),
            Ok(next),
            "seed {seed}"
        );
    }
    assert!(spared > 500, "{spared}");
}

#[test]
fn a_record_of_what_is_gone_or_was_made_otherwise_is_of_no_use() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, half) = history(3, folder.path());
    let (_, record, all) = again(&whole, None);
    let (report, _, searched) = again(&half, record.as_ref());
    assert_eq!(report, afresh(&half));
    assert_eq!(searched, report.coverage.total().objects);

    let (repo, watch) = (Repository::open(&whole).unwrap(), Counter::default());
    let options = ScanOptions {
        max_object_bytes: 1 << 20,
        ..ScanOptions::default()
    };
    scan_history_again(&repo, record.as_ref(), &RULES, &key("a"), &options, &watch).unwrap();
    assert_eq!(watch.0.into_inner(), all);
}

#[test]
fn what_could_not_be_searched_makes_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = history(5, folder.path());
    testkit::stock::unpack(&whole);
    let blob = git(&whole, &["rev-parse", "HEAD^{tree}"]);
    let (start, rest) = blob.trim().split_at(2);
    let objects = git(&whole, &["rev-parse", "--git-path", "objects"]);
    std::fs::remove_file(whole.join(objects.trim()).join(start).join(rest)).unwrap();
    let (report, record, _) = again(&whole, None);
    assert_eq!(report.verdict(), Verdict::Incomplete);
    assert_eq!(record, None);
}

#[test]
fn a_record_that_was_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = history(7, folder.path());
    let record = again(&whole, None).1.unwrap();
    let bytes = record.to_bytes(&key("a"));
    let read = |bytes: &[u8]| Record::from_bytes(bytes, &key("a")).unwrap_err();
    assert_eq!(
        Record::from_bytes(&bytes, &key("b")).unwrap_err(),
        RecordError::Seal
    );
    assert_eq!(read(b"something else"), RecordError::Unknown);
    for at in (21..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(read(&changed), RecordError::Seal);
    }
}
