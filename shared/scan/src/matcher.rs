//! The matcher: every secret in one piece of data.
//!
//! One pass finds the keywords; around them the rules' patterns are run; what they find is judged; where
//! values overlap the more specific rule wins. A [`Matcher`] is one thread's working memory over a shared
//! [`RuleSet`]; it knows no objects, paths or commits.

pub(crate) mod check;
#[cfg(test)]
pub(crate) mod equivalence;
mod explain;
mod grams;
mod judge;
mod keywords;
mod overlap;
mod rarity;
mod table;
mod trace;
mod windows;

use std::ops::Range;

use regex_automata::hybrid::dfa;
use regex_automata::util::captures::Captures;
use regex_automata::{Input, meta};

pub(crate) use check::Check;
pub use explain::{Candidate, Step, explain};
use grams::GramFinder;
use judge::Setting;
pub(crate) use keywords::{GramHit, Keywords};
pub(crate) use trace::Trace;

use crate::memory::Memory;
use crate::rules::{Rule, RuleSet};
use crate::stretches::Stretches;
use git::{Copied, Copies};
use windows::Windows;

/// Longer data is looked at slice by slice, which bounds the lists of what stands in it, and leaves nothing to inherit.
const LONGEST: usize = 64 << 20;

/// Bytes of a slice.
const SLICE: usize = 16 << 20;

/// Whether a trace of so many bytes is all that must be known of them.
pub(crate) fn is_traced(length: usize) -> bool {
    length <= LONGEST
}

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

    /// The same match in the object that the part was copied to.
    fn moved(&self, part: &Copied) -> Self {
        Self {
            start: part.moved(self.start),
            end: part.moved(self.end),
            ..*self
        }
    }

    /// The same match, its place counted from `start`.
    fn counted_from(&self, start: usize) -> Self {
        Self {
            start: self.start - start,
            end: self.end - start,
            ..*self
        }
    }

    /// The same match in data where the place it is counted from is `start`.
    fn counted_to(&self, start: usize) -> Self {
        Self {
            start: self.start + start,
            end: self.end + start,
            ..*self
        }
    }
}

/// Finds secrets in one piece of data after another.
pub struct Matcher<'r> {
    rules: &'r RuleSet,
    windows: Windows,
    /// What a rule's pattern needs to run, made when it is first run: of all rules few are.
    engines: Vec<Option<Box<Engine>>>,
    /// Where keywords end, and which.
    ends: Vec<(usize, u16)>,
    pub(crate) memories: Option<Memories>,
}

/// What is remembered of stretches of bytes, with places counted from the start of the stretch.
pub(crate) struct Memories {
    stretches: Stretches,
    matches: Memory<Box<[Match]>>,
}

#[derive(Default)]
struct Engine {
    coarse: Option<dfa::Cache>,
    /// For the pattern itself, made where its coarse form first matches.
    whole: Option<(meta::Cache, Captures)>,
}

impl<'r> Matcher<'r> {
    /// A matcher for one thread, that looks at everything it is given.
    pub fn new(rules: &'r RuleSet) -> Self {
        let count = rules.rules().len();
        Self {
            rules,
            windows: Windows::new(count),
            engines: std::iter::repeat_with(|| None).take(count).collect(),
            ends: Vec::new(),
            memories: None,
        }
    }

    /// A matcher that does not look again at what it has seen before; it finds the same.
    pub(crate) fn remembering(rules: &'r RuleSet) -> Self {
        let memories = Memories {
            stretches: Stretches::new(),
            matches: Memory::new(),
        };
        Self {
            memories: Some(memories),
            ..Self::new(rules)
        }
    }

    /// What is remembered of stretches, those of the latest trace among them.
    pub(crate) fn stretches(&mut self) -> Option<&mut Stretches> {
        self.memories.as_mut().map(|all| &mut all.stretches)
    }

