//! Whether rules find their own examples, and not their counter-examples.

use super::{Example, Rule, RuleSet};
use crate::{Match, Matcher};

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many examples and counter-examples were tried.
    pub tried: u64,
    /// What is wrong, by rule and number.
    pub wrong: Vec<String>,
}

/// Tries every rule of the set.
pub fn trial(rules: &RuleSet) -> Trial {
    let mut outcome = Trial::default();
    for rule in rules.rules() {
        let examples = rule.examples().map(|example| (example, "example"));
        let counter = rule.counter_examples();
        let counter = counter.map(|example| (example, "counter-example"));
        for (number, (example, kind)) in (1..).zip(examples).chain((1..).zip(counter)) {
            outcome.tried += 1;
            if let Some(what) = wrong(rules, rule, &example, kind == "example") {
                let id = rule.id();
                outcome.wrong.push(format!("{id}: {kind} {number}: {what}"));
            }
        }
    }
    outcome
}

fn wrong(rules: &RuleSet, rule: &Rule, example: &Example, must: bool) -> Option<&'static str> {
    let mut found: Vec<Match> = Vec::new();
    Matcher::new(rules).find(&example.text, &mut found);
    let is_own = |one: &Match| {
        let of = rules.rules().get(usize::from(one.rule));
        of.is_some_and(|of| of.id() == rule.id())
    };
    match (must, found.into_iter().find(is_own), &example.value) {
        (true, None, _) => Some("it is not found"),
        (false, Some(_), _) => Some("it is found"),
        (true, Some(own), Some(value)) if (own.start..own.end) != *value => {
            Some("another part of it is found than is marked")
        }
        _ => None,
    }
}
