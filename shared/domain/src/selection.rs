//! Which findings are to be cleaned, and which are no secrets after all: one small document a job.
//! What is no secret in one job of a workspace is none in its later jobs: [`Marks`] carry that over.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::FindingId;

/// Findings that people marked as no secrets after all, with the reason if one was given.
pub type Marks = BTreeMap<FindingId, Option<String>>;

/// A person's choice. A new job's choice is: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The chosen ones; `None` means all.
    chosen: Option<BTreeSet<FindingId>>,
    /// No secrets after all.
    false_positives: Marks,
}

impl Selection {
    /// Whether the finding is to be cleaned.
    pub fn is_selected(&self, id: &FindingId) -> bool {
        !self.is_false_positive(id)
            && self
                .chosen
                .as_ref()
                .is_none_or(|chosen| chosen.contains(id))
    }

    /// Whether the finding is marked as a false positive.
    pub fn is_false_positive(&self, id: &FindingId) -> bool {
        self.false_positives.contains_key(id)
    }

    /// Why it was marked.
    pub fn reason(&self, id: &FindingId) -> Option<&str> {
        self.false_positives.get(id)?.as_deref()
    }

    /// Selects exactly `ids`; marks `false_positives` besides those already marked.
    pub fn replace(
        &mut self,
        ids: BTreeSet<FindingId>,
        false_positives: impl IntoIterator<Item = FindingId>,
    ) {
        self.chosen = Some(ids);
        for id in false_positives {
            self.false_positives.entry(id).or_insert(None);
        }
    }

    /// Selects or deselects one of the findings `all`.
    pub fn set_selected(
        &mut self,
        id: &FindingId,
        selected: bool,
        all: impl FnOnce() -> BTreeSet<FindingId>,
    ) {
        let chosen = self.chosen.get_or_insert_with(all);
        if selected {
            chosen.insert(id.clone());
        } else {
            chosen.remove(id);
        }
    }

    /// Marks one as a false positive, or takes the mark back.
    pub fn set_false_positive(&mut self, id: &FindingId, marked: bool, reason: Option<String>) {
        if marked {
            self.false_positives.insert(id.clone(), reason);
        } else {
            self.false_positives.remove(id);
        }
    }

    /// Takes over the marks of earlier jobs on what was `found` in this one; gives how many are new here.
    pub fn carry_over(&mut self, marks: &Marks, found: &[FindingId]) -> usize {
        let before = self.false_positives.len();
        for (id, reason) in found.iter().filter_map(|id| marks.get_key_value(id)) {
            let kept = self.false_positives.entry(id.clone());
            kept.or_insert_with(|| reason.clone());
        }
        self.false_positives.len() - before
    }

    /// What is marked in this job.
    pub const fn marks(&self) -> &Marks {
        &self.false_positives
    }

    /// How many of the findings `all` are selected.
    pub fn count<'a>(&self, all: impl IntoIterator<Item = &'a FindingId>) -> u64 {
        all.into_iter().filter(|id| self.is_selected(id)).count() as u64
    }

    /// How many are marked as false positives.
    pub fn false_positive_count(&self) -> u64 {
        self.false_positives.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, Selection};
    use crate::FindingId;

    #[test]
    fn marks_are_carried_over_to_what_was_found_and_overrule_nothing() {
        let [a, b, c] = ["a", "b", "c"].map(FindingId::new);
        let why = |text: &str| Some(text.to_owned());
        let marks = Marks::from([(a.clone(), why("old")), (b.clone(), None)]);
        let found = [a.clone(), c.clone()];

        let mut fresh = Selection::default();
        assert_eq!(fresh.carry_over(&marks, &found), 1);
        assert_eq!(*fresh.marks(), Marks::from([(a.clone(), why("old"))]));
        assert!(!fresh.is_selected(&a) && fresh.is_selected(&c));
        assert_eq!(fresh.carry_over(&marks, &found), 0);

        let mut chosen = Selection::default();
        chosen.replace([c.clone()].into(), []);
        chosen.set_false_positive(&a, true, why("new"));
        assert_eq!(chosen.carry_over(&marks, &found), 0);
        assert_eq!(chosen.reason(&a), Some("new"));
        assert_eq!(chosen.count(&found), 1);
    }
}
