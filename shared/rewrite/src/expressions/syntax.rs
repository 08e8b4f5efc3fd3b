//! Patterns as Python reads them. What would mean something else here, or needs more than one look at a text, is refused.

use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{AssertionKind, Ast, ClassSetBinaryOp, ClassSetItem, Span, Visitor, visit};
use regex_syntax::hir::Look;
use regex_syntax::hir::translate::TranslatorBuilder;

use super::Fault;

/// So many bytes may a compiled pattern have.
const MAX_BYTES: usize = 10 << 20;

/// A pattern as text: bytes that are not UTF-8 as escapes.
pub(super) fn text(pattern: &[u8]) -> String {
    let mut out = String::new();
    for chunk in pattern.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out
}

/// Compiles it, as Python does for bytes: classes and words are of ASCII.
pub(super) fn compile(pattern: &str) -> Result<Regex, Fault> {
    let fault = |span: &Span, reason: String| (Some(span.start.offset), reason);
    let ast = Parser::new()
        .parse(pattern)
        .map_err(|error| fault(error.span(), error.kind().to_string()))?;
    let last_end = visit(&ast, Differences::default())?;
    let meaning = TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(pattern, &ast)
        .map_err(|error| fault(error.span(), error.kind().to_string()))?;
    let properties = meaning.properties();
    if properties.look_set().contains(Look::End) {
        let reason = "the end of a file cannot be matched; `(?m)$` is the end of a line";
        return Err((last_end, reason.to_owned()));
    }
    if properties.minimum_len().is_none_or(|length| length == 0) {
        return Err((None, "the pattern matches where nothing stands".to_owned()));
    }
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(MAX_BYTES)
        .build()
        .map_err(|_| (None, "the pattern is too large".to_owned()))
}

/// Looks for what has another meaning in Python; notes where an end is asked for.
#[derive(Default)]
struct Differences {
    end: Option<usize>,
}

impl Visitor for Differences {
    type Output = Option<usize>;
    type Err = Fault;

    fn finish(self) -> Result<Self::Output, Fault> {
        Ok(self.end)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Fault> {
        match ast {
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::EndLine | AssertionKind::EndText => {
                    self.end = Some(assertion.span.start.offset);
                    Ok(())
                }
                AssertionKind::StartLine
                | AssertionKind::StartText
                | AssertionKind::WordBoundary
                | AssertionKind::NotWordBoundary => Ok(()),
                _ => refuse(
                    &assertion.span,
                    "this kind of word boundary is not supported",
                ),
            },
            Ast::Repetition(outer) if matches!(*outer.ast, Ast::Repetition(_)) => refuse(
                &outer.op.span,
                "a repetition of a repetition is not supported",
            ),
            Ast::ClassUnicode(class) => refuse(&class.span, "\\p is not supported"),
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Fault> {
        match item {
            ClassSetItem::Bracketed(_) | ClassSetItem::Ascii(_) => refuse(
                item.span(),
                "a class inside of a class is not supported; a bracket is written `\\[`",
            ),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, op: &ClassSetBinaryOp) -> Result<(), Fault> {
        refuse(&op.span, "`&&`, `--` and `~~` in a class are not supported")
    }
}

fn refuse(span: &Span, reason: &str) -> Result<(), Fault> {
    Err((Some(span.start.offset), reason.to_owned()))
}
