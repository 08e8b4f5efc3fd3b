//! All keywords of all rules in one automaton: the one thing that sees every byte.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::automaton::Automaton;
use aho_corasick::{Anchored, MatchKind, StartKind, dfa};

use crate::rules::{Rule, RuleError};

/// Finds every place where a keyword ends, in one pass, in any case of its letters.
pub(crate) struct Keywords {
    automaton: dfa::DFA,
    /// For each keyword the rules that have it, in order.
    rules: Vec<Box<[u16]>>,
}

impl Keywords {
    pub(crate) fn new(rules: &[Rule]) -> Result<Self, RuleError> {
        let mut map: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
        for (number, rule) in rules.iter().enumerate() {
            let number = u16::try_from(number).map_err(refused)?;
            for keyword in rule.keywords() {
                map.entry(keyword).or_default().push(number);
            }
        }
        let automaton = dfa::Builder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false)
            .build(map.keys())
            .map_err(refused)?;
        let rules = map.into_values().map(Vec::into_boxed_slice).collect();
        Ok(Self { automaton, rules })
    }

    /// Tells `hit` of each keyword that lies in `span` of `data`: where it ends, and whose it is.
    /// Ends come in increasing order.
    pub(crate) fn find(&self, data: &[u8], span: Range<usize>, mut hit: impl FnMut(usize, &[u16])) {
        let automaton = &self.automaton;
        let Ok(mut state) = automaton.start_state(Anchored::No) else {
            return; // the automaton is built for this start
        };
        let base = span.start;
        for (offset, &byte) in data[span].iter().enumerate() {
            state = automaton.next_state(Anchored::No, state, byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                for n in 0..automaton.match_len(state) {
                    let keyword = automaton.match_pattern(state, n);
                    hit(base + offset + 1, &self.rules[keyword.as_usize()]);
                }
            }
        }
    }
}

impl std::fmt::Debug for Keywords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keywords({})", self.rules.len())
    }
}

fn refused(error: impl std::fmt::Display) -> RuleError {
    RuleError::Keywords {
        reason: error.to_string(),
    }
}
