//! Proof by random data: looking around keywords finds what looking at everything finds, and every match of a
//! rule's pattern contains one of the rule's keywords.

use std::sync::LazyLock;

use git::delta::{Delta, DeltaBuilder};
use proptest::prelude::*;
use regex_automata::Input;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::judge::{self, Setting};
use super::{Match, Matcher, overlap};
use crate::rules::{Rule, RuleSet};
use git::Copies;

/// Numbers that look random; the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// Appends a text that `hir` matches, as far as its look-around allows.
fn sample(hir: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let ranges: Vec<_> = match class {
                Class::Bytes(class) => class.iter().map(|r| r.start()..=r.end()).collect(),
                Class::Unicode(class) => class
                    .to_byte_class()
                    .unwrap()
                    .iter()
                    .map(|r| r.start()..=r.end())
                    .collect(),
            };
            let bytes: Vec<u8> = ranges.into_iter().flatten().collect();
            out.push(bytes[random.below(bytes.len())]);
        }
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let room = max.map_or(6, |max| max - min).min(6);
            let times = min + u32::try_from(random.below(room as usize + 1)).unwrap();
            (0..times).for_each(|_| sample(sub, random, out));
        }
        HirKind::Capture(capture) => sample(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, random, out)),
        HirKind::Alternation(parts) => {
            let chosen = random.below(parts.len());
            sample(&parts[chosen], random, out);
        }
    }
}

fn has_keyword(rule: &Rule, text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let within = |keyword: &String| {
        text.windows(keyword.len())
            .any(|part| part == keyword.as_bytes())
    };
    rule.keywords().iter().any(within)
}

/// What the matcher must find, the slow way: each pattern over all of the data.
fn everywhere(rules: &RuleSet, data: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    for (number, rule) in (0..).zip(rules.rules()) {
        let regex = rule.compiled().regex().unwrap();
        for captures in regex.captures_iter(data) {
            let whole = captures.get_match().unwrap();
            let mut groups = (1..captures.group_len()).filter_map(|n| captures.get_group(n));
            let value = groups.next().unwrap_or(whole.span());
            let counts = whole.len() <= rule.reach() && has_keyword(rule, &data[whole.range()]);
            let setting = Setting::new(data, whole.range(), value.range());
            if let Some(confidence) =
                judge::judge(rule, &setting, &mut |_, _| {}).filter(|_| counts)
            {
                found.push(Match {
                    rule: number,
                    start: value.start,
                    end: value.end,
                    confidence,
                });
            }
        }
    }
    overlap::resolve(&mut found, rules.rules());
    found
}

fn found(rules: &RuleSet, data: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    Matcher::new(rules).find(data, &mut found);
    found
}

