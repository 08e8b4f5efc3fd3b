//! What a job's scan searches for besides the built-in rules, and what it leaves out of its report: declared, never run.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{FindingId, PolicyVersion};

/// A policy, as it was sent. The default is what holds where nothing was.
///
/// Stored policies are found by the hash of this: a field that is added later must not be written where it has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScanPolicy {
    /// Further rules: the text of a YAML (or JSON) file in the schema of the built-in ones.
    pub rules: Option<String>,
    /// Whether `rules` are the only ones.
    pub no_builtin_rules: bool,
    /// Findings that are less sure are left out; none for the usual threshold.
    pub min_confidence: Option<u8>,
    /// What stands in such files alone is left out: patterns as in a `.gitignore`.
    pub exclude_paths: Vec<String>,
    /// Findings of these rules are left out.
    pub exclude_rules: Vec<String>,
    /// If there is any, findings of all other rules are left out.
    pub only_rules: Vec<String>,
    /// Findings that are known and accepted.
    pub baseline: Vec<FindingId>,
    /// Whether what the repository says itself counts for nothing: marks in its files, and its ignore file.
    pub no_ignore: bool,
}

impl ScanPolicy {
    /// Tells policies apart: `policy-` and 16 hexadecimal digits, the same for the same content.
    pub fn version(&self) -> PolicyVersion {
        // Texts, numbers and lists can always be written.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(text);
        PolicyVersion::new(format!("policy-{}", crate::hex(&digest[..8])))
    }
}

/// One thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// The field's name, as in [`ScanPolicy`].
    pub field: &'static str,
    /// What is wrong with it, and where.
    pub message: String,
    /// How to mend it.
    pub remedy: &'static str,
}

/// Judges policies before a job is accepted: whoever knows the rules.
pub trait PolicyCheck: Send + Sync {
    /// Everything that is wrong with it.
    fn faults(&self, policy: &ScanPolicy) -> Vec<PolicyFault>;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ScanPolicy;
    use crate::{FindingId, PolicyVersion};

    #[test]
    fn a_version_is_that_of_the_whole_content() {
        let base = ScanPolicy::default();
        let one = || vec!["one".to_owned()];
        let changed = [
            ScanPolicy {
                rules: Some(String::new()),
                ..base.clone()
            },
            ScanPolicy {
                rules: Some("rules: []".to_owned()),
                ..base.clone()
            },
            ScanPolicy {
                no_builtin_rules: true,
                ..base.clone()
            },
            ScanPolicy {
                min_confidence: Some(50),
                ..base.clone()
            },
            ScanPolicy {
                exclude_paths: one(),
                ..base.clone()
            },
            ScanPolicy {
                exclude_rules: one(),
                ..base.clone()
            },
            ScanPolicy {
                only_rules: one(),
                ..base.clone()
            },
            ScanPolicy {
                baseline: vec![FindingId::new("one")],
                ..base.clone()
            },
            ScanPolicy {
                no_ignore: true,
                ..base.clone()
            },
        ];
        let versions = changed.iter().chain([&base]).map(ScanPolicy::version);
        let distinct: BTreeSet<_> = versions.collect();
        assert_eq!(distinct.len(), changed.len() + 1);
        assert_eq!(base.version(), ScanPolicy::default().version());
        for version in distinct {
            assert_eq!(PolicyVersion::parse(version.as_str()), Some(version));
        }
    }

    #[test]
    fn a_version_stays_what_it_was_in_earlier_releases() {
        assert_eq!(
            ScanPolicy::default().version().as_str(),
            "policy-145dbff32906d4bf"
        );
    }
}
