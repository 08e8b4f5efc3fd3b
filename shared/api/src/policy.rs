//! The field `policy` of a new job: what its scan looks for besides, and what it leaves out.

use domain::{FindingId, PolicyCheck, ScanPolicy};

use crate::fields::Fields;

/// Rules have at most so many characters: they are stored with the job,
pub(crate) const RULES: usize = 32 << 10;
/// a list at most so many entries,
pub(crate) const ENTRIES: usize = 200;
/// a baseline so many,
pub(crate) const ACCEPTED: usize = 1000;
/// and an entry so many characters.
const ENTRY: usize = 512;

/// Takes `policy`; whatever is wrong with it is noted under the name of its field, `policy.rules` and the like.
pub(crate) fn take(fields: &mut Fields, check: &dyn PolicyCheck) -> Option<ScanPolicy> {
    let mut inner = fields.object("policy")?;
    let mut flag = |name| inner.flag(name).unwrap_or_default();
    let (no_builtin_rules, no_ignore) = (flag("no_builtin_rules"), flag("no_ignore"));
    let policy = ScanPolicy {
        rules: inner.text("rules", RULES),
        no_builtin_rules,
        min_confidence: inner
            .number("min_confidence", 0, 100)
            .and_then(|number| u8::try_from(number).ok()),
        exclude_paths: entries(&mut inner, "exclude_paths", ENTRIES),
        exclude_rules: entries(&mut inner, "exclude_rules", ENTRIES),
        only_rules: entries(&mut inner, "only_rules", ENTRIES),
        baseline: entries(&mut inner, "baseline", ACCEPTED)
            .into_iter()
            .map(FindingId::new)
            .collect(),
        no_ignore,
    };
    for fault in check.faults(&policy) {
        inner.fault(fault.field, fault.message, fault.remedy);
    }
    fields.absorb("policy", inner);
    Some(policy)
}

fn entries(inner: &mut Fields, name: &str, most: usize) -> Vec<String> {
    let texts = inner.texts(name, most);
    let fits = |text: &String| (1..=ENTRY).contains(&text.len());
    if !texts.iter().all(fits) {
        let message = format!("has an entry that is empty or longer than {ENTRY} bytes");
        inner.fault(name, message, "shorten it, or leave it out");
    }
    texts
}