    /// Appends to `out` every secret in `data` (below 4 GiB), in order of place; no two overlap.
    pub fn find(&mut self, data: &[u8], out: &mut Vec<Match>) {
        let trace = self.trace(data, None);
        self.secrets(&trace, out);
    }

    /// What was seen in `data`. `from`: what was seen in another piece of data, and which parts were copied from there;
    /// the trace is the same with and without.
    pub(crate) fn trace(&mut self, data: &[u8], from: Option<(&Trace, &Copies)>) -> Trace {
        self.stretches().into_iter().for_each(Stretches::clear);
        if !is_traced(data.len()) {
            return self.trace_in_slices(data, SLICE);
        }
        let mut trace = Trace::default();
        let mut finder = GramFinder {
            keywords: self.rules.keywords(),
            stretches: self.memories.as_mut().map(|all| &mut all.stretches),
        };
        match from {
            Some((base, copies)) => trace.inherit_grams(data, &mut finder, base, copies),
            None => finder.find(data, 0..data.len(), &mut trace.grams),
        }
        self.open_windows(data.len(), &trace.grams);
        let mut windows = std::mem::take(&mut self.windows);
        for (number, window) in windows.drain() {
            let first = trace.matches.len();
            let known =
                from.and_then(|(base, copies)| base.run(number, &window, data.len(), copies));
            if let Some((matches, part)) = known {
                let moved = |found: &Match| found.moved(part);
                trace.matches.extend(matches.iter().map(moved));
            } else {
                self.look_in(data, number, window.clone(), &mut trace.matches);
            }
            trace.add_run(number, window, first);
        }
        self.windows = windows;
        trace.finish();
        trace
    }

    /// What was found in `data`, and where it is escaped, without what else was seen. A window that two slices open in part is looked at
    /// in these parts.
    fn trace_in_slices(&mut self, data: &[u8], slice: usize) -> Trace {
        let mut trace = Trace::default();
        let mut grams = Vec::new();
        for start in (0..data.len()).step_by(slice) {
            grams.clear();
            let keywords = self.rules.keywords();
            let stop = start.saturating_add(slice).min(data.len());
            keywords.held(data, start..stop, &mut grams);
            self.open_windows(data.len(), &grams);
            let mut windows = std::mem::take(&mut self.windows);
            for (number, window) in windows.drain() {
                self.look_in(data, number, window, &mut trace.matches);
            }
            self.windows = windows;
            trace.keep_marks(data, keywords, &grams);
        }
        trace
            .matches
            .sort_unstable_by_key(|one| (one.rule, one.start, one.end));
        trace.matches.dedup();
        trace
    }

    /// Runs a rule's pattern inside a window: over all of it, or, if no match of it crosses lines, over the lines that have
    /// one of its keywords.
    fn look_in(&mut self, data: &[u8], number: u16, window: Range<usize>, found: &mut Vec<Match>) {
        if !self.rules.rules()[usize::from(number)]
            .compiled()
            .is_of_one_line()
        {
            return self.run(data, number, window, found);
        }
        let mut at = window.start;
        let mut next = self.ends.partition_point(|(end, _)| *end <= at);
        while let Some(&(end, keyword)) = self.ends.get(next)
            && end <= window.end
        {
            next += 1;
            if end <= at || !self.rules.keywords().rules(keyword).contains(&number) {
                continue;
            }
            let start = memchr::memrchr(b'\n', &data[at..end]).map_or(at, |before| at + before + 1);
            let rest = &data[end..window.end];
            at = memchr::memchr(b'\n', rest).map_or(window.end, |length| end + length);
            self.run(data, number, start..at, found);
        }
    }

