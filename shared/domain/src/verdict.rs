//! What a scan concluded. That nothing was found where everything was looked at is a type, not a check: [`Verdict::Clean`]
//! holds a token that only [`Verdict::of`] makes, from an account without a gap.

use serde::{Serialize, Serializer};

use crate::Coverage;

/// That every object was scanned, or skipped by a named policy, and that nothing was found.
///
/// ```compile_fail,E0423
/// let forged = domain::Verdict::Clean(domain::FullyScanned(()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FullyScanned(());

/// What a scan concluded. It is read from no store and no wire, where it is but a word:
///
/// ```compile_fail,E0277
/// let told: domain::Verdict = serde_json::from_str("\"clean\"").unwrap();
/// ```
///
/// What is stored is the account; the verdict is drawn from it again:
///
/// ```
/// use domain::{Coverage, Verdict};
///
/// let account: Coverage = serde_json::from_str(
///     r#"{"total": {"objects": 2, "bytes": 9}, "scanned": {"objects": 1, "bytes": 9},
///         "skipped": [], "failed": {"objects": 0, "bytes": 0}, "failures": []}"#,
/// )?;
/// assert_eq!(Verdict::of(&account, 0), Verdict::Incomplete);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every object was looked at, or skipped by a named policy, and no secret was found.
    Clean(FullyScanned),
    /// At least one secret was found, and every object was looked at.
    Findings,
    /// Something could not be looked at; findings, if any, are not all there may be.
    Incomplete,
}

impl Verdict {
    /// The verdict on a scan with this account and number of findings.
    pub fn of(coverage: &Coverage, findings: u64) -> Self {
        match (coverage.complete(), findings) {
            (Err(_), _) => Self::Incomplete,
            (Ok(()), 0) => Self::Clean(FullyScanned(())),
            (Ok(()), _) => Self::Findings,
        }
    }

    /// The word for it, in reports and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean(_) => "clean",
            Self::Findings => "findings",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Verdict;
    use crate::{Coverage, Tally};

    /// Every account whose numbers are 0 or 1, as it may come from a store.
    fn accounts() -> impl Iterator<Item = Coverage> {
        (0..1_u64 << 9).map(|bits| {
            let bit = |at: u64| bits >> at & 1;
            let tally = |at: u64| json!({"objects": bit(at), "bytes": bit(at + 1)});
            let failure = json!({"what": "x", "reason": "y"});
            let mut skip = tally(4);
            skip["policy"] = "p".into();
            skip["reason"] = "r".into();
            let account = json!({
                "total": tally(0),
                "scanned": tally(2),
                "skipped": [skip],
                "failed": tally(6),
                "failures": vec![failure; usize::from(bit(8) == 1)],
            });
            serde_json::from_value(account).unwrap()
        })
    }

    #[test]
    fn clean_is_what_adds_up_without_failures_and_findings() {
        for account in accounts() {
            let mut looked_at = account.scanned();
            looked_at.merge(account.skipped_total());
            let failed = account.failed() != Tally::default() || !account.failures().is_empty();
            let words = if looked_at == account.total() && !failed {
                ["clean", "findings"]
            } else {
                ["incomplete"; 2]
            };
            let told = [0, 1].map(|findings| Verdict::of(&account, findings).as_str());
            assert_eq!(told, words, "{account:?}");
        }
    }
}
