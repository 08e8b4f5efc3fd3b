//! A rule's pattern: parsed when the rules are read, compiled when it is first needed.
//!
//! How far a match can reach is worked out from the pattern itself, so that running it on the bytes around
//! a keyword finds what running it on everything would. Patterns are over bytes and know ASCII only.

use std::sync::{Mutex, OnceLock};

use regex_automata::meta;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::RuleError;
use super::coarse::Coarse;
use super::text::{Origin, RuleText};

/// Between a name and its value, in every notation that assigns: code, environment, YAML, JSON, XML,
/// command lines, and a list of `name:` and `value:` pairs. Written `{{assign}}` in a pattern.
const ASSIGN: &str = r#"(?:\\?["'`\]]{0,3}[ \t]{0,8}(?:=>|:=|==|[=:,>]|[ \t])[ \t]{0,8}|\\?["']?,?\s{1,40}\\?["']?value\\?["']?[ \t]{0,4}[:=][ \t]{0,4})[("'`\\]{0,3}"#;

/// A compiled pattern may take so many bytes.
const SIZE_LIMIT: usize = 4 << 20;
/// What the lazily built automaton of one pattern may take, per thread.
const CACHE_LIMIT: usize = 4 << 20;

/// A pattern and how far its matches reach.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    declared: Declared,
    bounds: OnceLock<Bounds>,
    /// The pattern as it was parsed for its bounds, until its coarse form is compiled.
    parsed: Mutex<Option<Hir>>,
    coarse: OnceLock<Coarse>,
    compiled: OnceLock<Result<meta::Regex, String>>,
}

/// What the rule says of its matches.
#[derive(Debug)]
struct Declared {
    reach: Option<usize>,
    before: Option<usize>,
    after: Option<usize>,
    /// The lengths of the shortest and of the longest keyword.
    keywords: (usize, usize),
}

/// How far matches reach, in bytes.
#[derive(Debug, Default)]
struct Bounds {
    /// The longest match that counts.
    reach: usize,
    /// How far before the end of a keyword a match may start.
    lead: usize,
    /// How far after the end of a keyword a match may end.
    tail: usize,
    /// Whether no match has a line break in it.
    one_line: bool,
}

impl Pattern {
    /// The pattern of a rule. Nothing is parsed before it is needed: a scan needs few of all patterns.
    pub(crate) fn new(rule: &RuleText) -> Self {
        Self {
            text: rule.pattern.clone(),
            declared: Declared {
                reach: rule.reach,
                before: rule.before,
                after: rule.after,
                keywords: rule.keyword_lengths(),
            },
            bounds: OnceLock::new(),
            parsed: Mutex::new(None),
            coarse: OnceLock::new(),
            compiled: OnceLock::new(),
        }
    }

    /// Parses and compiles now: after that nothing can fail.
    pub(crate) fn check(&self, origin: Origin<'_>) -> Result<(), RuleError> {
        self.work_out()
            .map_err(|(field, reason)| origin.field(field, reason))?;
        self.regex()
            .map_err(|reason| origin.field("pattern", reason))?;
        Ok(())
    }

    /// The longest match that counts.
    pub(crate) fn reach(&self) -> usize {
        self.bounds().reach
    }

    /// How far before the end of a keyword a match may start.
    pub(crate) fn lead(&self) -> usize {
        self.bounds().lead
    }

    /// How far after the end of a keyword a match may end.
    pub(crate) fn tail(&self) -> usize {
        self.bounds().tail
    }

    /// Whether no match has a line break in it.
    pub(crate) fn is_of_one_line(&self) -> bool {
        self.bounds().one_line
    }

    fn bounds(&self) -> &Bounds {
        // Patterns are checked when they are read, those of the program by its tests.
        self.bounds
            .get_or_init(|| self.work_out().unwrap_or_default())
    }

    /// The bounds; else the field that is wrong and why.
    fn work_out(&self) -> Result<Bounds, (&'static str, String)> {
        let wrong = |reason: &str| ("pattern", reason.to_owned());
        let hir = parse(&self.text).map_err(|reason| ("pattern", reason))?;
        let (shortest, longest) = self.declared.keywords;
        if hir.properties().minimum_len().unwrap_or(0) < shortest {
            return Err(wrong("can match less than a keyword"));
        }
        // How much must be seen to know that a match is not longer than what counts.
        let (reach, seen) = match (self.declared.reach, hir.properties().maximum_len()) {
            (Some(declared), None) => (declared, declared + 1),
            (None, Some(own)) => (own, own),
            (Some(_), Some(_)) => {
                return Err(("reach", "the pattern is bounded already".to_owned()));
            }
            (None, None) => {
                return Err(wrong(
                    "has no longest match: bound its repetitions or declare `reach`",
                ));
            }
        };
        let Declared { before, after, .. } = self.declared;
        let bounds = Bounds {
            reach,
            lead: before.map_or(seen, |before| before + longest),
            tail: after.unwrap_or(seen.saturating_sub(shortest)),
            one_line: !has_line_break(&hir),
        };
        if let Ok(mut parsed) = self.parsed.lock() {
            *parsed = Some(hir);
        }
        Ok(bounds)
    }

    /// The parsed pattern.
    #[cfg(test)]
    pub(crate) fn hir(&self) -> Result<Hir, String> {
        parse(&self.text)
    }

    /// Its coarse form: around most keywords there is nothing, and no need for the pattern itself. `keywords` are its rule's.
    pub(super) fn coarse(&self, keywords: &[String]) -> &Coarse {
        self.coarse.get_or_init(|| {
            let parsed = self.parsed.lock().ok().and_then(|mut parsed| parsed.take());
            let parsed = parsed.map_or_else(|| parse(&self.text), Ok);
            let coarse = parsed.map(|parsed| Coarse::of(parsed, keywords));
            coarse.unwrap_or_default()
        })
    }

    /// The compiled pattern.
    pub(crate) fn regex(&self) -> Result<&meta::Regex, &str> {
        let compiled = self.compiled.get_or_init(|| compile(&parse(&self.text)?));
        compiled.as_ref().map_err(String::as_str)
    }
}

/// Parses a pattern as a rule has it.
fn parse(text: &str) -> Result<Hir, String> {
    let text = text.replace("{{assign}}", ASSIGN);
    let mut builder = ParserBuilder::new();
    let mut parser = builder.unicode(false).utf8(false).build();
    parser.parse(&text).map_err(|error| error.to_string())
}

/// Whether a match can have a line break in it.
fn has_line_break(hir: &Hir) -> bool {
    let within = |start: u32, end: u32| (start..=end).contains(&u32::from(b'\n'));
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .any(|range| within(range.start().into(), range.end().into())),
        HirKind::Class(Class::Unicode(class)) => class
            .iter()
            .any(|range| within(range.start().into(), range.end().into())),
        HirKind::Repetition(repetition) => has_line_break(&repetition.sub),
        HirKind::Capture(capture) => has_line_break(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_line_break),
    }
}

fn compile(hir: &Hir) -> Result<meta::Regex, String> {
    let config = meta::Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(SIZE_LIMIT))
        .hybrid_cache_capacity(CACHE_LIMIT);
    let built = meta::Regex::builder().configure(config).build_from_hir(hir);
    built.map_err(|error| error.to_string())
}