#[test]
fn every_match_contains_a_keyword() {
    let rules = RuleSet::builtin().unwrap();
    let mut problems = String::new();
    for rule in rules.rules() {
        let (hir, regex) = (
            rule.compiled().hir().unwrap(),
            rule.compiled().regex().unwrap(),
        );
        let mut matched = 0;
        for seed in 0..300 {
            let mut text = b"\n".to_vec();
            sample(&hir, &mut Random(seed), &mut text);
            text.push(b'\n');
            let whole = regex.find(&text);
            matched += u32::from(whole.is_some());
            if let Some(whole) = whole.filter(|whole| !has_keyword(rule, &text[whole.range()])) {
                let text = String::from_utf8_lossy(&text[whole.range()]).into_owned();
                problems = format!("{problems}\n{}: {text}", rule.id());
                break;
            }
        }
        if matched == 0 {
            problems = format!("{problems}\n{}: no sample matches", rule.id());
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn the_coarse_form_of_a_pattern_matches_where_the_pattern_does_and_not_everywhere() {
    let rules = RuleSet::builtin().unwrap();
    let (mut matched, mut spared, mut spared_soon) = (0, 0, 0);
    for rule in rules.rules() {
        let pattern = rule.compiled();
        let (hir, regex, coarse) = (
            pattern.hir().unwrap(),
            pattern.regex().unwrap(),
            pattern.coarse(),
        );
        let mut own = None;
        assert!(coarse.is_compiled(), "{}: no coarse form", rule.id());
        for seed in 0..100 {
            let mut text = b"\n".to_vec();
            sample(&hir, &mut Random(seed), &mut text);
            text.push(b'\n');
            for cut in [text.len(), text.len() - 2, text.len() / 2] {
                let input = Input::new(&text[..cut]);
                let is_match = regex.is_match(input.clone());
                let may_match = coarse.may_match(&mut own, &input);
                let may_be_in = pattern.may_be_in(&text[..cut]);
                let is_possible = may_match && may_be_in;
                assert!(is_possible || !is_match, "{}: {text:?}", rule.id());
                matched += u32::from(is_match);
                spared += u32::from(!may_match);
                spared_soon += u32::from(!may_be_in);
            }
        }
    }
    assert!(matched > 50_000, "{matched}");
    assert!(
        spared > 50_000 && spared_soon > 50_000,
        "{spared} {spared_soon}"
    );
}

/// Texts out of rules' examples, whole and cut, samples of their patterns, keywords and noise.
fn pieces(rules: &RuleSet, choices: &[(u16, u16, u64)]) -> Vec<u8> {
    let mut data = Vec::new();
    for &(kind, rule, seed) in choices {
        let rule = &rules.rules()[usize::from(rule) % rules.rules().len()];
        let mut random = Random(seed);
        let mut piece = Vec::new();
        match kind % 6 {
            0 => piece = rule.examples().next().unwrap().text,
            1 => {
                piece = rule.examples().last().unwrap().text;
                let cut = random.below(piece.len());
                piece.truncate(cut);
            }
            2 => sample(&rule.compiled().hir().unwrap(), &mut random, &mut piece),
            3 => piece = rule.keywords()[0].clone().into_bytes(),
            4 => piece.extend((0..random.below(400)).map(|n| b" \n=\"':abcXYZ0189-_/+"[n % 19])),
            _ => piece.extend(b"; \"'\n".iter().take(random.below(6))),
        }
        data.extend(piece);
    }
    data
}

/// A delta over `base`: copies from anywhere, and inserts out of `fresh`.
pub(crate) fn delta(base: &[u8], fresh: &[u8], steps: &[(bool, u16, u16)]) -> Vec<u8> {
    let mut delta = DeltaBuilder::new();
    for &(is_copy, at, length) in steps {
        let from = if is_copy { base } else { fresh };
        let at = usize::from(at) % from.len().max(1);
        let end = (at + usize::from(length % 700)).min(from.len());
        if is_copy {
            delta.copy(at, end - at);
        } else {
            delta.insert(&from[at..end.min(at + 60)]);
        }
    }
    delta.finish(base.len() as u64)
}

/// What a delta copies, and what it makes of its base.
pub(crate) fn applied(delta: &[u8], base: &[u8]) -> (Copies, Vec<u8>) {
    let (mut copies, mut data) = (Copies::default(), Vec::new());
    copies.read(delta).unwrap();
    let delta = Delta::parse(delta).unwrap();
    delta.apply(base, u64::MAX, &mut data).unwrap();
    (copies, data)
}

/// Steps of a delta, at random.
pub(crate) fn some_steps() -> impl Strategy<Value = Vec<(bool, u16, u16)>> {
    prop::collection::vec((any::<bool>(), any::<u16>(), any::<u16>()), 1..12)
}

fn some_pieces() -> impl Strategy<Value = Vec<(u16, u16, u64)>> {
    prop::collection::vec((0..6u16, any::<u16>(), any::<u64>()), 1..24)
}

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());

proptest! {
    /// Along a chain of deltas, what is inherited is what a look at everything sees.
    #[test]
    fn what_is_inherited_is_what_is_there(
        choices in some_pieces(),
        fresh in some_pieces(),
        chain in prop::collection::vec(some_steps(), 1..5),
    ) {
        let mut base = pieces(&RULES, &choices);
        let fresh = pieces(&RULES, &fresh);
        let mut matcher = Matcher::new(&RULES);
        let mut seen = matcher.trace(&base, None);
        for steps in chain {
            let bytes = delta(&base, &fresh, &steps);
            let (copies, next) = applied(&bytes, &base);
            let inherited = matcher.trace(&next, Some((&seen, &copies)));
            prop_assert_eq!(&inherited, &matcher.trace(&next, None), "{}", String::from_utf8_lossy(&next));
            (base, seen) = (next, inherited);
        }
    }

    #[test]
    fn windows_find_what_a_search_everywhere_finds(choices in some_pieces()) {
        let data = pieces(&RULES, &choices);
        prop_assert_eq!(found(&RULES, &data), everywhere(&RULES, &data), "{}", String::from_utf8_lossy(&data));
    }
}

/// What stands beside a window decides whether a word begins or ends there.
#[test]
fn what_stands_beside_a_copy_counts() {
    const RULE: &str = r#"
        [[rule]]
        id = "edge"
        name = "n"
        secret_type = "token"
        severity = "low"
        description = "d"
        source = "https://acme.dev/"
        keywords = ["tok_"]
        pattern = '\b[a-f]{32}tok_\b'
        confidence = 50
        examples = ["abcdefabcdefabcdefabcdefabcdefabtok_"]
    "#;
    let rules = RuleSet::parse(&[("a.toml", RULE)]).unwrap();
    let mut matcher = Matcher::new(&rules);
    let word = "abcdefabcdefabcdefabcdefabcdefabtok_";
    let sides = ["", " ", "x"];
    let all = sides.map(|left| sides.map(|right| (left, right))).concat();
    for &(base_left, base_right) in &all {
        let base = format!("{base_left}{word}{base_right}").into_bytes();
        let seen = matcher.trace(&base, None);
        for &(left, right) in &all {
            let mut delta = DeltaBuilder::new();
            delta.insert(left.as_bytes());
            delta.copy(base_left.len(), word.len());
            delta.insert(right.as_bytes());
            let delta = delta.finish(base.len() as u64);
            let mut copies = Copies::default();
            copies.read(&delta).unwrap();
            let target = format!("{left}{word}{right}").into_bytes();
            let inherited = matcher.trace(&target, Some((&seen, &copies)));
            assert_eq!(
                inherited,
                matcher.trace(&target, None),
                "{base:?} {target:?}"
            );
            assert_eq!(inherited.matches.is_empty(), left == "x" || right == "x");
        }
    }
}
