//! The rule set: what each kind of secret looks like, read from data files.
//!
//! A rule is data alone (`rules/*.toml`, see the README there); adding a provider needs no code.

mod builtin;
mod coarse;
mod custom;
mod error;
mod example;
mod keyword;
mod outline;
mod pattern;
mod text;
mod trial;
mod witness;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use domain::{SecretType, Severity};
use sha2::{Digest, Sha256};

pub use custom::Problem;
pub use error::RuleError;
pub use example::Example;
pub use text::Screen;
pub use trial::{Trial, trial};

use crate::matcher::{Check, Keywords};
use pattern::Pattern;
use text::{Origin, RuleText};

/// One kind of secret: how to find it and what to call it.
#[derive(Debug)]
pub struct Rule {
    text: RuleText,
    pattern: Pattern,
}

impl Rule {
    /// Its name in reports and settings: lower-case words joined by hyphens.
    pub fn id(&self) -> &str {
        &self.text.id
    }

    /// Its name for a person.
    pub fn name(&self) -> &str {
        &self.text.name
    }

    /// What kind of secret it finds.
    pub fn secret_type(&self) -> SecretType {
        self.text.secret_type
    }

    /// How bad it is that such a secret is known.
    pub fn severity(&self) -> Severity {
        self.text.severity
    }

    /// What the secret opens, for a person.
    pub fn description(&self) -> &str {
        &self.text.description
    }

    /// Who gives such secrets out, as it calls itself; `None` for secrets of any origin (a password, a PEM key).
    pub fn provider(&self) -> Option<&str> {
        self.text.provider.as_deref()
    }

    /// The page that says how such a secret is revoked or replaced; every rule with a provider has one.
    pub fn remediation(&self) -> Option<&str> {
        self.text.remediation.as_deref()
    }

    /// The page that describes the secret's form.
    pub fn source(&self) -> &str {
        &self.text.source
    }

    /// Rules of one family find the same kind of value in different surroundings: the same value is one
    /// finding, whichever of them found it. The rule's own id where none is given.
    pub fn family(&self) -> &str {
        self.text.family.as_deref().unwrap_or(&self.text.id)
    }

    /// Lower-case texts, one of which every match contains in any case.
    pub fn keywords(&self) -> &[String] {
        &self.text.keywords
    }

    /// The pattern as written in the rule file.
    pub fn pattern(&self) -> &str {
        &self.text.pattern
    }

    /// How sure a match is before anything else is known, 0 to 100.
    pub fn confidence(&self) -> u8 {
        self.text.confidence
    }

    /// How hard a value is looked at.
    pub fn screen(&self) -> Screen {
        self.text.screen
    }

    /// The longest match that counts, in bytes: a match lies within so many bytes of each of its own.
    pub fn reach(&self) -> usize {
        self.pattern.reach()
    }

    /// How many bytes before and after the end of a keyword a match can lie.
    pub fn window(&self) -> (usize, usize) {
        (self.pattern.lead(), self.pattern.tail())
    }

    /// Texts in which the rule must find something, with their placeholders filled in.
    pub fn examples(&self) -> impl Iterator<Item = Example> {
        self.expand("", self.texts().0)
    }

    /// Texts in which the rule must find nothing.
    pub fn counter_examples(&self) -> impl Iterator<Item = Example> {
        self.expand("not ", self.texts().1)
    }

    /// Examples and counter-examples. The program's own rules have them elsewhere, for a scan has no need of them.
    fn texts(&self) -> (&[String], &[String]) {
        let (own, builtin) = (&self.text, builtin::examples(&self.text.id));
        match builtin.filter(|_| own.examples.is_empty()) {
            Some(builtin) => (&builtin.examples, &builtin.counter_examples),
            None => (&own.examples, &own.counter_examples),
        }
    }

    fn expand<'a>(&'a self, kind: &'a str, list: &'a [String]) -> impl Iterator<Item = Example> {
        let seeded = move |(n, text): (usize, &String)| {
            Example::expand(text, &format!("{kind}{} {n}", self.id()))
        };
        list.iter().enumerate().map(seeded)
    }

    pub(crate) fn compiled(&self) -> &Pattern {
        &self.pattern
    }

    pub(crate) fn check(&self) -> Option<Check> {
        self.text.check
    }

    pub(crate) fn unless(&self) -> &[String] {
        &self.text.unless
    }

    pub(crate) fn entropy(&self) -> Option<f64> {
        self.text.entropy
    }

    pub(crate) fn min_length(&self) -> usize {
        self.text.min_length
    }

    /// Everything that decides what is found.
    fn data(&self, out: &mut String) {
        let text = &self.text;
        let (family, screen, check) = (self.family(), text.screen, (text.check, &text.unless));
        let size = (text.min_length, text.entropy, text.confidence);
        let window = (text.reach, text.before, text.after);
        let parts = (&text.id, family, &text.keywords, &text.pattern);
        // writing to a String cannot fail
        let _ = writeln!(out, "{parts:?}{screen:?}{check:?}{size:?}{window:?}");
    }
}

/// All rules, and the automaton that finds their keywords.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    keywords: Keywords,
    fingerprint: OnceLock<String>,
}

