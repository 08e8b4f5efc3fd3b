//! What a scan is told and what it tells.

use std::collections::BTreeMap;

use domain::{Coverage, Finding, FindingId, Stop, Verdict};
use git::GitError;

use crate::spelling::Spellings;
use crate::suppress::Mark;

/// How to scan.
#[derive(Clone, Copy, Debug)]
pub struct ScanOptions {
    /// Threads; the result does not depend on it.
    pub threads: usize,
    /// Objects with more bytes are not looked at, and counted as failures.
    pub max_object_bytes: u64,
    /// Whether what an object shares with the one that it is stored as a difference from is looked at once. The result does
    /// not depend on it; the time does.
    pub by_delta: bool,
    /// Whether it is noted what was searched, for a [`crate::Record`].
    pub remember: bool,
}

impl ScanOptions {
    /// For small pieces of text, each of which is looked at once.
    pub(crate) const IN_FULL: Self = Self {
        threads: 1,
        max_object_bytes: u64::MAX,
        by_delta: false,
        remember: false,
    };
}

impl Default for ScanOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            max_object_bytes: 2 << 30,
            by_delta: true,
            remember: false,
        }
    }
}

/// The marks beside the places of findings, in the order of their occurrences.
pub type Marks = BTreeMap<FindingId, Vec<Option<Mark>>>;

/// What a scan found, and what it looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanReport {
    /// Every distinct secret: the worst first, then by id.
    pub findings: Vec<Finding>,
    /// The values, apart from the findings so that the findings can go anywhere.
    pub values: BTreeMap<FindingId, Spellings>,
    /// The account of all objects.
    pub coverage: Coverage,
    /// What is written beside the findings; findings without a mark are not there.
    pub marks: Marks,
}

impl ScanReport {
    /// The conclusion from what was looked at and what was found.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.coverage, self.findings.len() as u64)
    }
}

/// Why a scan gave no report at all.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The scan was stopped from outside.
    #[error(transparent)]
    Stopped(#[from] Stop),
}
