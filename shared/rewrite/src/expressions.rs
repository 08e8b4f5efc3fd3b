//! Files of expressions as git-filter-repo and BFG take them: a line is a text, or `regex:` or `glob:` and a pattern; behind the
//! last `==>` stands what comes in its place.
//!
//! There are no comments: a line that begins with `#` is a text like any other. Errors tell the line and, in a pattern, the column;
//! never what stands there.

mod glob;
mod syntax;
mod template;

use domain::{FindingId, Secret};

use crate::values::SHORTEST;
use crate::{DEFAULT_REPLACEMENT, Pattern, Replacement, Request};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {reason}", column.map_or(String::new(), |column| format!(", column {column}")))]
pub struct ExpressionError {
    /// Counted from 1.
    pub line: usize,
    /// The byte of the line, counted from 1, where that is known.
    pub column: Option<usize>,
    /// Why it is refused.
    pub reason: String,
}

/// What is wrong with a part of a line: where, if that is known, counted from 0, and why.
type Fault = (Option<usize>, String);

/// Reads a file of expressions. Each line is called `id(line)` in the plan. `keep_length` is for texts; what patterns match has no
/// length of its own.
pub fn expressions(
    file: &[u8],
    keep_length: bool,
    id: &dyn Fn(&[u8]) -> FindingId,
) -> Result<Request, ExpressionError> {
    let mut request = Request::default();
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
        let ends = line.iter().rev().take_while(|byte| **byte == b'\r').count();
        let line = &line[..line.len() - ends];
        let (what, with) = match memchr::memmem::rfind(line, b"==>") {
            Some(at) => (&line[..at], &line[at + 3..]),
            None => (line, DEFAULT_REPLACEMENT),
        };
        let refused = |(at, reason): Fault| ExpressionError {
            line: number,
            column: at.map(|at| at + 1),
            reason,
        };
        let (kind, text) = split(what);
        if text.is_empty() {
            continue;
        }
        if kind == Kind::Text {
            let replacement = literal(id(line), text, with, keep_length).map_err(refused)?;
            request.replacements.push(replacement);
        } else {
            let shift =
                |(at, reason): Fault| refused((at.map(|at| at + what.len() - text.len()), reason));
            let regex = match kind {
                Kind::Glob => syntax::compile(&glob::regex(text).map_err(shift)?).map_err(shift)?,
                Kind::Regex | Kind::Text => syntax::compile(&syntax::text(text)).map_err(shift)?,
            };
            let with = template::expand(with, &regex)
                .map_err(|reason| refused((None, reason.to_owned())))?;
            request.patterns.push(Pattern {
                id: id(line),
                regex,
                with,
            });
        }
    }
    Ok(request)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Regex,
    Glob,
}

fn split(what: &[u8]) -> (Kind, &[u8]) {
    let prefixes: [(&[u8], Kind); 3] = [
        (b"regex:", Kind::Regex),
        (b"glob:", Kind::Glob),
        (b"literal:", Kind::Text),
    ];
    let mut known = prefixes.into_iter();
    known
        .find_map(|(prefix, kind)| Some((kind, what.strip_prefix(prefix)?)))
        .unwrap_or((Kind::Text, what))
}

fn literal(
    id: FindingId,
    text: &[u8],
    with: &[u8],
    keep_length: bool,
) -> Result<Replacement, Fault> {
    if text.len() < SHORTEST {
        let reason = format!(
            "the text is shorter than {SHORTEST} bytes; write it as `regex:` if it really is to be replaced everywhere"
        );
        return Err((None, reason));
    }
    Ok(Replacement {
        with: with.to_vec(),
        keep_length,
        ..Replacement::new(id, Secret::new(text.to_vec()))
    })
}

#[cfg(test)]
mod tests;
