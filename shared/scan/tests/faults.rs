//! Damage everywhere, and no damaged history is ever called clean: bits flipped, files cut off, emptied and deleted,
//! budgets too small, stops at any moment. `FAULTS` sets how many there are.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Stop, TenantId, Unwatched, Verdict, Watch, WorkspaceKey};
use git::Repository;
use scan::{RuleSet, ScanError, ScanOptions, ScanReport, scan_history};
use tempfile::TempDir;
use testkit::random::Random;
use testkit::stock::{git, unpack};

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());

/// Enough for every kind of fault at every kind of place; a release is tried with many more.
const DEFAULT_FAULTS: u64 = 20_000;

/// Numbers that look random; the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// A repository, its files of objects, and what a scan of it says while it is whole.
struct Whole {
    folder: TempDir,
    files: Vec<(PathBuf, Vec<u8>)>,
    expected: ScanReport,
}

impl Whole {
    /// `layout` 0: one pack; 1: two packs and loose objects; 2: all loose. Everything is reachable: nobody can miss what
    /// nothing names.
    fn new(seed: u64, layout: u64) -> Self {
        let source = tempfile::tempdir().unwrap();
        let secret = format!(
            "aws_secret = \"{}\"",
            "wJa1rXUtnF/K7MDENGbPxRf9CYzQ3mLp8Ks2VtHd"
        );
        let random = Random {
            seed,
            commits: 7,
            words: &[secret],
            object_format: ["sha1", "sha256"][usize::try_from(seed % 2).unwrap()],
        };
        random.make(source.path());
        let folder = tempfile::tempdir().unwrap();
        let from = format!("file://{}", source.path().display());
        git(folder.path(), &["clone", "-q", "--mirror", &from, "."]);
        if layout > 0 {
            unpack(folder.path());
        }
        if layout == 1 {
            git(folder.path(), &["repack", "-q", "-d"]);
            git(
                folder.path(),
                &["notes", "--ref=late", "add", "-m", "a late note", "main"],
            );
        }
        let mut files = Vec::new();
        list(&folder.path().join("objects"), &mut files);
        let expected = scan(folder.path(), &ScanOptions::default(), &Unwatched).unwrap();
        assert_ne!(expected.verdict(), Verdict::Incomplete);
        Self {
            folder,
            files,
            expected,
        }
    }

    /// Does one damage, scans, and repairs. Gives what is wrong with what the scan said.
    fn suffer(&self, dice: &mut Dice) -> Result<(), String> {
        let options = ScanOptions {
            threads: 1 + dice.below(2),
            by_delta: dice.below(4) > 0,
            ..ScanOptions::default()
        };
        match dice.below(12) {
            0 => self.small_budget(options, dice),
            1 => self.stop(options, dice),
            kind => self.damage(kind, options, dice),
        }
    }

    fn damage(&self, kind: usize, options: ScanOptions, dice: &mut Dice) -> Result<(), String> {
        let (file, bytes) = &self.files[dice.below(self.files.len())];
        let (at, mut bad) = (dice.below(bytes.len()), bytes.clone());
        let end = (at + 1 + dice.below(40)).min(bad.len());
        match kind {
            2 => bad.truncate(at),
            3 => bad[at..end].fill(0),
            4 => drop(bad.drain(at..end)),
            5 => bad.extend_from_slice(&bytes[at..end]),
            6 => bad.swap(at, end - 1),
            _ => bad[at] ^= 1 << dice.below(8),
        }
        replace(file, &bad);
        if kind == 7 {
            std::fs::remove_file(file).unwrap();
        }
        let outcome = scan(self.folder.path(), &options, &Unwatched);
        replace(file, bytes);
        self.is_honest(outcome).map_err(|wrong| {
            format!(
                "{wrong}: fault {kind} at {at} of {} ({})",
                file.display(),
                bytes.len()
            )
        })
    }

    fn small_budget(&self, options: ScanOptions, dice: &mut Dice) -> Result<(), String> {
        let options = ScanOptions {
            max_object_bytes: dice.below(3000) as u64,
            ..options
        };
        self.is_honest(scan(self.folder.path(), &options, &Unwatched))
    }

    fn stop(&self, options: ScanOptions, dice: &mut Dice) -> Result<(), String> {
        let watch = StopAt(AtomicU64::new(dice.below(8) as u64));
        match scan(self.folder.path(), &options, &watch) {
            Err(ScanError::Stopped(_)) => Ok(()),
            other => self.is_honest(other),
        }
    }

    /// An error, an incomplete report, or the whole truth.
    fn is_honest(&self, outcome: Result<ScanReport, ScanError>) -> Result<(), String> {
        match outcome {
            Ok(report) if report.verdict() == Verdict::Incomplete => {
                let named =
                    report.coverage.failed().objects > 0 && !report.coverage.failures().is_empty();
                named
                    .then_some(())
                    .ok_or_else(|| "incomplete without a reason".to_owned())
            }
            Ok(report) if report != self.expected => Err(format!("called {:?}", report.verdict())),
            _ => Ok(()),
        }
    }
}

/// Stops after so many questions.
struct StopAt(AtomicU64);

impl Watch for StopAt {
    fn stop(&self) -> Option<Stop> {
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        left.is_err().then_some(Stop::Cancelled)
    }
}

fn scan(path: &Path, options: &ScanOptions, watch: &dyn Watch) -> Result<ScanReport, ScanError> {
    let key = WorkspaceKey::derive(b"test", &TenantId::new("test"));
    scan_history(&Repository::open(path)?, &RULES, &key, options, watch)
}

/// The files that hold objects, with their contents.
fn list(folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, out);
            continue;
        }
        let kind = path.extension();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_loose =
            !name.contains('.') && path.parent().unwrap().file_name().unwrap().len() == 2;
        if is_loose || kind.is_some_and(|kind| kind == "pack" || kind == "idx") {
            let bytes = std::fs::read(&path).unwrap();
            out.push((path, bytes));
        }
    }
}

/// Git makes its objects read-only, so the file is a new one.
fn replace(file: &Path, bytes: &[u8]) {
    let _ = std::fs::remove_file(file);
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn no_fault_is_passed_over() {
    let faults = std::env::var("FAULTS")
        .ok()
        .and_then(|count| count.parse().ok());
    let each = faults.unwrap_or(DEFAULT_FAULTS).div_ceil(12);
    let work = |seed: u64| {
        let whole = Whole::new(seed, seed % 3);
        let mut dice = Dice(seed);
        (0..each)
            .filter_map(|_| whole.suffer(&mut dice).err())
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads = [0, 6].map(|first| {
            scope.spawn(move || (first..first + 6).flat_map(work).collect::<Vec<_>>())
        });
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} faults passed over, such as {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(10)]
    );
}
