//! The matcher: every secret in one piece of data.
//!
//! One pass finds the keywords; around them the rules' patterns are run; what they find is judged; where
//! values overlap the more specific rule wins. A [`Matcher`] is one thread's working memory over a shared
//! [`RuleSet`]; it knows no objects, paths or commits.

mod check;
#[cfg(test)]
mod equivalence;
mod judge;
mod keywords;
mod overlap;
mod windows;

use std::ops::Range;

use regex_automata::util::captures::Captures;
use regex_automata::{Input, meta};

pub(crate) use check::Check;
pub(crate) use keywords::Keywords;

use crate::rules::{Rule, RuleSet};
use windows::Windows;

/// A value that a rule found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The rule's place in [`RuleSet::rules`].
    pub rule: u16,
    /// Where the value starts in the data.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// How sure it is, 0 to 100.
    pub confidence: u8,
}

impl Match {
    /// The value itself, in the data in which it was found; empty in data that is shorter.
    pub fn value<'d>(&self, data: &'d [u8]) -> &'d [u8] {
        data.get(self.start..self.end).unwrap_or_default()
    }
}

/// Finds secrets in one piece of data after another.
pub struct Matcher<'r> {
    rules: &'r RuleSet,
    windows: Windows,
    /// What a rule's pattern needs to run, made when it is first run.
    engines: Vec<Option<Engine>>,
    hits: Vec<keywords::Hit>,
    found: Vec<Match>,
}

struct Engine {
    cache: meta::Cache,
    captures: Captures,
}

impl<'r> Matcher<'r> {
    /// A matcher for one thread.
    pub fn new(rules: &'r RuleSet) -> Self {
        let count = rules.rules().len();
        Self {
            rules,
            windows: Windows::new(count),
            engines: std::iter::repeat_with(|| None).take(count).collect(),
            hits: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Appends to `out` every secret in `data`, in order of place; no two overlap.
    pub fn find(&mut self, data: &[u8], out: &mut Vec<Match>) {
        self.find_near(data, std::iter::once(0..data.len()), out);
    }

    /// Like [`Matcher::find`], for keywords that lie wholly inside one of `spans` (in order, inside `data`).
    /// Patterns still see all of `data`, so that a match may reach out of its span; a match that lies no farther
    /// from a keyword in a span than its rule reaches may be found as well.
    pub fn find_near(
        &mut self,
        data: &[u8],
        spans: impl IntoIterator<Item = Range<usize>>,
        out: &mut Vec<Match>,
    ) {
        let (rules, windows) = (self.rules.rules(), &mut self.windows);
        for span in spans {
            self.rules
                .keywords()
                .find(data, span, &mut self.hits, |end, owners| {
                    for &owner in owners {
                        let (lead, tail) = rules[usize::from(owner)].window();
                        let stop = end.saturating_add(tail).min(data.len());
                        windows.add(owner, end.saturating_sub(lead)..stop);
                    }
                });
        }
        for (number, window) in self.windows.drain() {
            let rule = &rules[usize::from(number)];
            let engine = &mut self.engines[usize::from(number)];
            run(rule, number, data, window, engine, &mut self.found);
        }
        overlap::resolve(&mut self.found, rules);
        out.append(&mut self.found);
    }
}

/// Runs one rule's pattern inside one window. What surrounds the window is seen (by `\b`, say), not matched.
fn run(
    rule: &Rule,
    number: u16,
    data: &[u8],
    window: Range<usize>,
    engine: &mut Option<Engine>,
    found: &mut Vec<Match>,
) {
    let pattern = rule.compiled();
    let Ok(regex) = pattern.regex() else {
        return; // compiled before: by `RuleSet::parse`, or by the test of the built-in rules
    };
    let Engine { cache, captures } = engine.get_or_insert_with(|| Engine {
        cache: regex.create_cache(),
        captures: regex.create_captures(),
    });
    let mut input = Input::new(data).range(window.clone());
    loop {
        regex.search_captures_with(cache, &input, captures);
        let Some(whole) = captures.get_match() else {
            return;
        };
        input.set_start(whole.end());
        if whole.len() > pattern.reach() {
            continue;
        }
        let groups = 1..captures.group_len();
        let mut taken = groups.filter_map(|group| captures.get_group(group));
        let value = taken.next().unwrap_or(whole.span());
        if let Some(confidence) = judge::judge(
            rule,
            &data[whole.start()..value.start],
            &data[value.range()],
        ) {
            found.push(Match {
                rule: number,
                start: value.start,
                end: value.end,
                confidence,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Match, Matcher};
    use crate::rules::{Example, RuleSet};

    fn texts(found: &[Match], data: &[u8]) -> Vec<String> {
        let text = |one: &Match| String::from_utf8_lossy(one.value(data)).into_owned();
        found.iter().map(text).collect()
    }

    #[test]
    fn all_secrets_are_found_in_order_and_a_matcher_can_be_used_again() {
        let rules = RuleSet::builtin().unwrap();
        let mut matcher = Matcher::new(&rules);
        let one = Example::expand("«ghp_{{alnum:36}}»", "one");
        let two = Example::expand("«dop_v1_{{hex:64}}»", "two");
        let data = [
            b"a = ",
            &one.text[..],
            b"\nb = ",
            &two.text,
            b"\n",
            &one.text,
        ]
        .concat();
        for _ in 0..3 {
            let mut found = Vec::new();
            matcher.find(&data, &mut found);
            let expected =
                [&one.text, &two.text, &one.text].map(|text| String::from_utf8_lossy(text));
            assert_eq!(texts(&found, &data), expected);
        }
        let mut found = Vec::new();
        matcher.find(b"nothing here", &mut found);
        assert!(found.is_empty());
    }

    #[test]
    fn near_spans_only_keywords_inside_count_but_a_match_may_reach_out() {
        let rules = RuleSet::builtin().unwrap();
        let token = Example::expand("ghp_{{alnum:36}}", "one").text;
        let data = [&token[..], &[b' '; 1000], &token].concat();
        let mut found = Vec::new();
        Matcher::new(&rules).find_near(&data, [2..10, 1040..1044], &mut found);
        let places: Vec<_> = found.iter().map(|one| (one.start, one.end)).collect();
        assert_eq!(places, [(1040, 1080)]);
    }
}
