//! A rule's pattern: parsed and compiled when it is first needed.
//!
//! How far a match can reach is worked out from the pattern itself, so that running it on the bytes around
//! a keyword finds what running it on everything would.

use std::sync::OnceLock;

use regex_automata::meta;
use regex_syntax::hir::Hir;

use super::RuleError;
use super::coarse::Coarse;
use super::outline::{Outline, parse};
use super::text::{Origin, RuleText};
use super::witness::Witness;

/// A compiled pattern may take so many bytes.
const SIZE_LIMIT: usize = 4 << 20;
/// What the lazily built automaton of one pattern may take, per thread.
const CACHE_LIMIT: usize = 4 << 20;

/// A pattern and how far its matches reach.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    declared: Declared,
    /// Its outline as `build.rs` worked it out,
    outline: Option<&'static [u8]>,
    /// or the keywords to do that with.
    keywords: Vec<String>,
    known: OnceLock<Box<Known>>,
    coarse: OnceLock<Box<Coarse>>,
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

/// What is known of matches beforehand; lengths in bytes.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The longest match that counts.
    reach: usize,
    /// How far before the end of a keyword a match may start.
    lead: usize,
    /// How far after the end of a keyword a match may end.
    tail: usize,
    /// Whether no match has a line break in it.
    one_line: bool,
    /// What is in every match.
    witness: Option<Witness>,
}

impl Pattern {
    /// The pattern of a rule. Nothing is parsed before it is needed: a scan needs few of all patterns.
    pub(crate) fn new(rule: &RuleText) -> Self {
        let keywords = match rule.outline {
            Some(_) => Vec::new(),
            None => rule.keywords.clone(),
        };
        Self {
            text: rule.pattern.clone(),
            declared: Declared {
                reach: rule.reach,
                before: rule.before,
                after: rule.after,
                keywords: rule.keyword_lengths(),
            },
            outline: rule.outline,
            keywords,
            known: OnceLock::new(),
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
        self.known().reach
    }

    /// How far before the end of a keyword a match may start.
    pub(crate) fn lead(&self) -> usize {
        self.known().lead
    }

    /// How far after the end of a keyword a match may end.
    pub(crate) fn tail(&self) -> usize {
        self.known().tail
    }

    /// Whether no match has a line break in it.
    pub(crate) fn is_of_one_line(&self) -> bool {
        self.known().one_line
    }

    /// Whether a match may be in `window`: to see that costs next to nothing, however long it is.
    pub(crate) fn may_be_in(&self, window: &[u8]) -> bool {
        let witness = self.known().witness.as_ref();
        witness.is_none_or(|witness| witness.is_in(window))
    }

    pub(super) fn known(&self) -> &Known {
        // Patterns are checked when they are read, those of the program by its tests.
        self.known
            .get_or_init(|| self.work_out().map(Box::new).unwrap_or_default())
    }

    /// What is known; else the field that is wrong and why.
    fn work_out(&self) -> Result<Known, (&'static str, String)> {
        let wrong = |reason: &str| ("pattern", reason.to_owned());
        let outline = self.outline().map_err(|reason| ("pattern", reason))?;
        let (shortest, longest) = self.declared.keywords;
        if outline.shortest < shortest {
            return Err(wrong("can match less than a keyword"));
        }
        // How much must be seen to know that a match is not longer than what counts.
        let (reach, seen) = match (self.declared.reach, outline.longest) {
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
        Ok(Known {
            reach,
            lead: before.map_or(seen, |before| before + longest),
            tail: after.unwrap_or(seen.saturating_sub(shortest)),
            one_line: outline.one_line,
            witness: outline.witness,
        })
    }

    fn outline(&self) -> Result<Outline, String> {
        let kept = self
            .outline
            .and_then(|kept| postcard::from_bytes(kept).ok());
        kept.map_or_else(|| Outline::of(&self.text, &self.keywords), Ok)
    }

    /// The parsed pattern.
    #[cfg(test)]
    pub(crate) fn hir(&self) -> Result<Hir, String> {
        parse(&self.text)
    }

    /// Its coarse form: around most keywords there is nothing, and no need for the pattern itself.
    pub(crate) fn coarse(&self) -> &Coarse {
        self.coarse
            .get_or_init(|| Box::new(parse(&self.text).map(Coarse::of).unwrap_or_default()))
    }

    /// The compiled pattern.
    pub(crate) fn regex(&self) -> Result<&meta::Regex, &str> {
        let compiled = self.compiled.get_or_init(|| compile(&parse(&self.text)?));
        compiled.as_ref().map_err(String::as_str)
    }
}

/// Without what makes long searches fast: few windows are left for the pattern itself, and it takes longer to make than to do without.
fn compile(hir: &Hir) -> Result<meta::Regex, String> {
    let config = meta::Config::new()
        .utf8_empty(false)
        .onepass(false)
        .auto_prefilter(false)
        .nfa_size_limit(Some(SIZE_LIMIT))
        .hybrid_cache_capacity(CACHE_LIMIT);
    let built = meta::Regex::builder().configure(config).build_from_hir(hir);
    built.map_err(|error| error.to_string())
}