    /// Runs a rule's pattern inside a window, unless it ran over the same bytes before: what it finds depends on those of the
    /// window, on one on either side, and on whether these are the ends of the data.
    fn run(&mut self, data: &[u8], number: u16, window: Range<usize>, found: &mut Vec<Match>) {
        let rule = &self.rules.rules()[usize::from(number)];
        if !rule.compiled().may_be_in(&data[window.clone()]) {
            return;
        }
        let engine = &mut self.engines[usize::from(number)];
        let Some(memory) = self.memories.as_mut().map(|all| &mut all.matches) else {
            return run(rule, number, data, window, engine, found);
        };
        let ends = [window.start == 0, window.end == data.len()].map(u32::from);
        let about = u32::from(number) << 2 | ends[0] << 1 | ends[1];
        let seen = window.start.saturating_sub(1)..(window.end + 1).min(data.len());
        let print = memory.print(about, &data[seen]);
        if let Some(known) = memory.recall(print) {
            return found.extend(known.iter().map(|one| one.counted_to(window.start)));
        }
        let (first, start) = (found.len(), window.start);
        run(rule, number, data, window, engine, found);
        let new = found[first..].iter().map(|one| one.counted_from(start));
        memory.keep(print, new.collect());
    }

    /// Appends the secrets of a trace: its matches, but where values overlap only the best.
    pub(crate) fn secrets(&self, trace: &Trace, out: &mut Vec<Match>) {
        let mut found = trace.matches.clone();
        overlap::resolve(&mut found, self.rules.rules());
        out.append(&mut found);
    }

    /// Opens a window for each rule of each keyword.
    fn open_windows(&mut self, length: usize, grams: &[GramHit]) {
        let (rules, keywords) = (self.rules.rules(), self.rules.keywords());
        let place = |gram: &GramHit| {
            let place = keywords.place(gram.at as usize, gram.keyword, length)?;
            Some((place.end, gram.keyword))
        };
        self.ends.clear();
        self.ends
            .extend(grams.iter().filter(|gram| gram.holds).filter_map(place));
        self.ends.sort_unstable();
        for &(end, keyword) in &self.ends {
            for &owner in keywords.rules(keyword) {
                let (lead, tail) = rules[usize::from(owner)].window();
                let stop = end.saturating_add(tail).min(length);
                self.windows.add(owner, end.saturating_sub(lead)..stop);
            }
        }
    }
}

/// Runs one rule's pattern inside one window. What surrounds the window is seen (by `\b`, say), not matched.
fn run(
    rule: &Rule,
    number: u16,
    data: &[u8],
    window: Range<usize>,
    engine: &mut Option<Box<Engine>>,
    found: &mut Vec<Match>,
) {
    let pattern = rule.compiled();
    let engine = engine.get_or_insert_default();
    let mut input = Input::new(data).range(window.clone());
    if !pattern.coarse().may_match(&mut engine.coarse, &input) {
        return;
    }
    let Ok(regex) = pattern.regex() else {
        return; // compiled before: by `RuleSet::parse`, or by the test of the built-in rules
    };
    let made = || (regex.create_cache(), regex.create_captures());
    let (cache, captures) = engine.whole.get_or_insert_with(made);
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
        let setting = Setting::new(data, whole.range(), value.range());
        if let Some(confidence) = judge::judge(rule, &setting, &mut |_, _| {}) {
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
    fn slices_find_what_the_whole_does() {
        let rules = RuleSet::builtin().unwrap();
        let mut matcher = Matcher::new(&rules);
        let one = Example::expand("token = «ghp_{{alnum:36}}»\n", "one");
        let key = Example::expand(
            "«-----BEGIN RSA PRIVATE KEY-----\n{{base64:64}}\n{{base64:64}}\n-----END RSA PRIVATE KEY-----»\n",
            "key",
        );
        let data = [&one.text[..], b"nothing here\n", &key.text, &one.text].concat();
        let mut whole = Vec::new();
        matcher.find(&data, &mut whole);
        assert_eq!(whole.len(), 3);
        for slice in 1..data.len() {
            let trace = matcher.trace_in_slices(&data, slice);
            let mut found = Vec::new();
            matcher.secrets(&trace, &mut found);
            assert_eq!(found, whole, "{slice}");
        }
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
}
