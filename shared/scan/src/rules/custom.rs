//! Rules that are not part of the program: of a team, or of a tenant, in YAML or TOML, in the schema of the built-in ones.
//!
//! They run beside the rules of everyone else, so that each has a budget. What is wrong is told with line and column, as much
//! of it as can be told at once.

mod problem;

use std::path::Path;

use serde::Deserialize;

use super::pattern::Pattern;
use super::text::{self, Origin, RuleText};
use super::{RuleError, RuleSet, builtin};
pub use problem::Problem;
use problem::with_meant;

/// A file has at most so many bytes,
const FILE: usize = 512 << 10;
/// and so many rules;
const RULES: usize = 200;
/// a rule so many keywords,
const KEYWORDS: usize = 64;
/// a pattern of so many bytes,
const PATTERN: usize = 4 << 10;
/// which takes so many bytes when it is compiled,
const COMPILED: usize = 256 << 10;
/// and whose matches have so many bytes.
const REACH: usize = 8 << 10;

/// Words that stand in every other line of code or text: the pattern would run all the time.
const COMMON: &str = "\
    http https ://w .com .org www. name value type this self that with from import include return function class const \
    public private static void string null true false data file path user code line test number object array list \
    error import export module package version license copyright description default index length 0000 1111 ---- ==== \
    **** //// ____ \"\"\"\"";

/// What a file holds. In YAML the plural is at home.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(alias = "rules")]
    rule: Vec<toml::Table>,
}

