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

/// The account of a scan: `total = scanned + skipped + failed`, for objects and for bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Everything that the repository holds.
    pub total: Tally,
    /// Matched against every rule.
    pub scanned: Tally,
    /// Not matched, by named policies.
    pub skipped: Vec<Skip>,
    /// Not matched because something went wrong: how much is known of it.
    pub failed: Tally,
    /// What went wrong; at most [`Coverage::MAX_FAILURES`] are listed, all are counted.
    pub failures: Vec<Failure>,
}

impl Coverage {
    /// How many failures are listed one by one.
    pub const MAX_FAILURES: usize = 100;

    /// Notes a failure of an object of (as far as known) `bytes` bytes.
    pub fn fail(&mut self, failure: Failure, bytes: u64) {
        self.failed.add(bytes);
        if self.failures.len() < Self::MAX_FAILURES {
            self.failures.push(failure);
        }
    }

    /// Everything that was skipped, added up.
    pub fn skipped_total(&self) -> Tally {
        let mut sum = Tally::default();
        self.skipped.iter().for_each(|skip| sum.merge(skip.tally));
        sum
    }

    /// Whether nothing failed and every object and byte is accounted for; else what is missing.
    pub fn complete(&self) -> Result<(), Missing> {
        let listed = u64::try_from(self.failures.len()).unwrap_or(u64::MAX);
        let failed = Tally {
            objects: self.failed.objects.max(listed),
            bytes: self.failed.bytes,
        };
        let mut told = self.scanned;
        told.merge(self.skipped_total());
        told.merge(self.failed);
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
