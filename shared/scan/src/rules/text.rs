//! A rule as it stands in a file, and the checks that it passes before it becomes a [`super::Rule`].

use domain::{SecretType, Severity};
use serde::Deserialize;

use super::RuleError;
use super::keyword::spell_out;
use crate::matcher::Check;

/// How hard a value is looked at before it is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// Not at all: the pattern alone decides (private keys).
    None,
    /// The form itself says what it is: only filler and references are refused.
    #[default]
    Token,
    /// Somebody chose it: the words that stand in for passwords are refused too.
    Password,
    /// A record: the pattern has the user, mostly the host, and the password together. A stand-in with more to it (`testpass1`)
    /// is believed a little; alone, or where the host is one of documentation, it is refused.
    Record,
    /// A record in the form of a file that holds nothing but such records (`.netrc`): a mere stand-in is kept too, as unlikely.
    Store,
    /// Somebody chose it, and only the name before it says what it is: identifiers, paths and plain words are refused
    /// too, a word with a number is not.
    Chosen,
    /// Only the name before it says what it is: identifiers, paths, plain words and hashes are refused too.
    Assigned,
}

/// One `[[rule]]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret_type: SecretType,
    pub(crate) severity: Severity,
    pub(crate) description: String,
    pub(crate) provider: Option<String>,
    pub(crate) source: String,
    pub(crate) remediation: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) pattern: String,
    pub(crate) confidence: u8,
    pub(crate) family: Option<String>,
    #[serde(default)]
    pub(crate) screen: Screen,
    pub(crate) check: Option<Check>,
    #[serde(default)]
    pub(crate) unless: Vec<String>,
    pub(crate) entropy: Option<f64>,
    #[serde(default = "shortest_value")]
    pub(crate) min_length: usize,
    pub(crate) reach: Option<usize>,
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
    #[serde(default)]
    pub(crate) examples: Vec<String>,
    #[serde(default)]
    pub(crate) counter_examples: Vec<String>,
    /// What `build.rs` worked out of the pattern: an outline.
    #[serde(skip)]
    pub(super) outline: Option<&'static [u8]>,
}

/// What a rule file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    rule: Vec<toml::Table>,
}

/// Where a rule comes from, for errors.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) file: &'a str,
    pub(crate) rule: &'a str,
}

impl Origin<'_> {
    pub(crate) fn field(&self, field: &'static str, reason: impl Into<String>) -> RuleError {
        RuleError::Field {
            file: self.file.to_owned(),
            rule: self.rule.to_owned(),
            field,
            reason: reason.into(),
        }
    }
}

/// Values shorter than this are no secret worth the name.
const fn shortest_value() -> usize {
    4
}

/// Reads the rules of one file.
pub(crate) fn read(file: &str, text: &str) -> Result<Vec<RuleText>, RuleError> {
    let tables = toml::from_str::<FileText>(text).map_err(|error| RuleError::File {
        file: file.to_owned(),
        reason: error.to_string(),
    })?;
    let numbered = tables.rule.into_iter().enumerate();
    numbered.map(|(n, table)| one(file, n, table)).collect()
}

/// The rule in one table.
pub(super) fn one(file: &str, number: usize, table: toml::Table) -> Result<RuleText, RuleError> {
    let id = table.get("id").and_then(toml::Value::as_str);
    let rule = id.map_or_else(|| format!("number {}", number + 1), str::to_owned);
    let shape = |error: toml::de::Error| RuleError::Shape {
        file: file.to_owned(),
        rule: rule.clone(),
        reason: error.message().to_owned(),
    };
    let mut text = RuleText::deserialize(table).map_err(shape)?;
    text.keywords = spell_out(&text.keywords);
    text.check_fields(Origin { file, rule: &rule })?;
    Ok(text)
}

impl RuleText {
    fn check_fields(&self, origin: Origin<'_>) -> Result<(), RuleError> {
        if !is_kebab_case(&self.id) {
            return Err(origin.field("id", "must be lower-case words joined by hyphens"));
        }
        if !self.source.starts_with("https://") {
            return Err(origin.field("source", "must be the address of a page (https://…)"));
        }
        self.check_provider(origin)?;
        if self.confidence > 100 {
            return Err(origin.field("confidence", "must be 0 to 100"));
        }
        if self.examples.is_empty() {
            return Err(origin.field("examples", "there must be at least one"));
        }
        if self
            .unless
            .iter()
            .any(|word| word.is_empty() || !is_lower_ascii(word))
        {
            return Err(origin.field("unless", "must be lower-case ASCII words"));
        }
        self.check_keywords(origin)
    }

    /// Who knows the provider knows where its secrets are revoked.
    fn check_provider(&self, origin: Origin<'_>) -> Result<(), RuleError> {
        let blank = |name: &String| name.trim() != name || name.is_empty();
        if self.provider.as_ref().is_some_and(blank) {
            return Err(origin.field("provider", "must be a name"));
        }
        match &self.remediation {
            Some(page) if !page.starts_with("https://") => {
                Err(origin.field("remediation", "must be the address of a page (https://…)"))
            }
            None if self.provider.is_some() => {
                Err(origin.field("remediation", "must be there where `provider` is"))
            }
            _ => Ok(()),
        }
    }

    fn check_keywords(&self, origin: Origin<'_>) -> Result<(), RuleError> {
        if self.keywords.is_empty() {
            return Err(origin.field("keywords", "there must be at least one"));
        }
        for keyword in &self.keywords {
            if keyword.len() < 4 || !is_lower_ascii(keyword) {
                let reason =
                    format!("{keyword:?} must be lower-case ASCII of 4 characters or more");
                return Err(origin.field("keywords", reason));
            }
        }
        Ok(())
    }

    /// The lengths of the shortest and of the longest keyword.
    pub(crate) fn keyword_lengths(&self) -> (usize, usize) {
        let lengths = || self.keywords.iter().map(String::len);
        (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0))
    }
}

fn is_lower_ascii(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
}

fn is_kebab_case(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    id.split('-').all(word)
}