impl RuleSet {
    /// The rules that are part of the program. They are checked by its tests, so that nothing need be parsed here.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::of(builtin::rules()?)
    }

    /// Rules from files given as (name, text). Every pattern is compiled, so that none can fail later.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, RuleError> {
        let mut rules = Vec::new();
        let mut origins: HashMap<String, &str> = HashMap::new();
        for (file, content) in files {
            for rule in text::read(file, content)? {
                let id = rule.id.clone();
                Pattern::new(&rule).check(Origin { file, rule: &id })?;
                if let Some(first) = origins.insert(id.clone(), file) {
                    return Err(RuleError::Duplicate {
                        file: (*file).to_owned(),
                        rule: id,
                        first: first.to_owned(),
                    });
                }
                rules.push(rule);
            }
        }
        Self::of(rules)
    }

    fn of(texts: Vec<RuleText>) -> Result<Self, RuleError> {
        let rule = |text: RuleText| Rule {
            pattern: Pattern::new(&text),
            text,
        };
        let rules: Vec<Rule> = texts.into_iter().map(rule).collect();
        let keywords = Keywords::new(&rules)?;
        Ok(Self {
            rules,
            keywords,
            fingerprint: OnceLock::new(),
        })
    }

    /// Every rule; [`crate::Match::rule`] counts in this order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The page on which what this rule finds is revoked, where one is known.
    pub fn remediation_of(&self, rule: &str) -> Option<&str> {
        self.rules
            .iter()
            .find(|one| one.id() == rule)?
            .remediation()
    }

    /// The longest match of any rule, in bytes.
    pub fn reach(&self) -> usize {
        self.rules.iter().map(Rule::reach).max().unwrap_or(0)
    }

    /// A hash of all that decides what is found: the same text means the same findings.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            let mut data = format!("{}\n", env!("CARGO_PKG_VERSION"));
            self.rules.iter().for_each(|rule| rule.data(&mut data));
            domain::hex(&Sha256::digest(data.as_bytes()))
        })
    }

    pub(crate) fn keywords(&self) -> &Keywords {
        &self.keywords
    }
}

#[cfg(test)]
mod tests {
    use super::{RuleError, RuleSet};

    const RULE: &str = r#"
[[rule]]
id = "acme-token"
name = "Acme token"
secret_type = "token"
severity = "high"
description = "Opens Acme."
provider = "Acme"
source = "https://acme.dev/tokens"
remediation = "https://acme.dev/revoke"
keywords = ["acme_"]
pattern = 'acme_[a-z0-9]{20}'
confidence = 90
examples = ["acme_{{loweralnum:20}}"]
"#;

    fn refusal(from: &str, to: &str) -> String {
        assert!(RULE.contains(from), "{from}");
        let text = RULE.replace(from, to);
        RuleSet::parse(&[("acme.toml", &text)])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_refusal_names_file_rule_and_field() {
        for (from, to, field) in [
            ("id = \"acme-token\"", "id = \"Acme Token\"", "id"),
            ("\"https://acme.dev/tokens\"", "\"a friend\"", "source"),
            ("provider = \"Acme\"", "provider = \" \"", "provider"),
            ("\"https://acme.dev/revoke\"", "\"ask Bob\"", "remediation"),
            (
                "remediation = \"https://acme.dev/revoke\"",
                "",
                "remediation",
            ),
            ("[\"acme_\"]", "[]", "keywords"),
            ("[\"acme_\"]", "[\"acm\"]", "keywords"),
            ("[\"acme_\"]", "[\"Acme_\"]", "keywords"),
            ("{20}'", "{20'", "pattern"),
            ("{20}'", "*'", "pattern"),
            ("acme_[a-z0-9]{20}", "[a-z]{2}", "pattern"),
            ("{20}'", "{20}'\nreach = 100", "reach"),
            (
                "acme_[a-z0-9]{20}",
                "acme_([a-z0-9]{1000}){1000}",
                "pattern",
            ),
            ("confidence = 90", "confidence = 101", "confidence"),
            ("[\"acme_{{loweralnum:20}}\"]", "[]", "examples"),
            (
                "confidence = 90",
                "confidence = 90\nunless = [\"Next\"]",
                "unless",
            ),
        ] {
            let said = refusal(from, to);
            assert!(
                said.contains("acme.toml") || said.contains("rules"),
                "{said}"
            );
            assert!(said.to_lowercase().contains("acme"), "{said}");
            assert!(said.contains(&format!("`{field}`")), "{field}: {said}");
        }
    }

    #[test]
    fn a_missing_or_unknown_field_is_named() {
        let said = refusal("confidence = 90", "");
        assert!(
            said.contains("acme.toml: rule acme-token") && said.contains("confidence"),
            "{said}"
        );
        let said = refusal("confidence", "confidense");
        assert!(said.contains("confidense"), "{said}");
        let said = refusal("id = \"acme-token\"", "");
        assert!(
            said.contains("rule number 1") && said.contains("id"),
            "{said}"
        );
        let said = refusal("severity = \"high\"", "severity = \"grave\"");
        assert!(said.contains("grave"), "{said}");
    }

    #[test]
    fn an_id_is_taken_once() {
        let refused = RuleSet::parse(&[("a.toml", RULE), ("b.toml", RULE)]).unwrap_err();
        let RuleError::Duplicate { file, rule, first } = refused else {
            panic!("{refused}");
        };
        assert_eq!([file, rule, first], ["b.toml", "acme-token", "a.toml"]);
    }

    #[test]
    fn the_fingerprint_changes_with_what_is_found_and_not_with_what_is_said() {
        let of = |from: &str, to: &str| {
            let text = RULE.replace(from, to);
            RuleSet::parse(&[("a.toml", &text)])
                .unwrap()
                .fingerprint()
                .to_owned()
        };
        assert_eq!(of("", ""), of("Opens Acme.", "Opens the door."));
        assert_ne!(of("", ""), of("{20}'", "{21}'"));
        assert_ne!(
            of("", ""),
            of("confidence = 90", "confidence = 90\nentropy = 2.0")
        );
    }
}
