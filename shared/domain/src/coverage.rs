//! What was looked at and what was not.

use serde::{Deserialize, Serialize};

/// Objects and bytes in one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Git objects.
    pub objects: u64,
    /// Their bytes, uncompressed.
    pub bytes: u64,
}

impl Tally {
    /// No object.
    pub const NOTHING: Self = Self {
        objects: 0,
        bytes: 0,
    };

    /// Adds one object of `bytes` bytes.
    pub fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

/// Objects that a named policy told the scan not to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// The policy's name.
    pub policy: String,
    /// Why, for a person.
    pub reason: String,
    /// How much.
    #[serde(flatten)]
    pub tally: Tally,
}

/// Something that should have been looked at and could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The object's id, or the file's name where no object could be made out.
    pub what: String,
    /// Why, without any byte of the content.
    pub reason: String,
}

/// The account of a scan: `total = scanned + skipped + failed`, for objects and for bytes. It begins with how many objects there are, and
/// only what is counted, one way or another, is accounted for:
///
/// ```compile_fail,E0451
/// let nothing = domain::Tally::NOTHING;
/// let forged = domain::Coverage { total: nothing, scanned: nothing, skipped: vec![], failed: nothing, failures: vec![] };
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    total: Tally,
    scanned: Tally,
    skipped: Vec<Skip>,
    failed: Tally,
    failures: Vec<Failure>,
}

impl Coverage {
    /// How many failures are listed one by one.
    pub const MAX_FAILURES: usize = 100;

    /// The account of a repository with so many objects, none of which was looked at. Their bytes are known when they are counted.
    pub const fn of(objects: u64) -> Self {
        Self {
            total: Tally { objects, bytes: 0 },
            scanned: Tally::NOTHING,
            skipped: Vec::new(),
            failed: Tally::NOTHING,
            failures: Vec::new(),
        }
    }

    /// Counts what was matched against every rule.
    pub fn scan(&mut self, tally: Tally) {
        self.scanned.merge(tally);
        self.total.bytes += tally.bytes;
    }

    /// Counts a failure of an object of (as far as known) `bytes` bytes.
    pub fn fail(&mut self, failure: Failure, bytes: u64) {
        self.failed.add(bytes);
        self.total.bytes += bytes;
        if self.failures.len() < Self::MAX_FAILURES {
            self.failures.push(failure);
        }
    }

    /// Counts an object that belongs to the history and is not in the repository: one more than it has.
    pub fn miss(&mut self, failure: Failure) {
        self.total.objects += 1;
        self.fail(failure, 0);
    }

    /// Counts what was matched, but not in all its depth, as skipped after all.
    pub fn set_aside(&mut self, skip: Skip) {
        self.scanned.objects = self.scanned.objects.saturating_sub(skip.tally.objects);
        self.scanned.bytes = self.scanned.bytes.saturating_sub(skip.tally.bytes);
        self.skipped.push(skip);
    }

    /// Counts every object that is in no class yet as skipped. How many bytes these have is not known: they were not read.
    pub fn skip_rest(&mut self, policy: &str, reason: &str) {
        let told = self.told().objects;
        self.skipped.push(Skip {
            policy: policy.to_owned(),
            reason: reason.to_owned(),
            tally: Tally {
                objects: self.total.objects.saturating_sub(told),
                bytes: 0,
            },
        });
    }

    /// Everything that the repository holds, and what it lacks.
    pub const fn total(&self) -> Tally {
        self.total
    }

    /// Matched against every rule.
    pub const fn scanned(&self) -> Tally {
        self.scanned
    }

    /// Not matched, by named policies.
    pub fn skipped(&self) -> &[Skip] {
        &self.skipped
    }

    /// Not matched because something went wrong: how much is known of it.
    pub const fn failed(&self) -> Tally {
        self.failed
    }

    /// What went wrong; at most [`Coverage::MAX_FAILURES`] are listed, all are counted.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Everything that was skipped, added up.
    pub fn skipped_total(&self) -> Tally {
        let mut sum = Tally::default();
        self.skipped.iter().for_each(|skip| sum.merge(skip.tally));
        sum
    }

    /// What is in some class.
    fn told(&self) -> Tally {
        let mut told = self.scanned;
        told.merge(self.skipped_total());
        told.merge(self.failed);
        told
    }

    /// Whether nothing failed and every object and byte is accounted for; else what is missing.
    pub fn complete(&self) -> Result<(), Missing> {
        let listed = u64::try_from(self.failures.len()).unwrap_or(u64::MAX);
        let failed = Tally {
            objects: self.failed.objects.max(listed),
            bytes: self.failed.bytes,
        };
        let told = self.told();
        let unaccounted = Tally {
            objects: self.total.objects.abs_diff(told.objects),
            bytes: self.total.bytes.abs_diff(told.bytes),
        };
        match (failed, unaccounted) {
            (Tally::NOTHING, Tally::NOTHING) => Ok(()),
            (failed, unaccounted) => Err(Missing {
                failed,
                unaccounted,
            }),
        }
    }
}

/// What keeps an account from being complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} objects could not be searched, {} are in no account", failed.objects, unaccounted.objects)]
pub struct Missing {
    /// What something went wrong with.
    pub failed: Tally,
    /// By how much the total differs from what was scanned, skipped and failed.
    pub unaccounted: Tally,
}
