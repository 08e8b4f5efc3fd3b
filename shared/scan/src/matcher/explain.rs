//! Why a value is believed, or is not: the checks of [`super::judge`], told one by one. The scan does not come by here.

use regex_automata::Input;

use super::Matcher;
use crate::entropy;
use crate::placeholder;
use crate::rules::{Rule, RuleSet, Screen};

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
        for (before, value) in values(rule, text) {
            let mut steps = steps(rule, &text[before], &text[value.clone()]);
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

/// Where a rule's pattern matches: what is in front of the value, and the value.
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
            all.push((whole.start()..value.start, value.range()));
        }
    }
    all
}

/// The checks of one value.
pub(super) fn steps(rule: &Rule, before: &[u8], value: &[u8]) -> Vec<Step> {
    let mut told = Told(Vec::new());
    told.tell("the rule begins with it", Some(rule.confidence()));
    let end = judge(rule, before, value, &mut told);
    if let Err(reason) = end {
        told.tell(reason, None);
    }
    told.0
}

struct Told(Vec<Step>);

impl Told {
    fn tell(&mut self, check: impl Into<String>, confidence: Option<u8>) {
        let check = check.into();
        self.0.push(Step { check, confidence });
    }
}

/// What the rule's screen says. The error is why the value is refused.
fn screen(rule: &Rule, value: &[u8], counted: bool, told: &mut Told) -> Result<(), String> {
    let base = Some(rule.confidence());
    let is_named = !matches!(rule.screen(), Screen::None | Screen::Token);
    if is_named && counted {
        return Err("it counts up or down".to_owned());
    }
    match rule.screen() {
        Screen::Password if placeholder::is_stand_in(value) => {
            return Err("it is made of words that stand in for a password".to_owned());
        }
        Screen::Chosen if placeholder::is_unlikely_choice(value) => {
            return Err("it is ordinary: an identifier, a path, words, a hash".to_owned());
        }
        Screen::Assigned if placeholder::is_ordinary(value) => {
            return Err("it is ordinary: an identifier, a path, words, a hash".to_owned());
        }
        Screen::Password => told.tell("no words that stand in for a password", base),
        Screen::Chosen => told.tell("no identifier, path or mere words", base),
        Screen::Assigned => told.tell("no identifier, path, words or hash", base),
        Screen::None | Screen::Token => {}
    }
    Ok(())
}

/// The error is why the value is refused.
fn judge(rule: &Rule, before: &[u8], value: &[u8], told: &mut Told) -> Result<(), String> {
    let base = Some(rule.confidence());
    if value.len() < rule.min_length() {
        return Err(format!("it is shorter than {} bytes", rule.min_length()));
    }
    let mut unless = rule.unless().iter();
    if let Some(word) = unless.find(|word| placeholder::contains(before, word.as_bytes())) {
        return Err(format!(
            "`{word}` stands before it, which names something else"
        ));
    }
    let counted = placeholder::is_count(value);
    if rule.screen() != Screen::None {
        if placeholder::is_filler(value) {
            return Err("it is filler: a repetition, a word such as `example`, or a reference to a secret kept elsewhere".to_owned());
        }
        told.tell("no filler and no reference", base);
    }
    screen(rule, value, counted, told)?;
    if let Some(least) = rule.entropy() {
        let bits = entropy::bits_per_byte(value);
        if bits < least {
            return Err(format!(
                "its entropy is {bits:.1} bits per byte, below {least:.1}"
            ));
        }
        told.tell(
            format!("its entropy is {bits:.1} bits per byte, at least {least:.1}"),
            base,
        );
    }
    let mut confidence = rule.confidence();
    if counted {
        confidence /= 2;
        told.tell(
            "it counts up or down: hardly ever given out",
            Some(confidence),
        );
    }
    let Some(check) = rule.check() else {
        return Ok(());
    };
    match check.confidence(value, confidence) {
        None => Err("it does not prove itself: its inside is not of the form".to_owned()),
        Some(after) => {
            let told_as = match after.cmp(&confidence) {
                std::cmp::Ordering::Greater => "its checksum or inside holds",
                std::cmp::Ordering::Equal => "its inside is of the form",
                std::cmp::Ordering::Less => {
                    "its checksum or inside does not hold: it was never given out, or is damaged"
                }
            };
            told.tell(told_as, Some(after));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{explain, steps, values};
    use crate::matcher::judge;
    use crate::rules::RuleSet;

    #[test]
    fn the_checks_told_are_those_that_judge() {
        let rules = RuleSet::builtin().unwrap();
        let fillers = [
            "",
            "changeme",
            "abcdefghijklmnop",
            "password",
            "0123456789abcdef0123456789abcdef",
        ];
        let mut compared = 0;
        for rule in rules.rules() {
            for example in rule.examples().chain(rule.counter_examples()) {
                for (before, value) in values(rule, &example.text) {
                    let (before, value) = (&example.text[before], &example.text[value]);
                    for value in fillers.iter().map(|text| text.as_bytes()).chain([value]) {
                        let told = steps(rule, before, value);
                        let last = told.last().unwrap().confidence;
                        assert_eq!(
                            last,
                            judge::judge(rule, before, value),
                            "{}: {told:?}",
                            rule.id()
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 500, "{compared}");
    }

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
