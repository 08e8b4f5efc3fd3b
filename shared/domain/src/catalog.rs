//! A workspace's stored policies: which versions there are, and which one jobs without a policy of their own use.
//!
//! A version never changes: it is named by its content. What changes is this one small document, so that one conditional
//! write is enough for adding, for dropping the oldest, and for pointing elsewhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::PolicyVersion;

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// The person or program.
    pub by: String,
}

/// A stored version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEntry {
    /// Which.
    pub version: PolicyVersion,
    /// Who stored it, and when, first.
    pub created: Deed,
}

/// What is stored, and what is active. The default is that of a workspace that never stored a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyCatalog {
    /// Incremented by each write, which is conditional on it; 0 before the first.
    pub revision: u64,
    entries: Vec<PolicyEntry>,
    active: Option<PolicyVersion>,
    previous: Option<PolicyVersion>,
    activated: Option<Deed>,
}

impl PolicyCatalog {
    /// How many versions are kept.
    pub const KEPT: usize = 100;

    /// The stored versions, the oldest first.
    pub fn entries(&self) -> &[PolicyEntry] {
        &self.entries
    }

    /// What is known of a version; none if it is not stored.
    pub fn entry(&self, version: &PolicyVersion) -> Option<&PolicyEntry> {
        self.entries.iter().find(|entry| entry.version == *version)
    }

    /// The version that jobs use; none for what holds without a policy.
    pub const fn active(&self) -> Option<&PolicyVersion> {
        self.active.as_ref()
    }

    /// What was active before that: where one goes back to.
    pub const fn previous(&self) -> Option<&PolicyVersion> {
        self.previous.as_ref()
    }

    /// Who made the active one active; none if nothing ever was.
    pub const fn activated(&self) -> Option<&Deed> {
        self.activated.as_ref()
    }

    /// Adds a version that is not there yet. Beyond [`Self::KEPT`] the oldest one is dropped, and given, that is neither
    /// active nor what one would go back to.
    pub fn add(&mut self, entry: PolicyEntry) -> Option<PolicyVersion> {
        self.entries.push(entry);
        if self.entries.len() <= Self::KEPT {
            return None;
        }
        let held = [self.active.as_ref(), self.previous.as_ref()];
        let is_free = |entry: &PolicyEntry| !held.contains(&Some(&entry.version));
        let oldest = self.entries.iter().position(is_free)?;
        Some(self.entries.remove(oldest).version)
    }

    /// Makes a version active, or none. Gives whether that changes anything: doing it twice leaves where to go back to.
    pub fn activate(&mut self, version: Option<PolicyVersion>, by: Deed) -> bool {
        if self.active == version {
            return false;
        }
        self.previous = std::mem::replace(&mut self.active, version);
        self.activated = Some(by);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, PolicyCatalog, PolicyEntry};
    use crate::PolicyVersion;

    fn deed(second: i64) -> Deed {
        Deed {
            at: jiff::Timestamp::from_second(second).unwrap(),
            by: "alice".to_owned(),
        }
    }

    fn version(number: usize) -> PolicyVersion {
        PolicyVersion::new(format!("policy-{number:016x}"))
    }

    fn entry(number: usize) -> PolicyEntry {
        PolicyEntry {
            version: version(number),
            created: deed(0),
        }
    }

    #[test]
    fn one_can_go_back_and_doing_it_twice_changes_nothing() {
        let mut catalog = PolicyCatalog::default();
        assert!(!catalog.activate(None, deed(1)));
        assert_eq!((catalog.active(), catalog.activated()), (None, None));
        assert!(catalog.activate(Some(version(1)), deed(2)));
        assert!(catalog.activate(Some(version(2)), deed(3)));
        let before = catalog.clone();
        assert!(!catalog.activate(Some(version(2)), deed(4)));
        assert_eq!(catalog, before);
        assert_eq!(catalog.previous(), Some(&version(1)));
        assert!(catalog.activate(Some(version(1)), deed(5)));
        assert_eq!(catalog.previous(), Some(&version(2)));
        assert!(catalog.activate(None, deed(6)));
        assert_eq!(
            (catalog.active(), catalog.previous()),
            (None, Some(&version(1)))
        );
        assert_eq!(catalog.activated(), Some(&deed(6)));
    }

    #[test]
    fn the_oldest_go_but_never_the_active_one_nor_the_one_before() {
        let mut catalog = PolicyCatalog::default();
        for number in 0..PolicyCatalog::KEPT {
            assert_eq!(catalog.add(entry(number)), None);
        }
        catalog.activate(Some(version(1)), deed(1));
        catalog.activate(Some(version(0)), deed(2));
        for number in 0..2 * PolicyCatalog::KEPT {
            let dropped = catalog.add(entry(PolicyCatalog::KEPT + number));
            assert_eq!(dropped, Some(version(2 + number)));
            assert_eq!(catalog.entries().len(), PolicyCatalog::KEPT);
            assert!(catalog.entry(&version(2 + number)).is_none());
        }
        assert!(catalog.entry(&version(0)).is_some() && catalog.entry(&version(1)).is_some());
    }
}
