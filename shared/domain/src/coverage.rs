//! What was looked at and what was not: a verdict of `clean` can only be made from full coverage.

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

    /// Whether nothing failed and every object is accounted for.
    pub fn is_complete(&self) -> bool {
        let accounted = self.scanned.objects + self.skipped_total().objects;
        self.failed.objects == 0 && self.failures.is_empty() && accounted == self.total.objects
    }
}

/// What a scan concluded. There is no way to make `Clean` but [`Verdict::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every object was looked at, or skipped by a named policy, and no secret was found.
    Clean,
    /// At least one secret was found, and every object was looked at.
    Findings,
    /// Something could not be looked at; findings, if any, are not all there may be.
    Incomplete,
}

impl Verdict {
    /// The verdict on a scan with this coverage and number of findings.
    pub fn of(coverage: &Coverage, findings: usize) -> Self {
        match (coverage.is_complete(), findings) {
            (false, _) => Self::Incomplete,
            (true, 0) => Self::Clean,
            (true, _) => Self::Findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Failure, Skip, Tally, Verdict};

    #[test]
    fn nothing_unaccounted_for_is_ever_clean() {
        let mut coverage = Coverage {
            total: Tally {
                objects: 2,
                bytes: 20,
            },
            ..Coverage::default()
        };
        coverage.scanned.add(10);
        assert_eq!(Verdict::of(&coverage, 0), Verdict::Incomplete);
        coverage.skipped.push(Skip {
            policy: "p".into(),
            reason: "r".into(),
            tally: Tally {
                objects: 1,
                bytes: 10,
            },
        });
        assert_eq!(Verdict::of(&coverage, 0), Verdict::Clean);
        assert_eq!(Verdict::of(&coverage, 1), Verdict::Findings);
        coverage.fail(
            Failure {
                what: "x".into(),
                reason: "y".into(),
            },
            0,
        );
        assert_eq!(Verdict::of(&coverage, 0), Verdict::Incomplete);
    }
}
