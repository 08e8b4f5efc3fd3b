//! What is known of a pattern's matches without running it. Of the program's own patterns `build.rs` works it out: most are never parsed
//! again.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::witness::Witness;

/// Between a name and its value, in every notation that assigns: code, environment, YAML, JSON, XML,
/// command lines, and a list of `name:` and `value:` pairs. Written `{{assign}}` in a pattern.
const ASSIGN: &str = r#"(?:\\?["'`\]]{0,3}[ \t]{0,8}(?:=>|:=|==|[=:,>]|[ \t])[ \t]{0,8}|\\?["']?,?\s{1,40}\\?["']?value\\?["']?[ \t]{0,4}[:=][ \t]{0,4})[("'`\\]{0,3}"#;

/// Of a pattern and its rule's keywords.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Outline {
    /// Bytes of the shortest match.
    pub(super) shortest: usize,
    /// Bytes of the longest match, where there is one.
    pub(super) longest: Option<usize>,
    /// Whether no match has a line break in it.
    pub(super) one_line: bool,
    /// What is in every match.
    pub(super) witness: Option<Witness>,
}

impl Outline {
    /// Parses the pattern of a rule that has these keywords. An error says what is wrong with it.
    pub(super) fn of(pattern: &str, keywords: &[String]) -> Result<Self, String> {
        let hir = parse(pattern)?;
        Ok(Self {
            shortest: hir.properties().minimum_len().unwrap_or(0),
            longest: hir.properties().maximum_len(),
            one_line: !has_line_break(&hir),
            witness: Witness::of(&hir, keywords),
        })
    }
}

/// Parses a pattern as a rule has it. Patterns are over bytes and know ASCII only.
pub(super) fn parse(text: &str) -> Result<Hir, String> {
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