impl RuleSet {
    /// The built-in rules, unless they are not wanted, and those of `files`, given as (name, text). Every pattern of these is
    /// compiled, so that none can fail later.
    pub fn with_files(
        with_builtin: bool,
        files: &[(String, String)],
    ) -> Result<Self, Vec<Problem>> {
        let own = |error: RuleError| vec![Problem::of_file("built-in rules", error.to_string())];
        let mut rules = if with_builtin {
            builtin::rules().map_err(own)?
        } else {
            Vec::new()
        };
        let mut problems = Vec::new();
        for (file, text) in files {
            match read(file, text) {
                Ok(more) => {
                    for rule in more {
                        if rules.iter().any(|known| known.id == rule.id) {
                            let reason = format!(
                                "rule {}: field `id`: already taken by another rule; choose another",
                                rule.id
                            );
                            problems.push(Problem::at(file, text, &rule.id, Some("id"), reason));
                        } else {
                            rules.push(rule);
                        }
                    }
                }
                Err(more) => problems.extend(more),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::of(rules).map_err(|error| vec![Problem::of_file("rules", error.to_string())])
    }
}

/// The rules of one file, each within its budget.
fn read(file: &str, text: &str) -> Result<Vec<RuleText>, Vec<Problem>> {
    if text.len() > FILE {
        let reason = format!("it has more than {} KiB; split it", FILE >> 10);
        return Err(vec![Problem::of_file(file, reason)]);
    }
    let tables = tables(file, text).map_err(|problem| vec![problem])?;
    if tables.len() > RULES {
        let reason = format!(
            "it has {} rules, more than {RULES}; leave some out",
            tables.len()
        );
        return Err(vec![Problem::of_file(file, reason)]);
    }
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (number, table) in tables.into_iter().enumerate() {
        let id = table
            .get("id")
            .and_then(toml::Value::as_str)
            .map(str::to_owned);
        let rule = text::one(file, number, table).and_then(|rule| within_budget(file, rule));
        match rule {
            Ok(rule) => rules.push(rule),
            Err(error) => problems.push(Problem::of_rule(file, text, id.as_deref(), &error)),
        }
    }
    if problems.is_empty() {
        Ok(rules)
    } else {
        Err(problems)
    }
}

/// TOML if the file's name ends so, else YAML.
fn tables(file: &str, text: &str) -> Result<Vec<toml::Table>, Problem> {
    let ending = Path::new(file).extension();
    let is_toml = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    if is_toml {
        return toml::from_str::<FileText>(text)
            .map(|file| file.rule)
            .map_err(|error| {
                let at = error.span().map_or(0, |span| span.start);
                Problem::at_byte(file, text, at, error.message())
            });
    }
    serde_saphyr::from_str::<FileText>(text)
        .map(|file| file.rule)
        .map_err(|error| {
            let (line, column) = error
                .location()
                .map_or((1, 1), |at| (at.line(), at.column()));
            Problem {
                file: file.to_owned(),
                line: usize::try_from(line).unwrap_or(1),
                column: usize::try_from(column).unwrap_or(1),
                reason: with_meant(&error.without_snippet().to_string()),
            }
        })
}

fn within_budget(file: &str, text: RuleText) -> Result<RuleText, RuleError> {
    let id = text.id.clone();
    let origin = Origin { file, rule: &id };
    if text.keywords.len() > KEYWORDS {
        let reason = format!(
            "{} are more than {KEYWORDS}; make several rules",
            text.keywords.len()
        );
        return Err(origin.field("keywords", reason));
    }
    if let Some(word) = text.keywords.iter().find(|word| is_common(word)) {
        let reason = format!(
            "`{word}` stands in every other file; take a longer or rarer part of what is always there"
        );
        return Err(origin.field("keywords", reason));
    }
    if text.pattern.len() > PATTERN {
        return Err(origin.field(
            "pattern",
            format!("it has more than {PATTERN} bytes; make several rules"),
        ));
    }
    let pattern = Pattern::new(&text);
    pattern.check(origin)?;
    if pattern.reach() > REACH {
        let reason = format!(
            "matches can have {} bytes, more than {REACH}; bound its repetitions",
            pattern.reach()
        );
        return Err(origin.field("pattern", reason));
    }
    let compiled = pattern
        .regex()
        .map(regex_automata::meta::Regex::memory_usage);
    let size = compiled.map_err(|reason| origin.field("pattern", reason.to_owned()))?;
    if size > COMPILED {
        let reason = format!(
            "it takes {} KiB when compiled, more than {}; bound its repetitions",
            size >> 10,
            COMPILED >> 10
        );
        return Err(origin.field("pattern", reason));
    }
    Ok(text)
}

fn is_common(keyword: &str) -> bool {
    COMMON.split_whitespace().any(|word| word == keyword) || keyword.trim().len() < 4
}

#[cfg(test)]
mod tests {
    use testkit::acme::RULES;

    use super::RuleSet;

    /// What a second rule adds.
    const KEY: &str = "  - id: acme-key
    name: Acme key
    secret_type: api_key
    severity: low
    description: Opens less of Acme.
    source: https://acme.dev/keys
    keywords: [acmekey_]
    pattern: 'acmekey_[a-z0-9]{20}'
    confidence: 80
    examples: ['acmekey_{{loweralnum:20}}']
";

    /// A file of two rules.
    fn two() -> String {
        [RULES, KEY].concat()
    }

    fn problems(text: &str) -> Vec<String> {
        let files = [("a.yaml".to_owned(), text.to_owned())];
        let refused = RuleSet::with_files(true, &files).unwrap_err();
        refused.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_of_a_file_join_the_built_in_ones() {
        let files = [("a.yaml".to_owned(), two())];
        let all = RuleSet::with_files(true, &files).unwrap();
        let own = RuleSet::with_files(false, &files).unwrap();
        assert_eq!(
            (own.rules().len(), all.rules().last().unwrap().id()),
            (2, "acme-key")
        );
        assert_eq!(
            all.rules().len(),
            RuleSet::builtin().unwrap().rules().len() + 2
        );
    }

    #[test]
    fn problems_are_told_with_line_and_column_several_at_once() {
        let text = two()
            .replace("confidence: 90", "confidense: 90")
            .replace("severity: low", "severity: lov");
        let told = problems(&text);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].starts_with("a.yaml:10:5: ") && told[0].ends_with("is `confidence` meant?"),
            "{told:?}"
        );
        assert!(
            told[1].starts_with("a.yaml:13:5: ") && told[1].ends_with("is `low` meant?"),
            "{told:?}"
        );
        let told = problems("rules:\n  - id: [\n");
        assert!(told[0].starts_with("a.yaml:"), "{told:?}");
    }

    #[test]
    fn each_budget_names_the_field_and_the_remedy() {
        for (from, to, field, line) in [
            ("[acme_]", "[http]", "keywords", 8),
            (
                r"acme_[a-z0-9]{20}\b'",
                "acme_[a-z0-9]{9000}'",
                "pattern",
                9,
            ),
            (r"acme_[a-z0-9]{20}\b'", "acme_[a-z0-9]*'", "pattern", 9),
            (
                r"acme_[a-z0-9]{20}\b'",
                "(?:acme_|b)(?:[a-z]{1,60}[0-9]{1,60}x){60}'",
                "pattern",
                9,
            ),
            ("id: acme-token", "id: github-token", "id", 2),
            ("[acme_]", "[ac]", "keywords", 8),
        ] {
            let told = problems(&RULES.replacen(from, to, 1));
            assert!(told[0].contains(&format!("`{field}`")), "{to}: {told:?}");
            assert!(
                told[0].starts_with(&format!("a.yaml:{line}:")),
                "{to}: {told:?}"
            );
        }
        assert!(problems(&" ".repeat(600 << 10))[0].contains("split it"));
    }

    #[test]
    fn toml_is_taken_too() {
        let text = "[[rule]]\nid = \"x\"\n";
        let files = [("a.toml".to_owned(), text.to_owned())];
        let refused = RuleSet::with_files(true, &files).unwrap_err();
        assert!(
            refused[0]
                .to_string()
                .starts_with("a.toml:2:1: rule x: missing field `name`"),
            "{refused:?}"
        );
    }
}
