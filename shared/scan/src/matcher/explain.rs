//! Why a value is believed, or is not: the checks of [`super::judge`], told one by one. The scan does not come by here.

use regex_automata::Input;

use super::Matcher;
use super::judge::{Remark, Setting, judge};
use crate::placeholder;
use crate::rules::{Rule, RuleSet};

/// One check, and what it made of the confidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was looked at, in words for a person; holds no byte of the value.
    pub check: String,
    /// The confidence after it; none if the value was refused.
    pub confidence: Option<u8>,
}

/// A value that a rule's pattern matches, believed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The rule's place in [`RuleSet::rules`].
    pub rule: usize,
    /// Where the value starts in the text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What was made of it, in order.
    pub steps: Vec<Step>,
    /// Whether a scan finds it.
    pub is_found: bool,
}

/// Every value in `text` that any rule's pattern matches, and what the checks make of it.
pub fn explain(rules: &RuleSet, text: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    Matcher::new(rules).find(text, &mut found);
    let mut all = Vec::new();
    for (number, rule) in rules.rules().iter().enumerate() {
        let has = |word: &String| placeholder::contains(text, word.as_bytes());
        if !rule.keywords().iter().any(has) {
            continue;
        }
        for (whole, value) in values(rule, text) {
            let mut steps = steps(rule, &Setting::new(text, whole, value.clone()));
            let is_believed = steps.last().is_some_and(|step| step.confidence.is_some());
            let is_found = found
                .iter()
                .any(|one| usize::from(one.rule) == number && (one.start..one.end) == value);
            if is_believed && !is_found {
                steps.push(Step {
                    check:
                        "a more specific rule has the same text, or a match of it would be too long"
                            .to_owned(),
                    confidence: None,
                });
            }
            all.push(Candidate {
                rule: number,
                start: value.start,
                end: value.end,
                steps,
                is_found,
            });
        }
    }
    all.sort_by_key(|one| (one.start, !one.is_found, one.rule));
    all
}

type Span = std::ops::Range<usize>;

/// Where a rule's pattern matches: the whole match, and the value.
fn values(rule: &Rule, text: &[u8]) -> Vec<(Span, Span)> {
    let Ok(regex) = rule.compiled().regex() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for captures in regex.captures_iter(Input::new(text)) {
        let Some(whole) = captures.get_match() else {
            continue;
        };
        let mut groups = (1..captures.group_len()).filter_map(|group| captures.get_group(group));
        let value = groups.next().unwrap_or(whole.span());
        if whole.len() <= rule.reach() {
            all.push((whole.range(), value.range()));
        }
    }
    all
}

/// The checks of one value.
fn steps(rule: &Rule, found: &Setting<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    judge(rule, found, &mut |remark: Remark<'_>, confidence| {
        let check = remark.to_string();
        steps.push(Step { check, confidence });
    });
    steps
}

#[cfg(test)]
mod tests {
    use super::explain;
    use crate::rules::RuleSet;

    #[test]
    fn what_a_scan_finds_is_marked() {
        let rules = RuleSet::builtin().unwrap();
        for rule in rules.rules() {
            for example in rule.examples() {
                let all = explain(&rules, &example.text);
                let own = |id: usize| rules.rules()[id].id() == rule.id();
                assert!(
                    all.iter().any(|one| one.is_found && own(one.rule)),
                    "{}",
                    rule.id()
                );
            }
        }
    }
}
