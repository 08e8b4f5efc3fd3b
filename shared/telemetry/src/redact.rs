//! Masks what looks like a credential in a line of text.

use std::borrow::Cow;

const MASK: &str = "[redacted]";

/// Masks `user:password` in `scheme://user:password@host`, and what follows `Basic ` and `Bearer `.
pub fn redact(line: &str) -> Cow<'_, str> {
    let suspicious = ["://", "Basic ", "Bearer ", "basic ", "bearer "]
        .iter()
        .any(|mark| line.contains(mark));
    if !suspicious {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, found, after)) = next_mark(rest) {
        out.push_str(before);
        out.push_str(found);
        rest = after;
        let end = rest
            .find(|c: char| c.is_whitespace() || "\"'\\,<>/".contains(c))
            .unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if found != "://" && word.len() >= 8 {
            out.push_str(MASK);
            rest = tail;
        } else if let Some(at) = word.rfind('@').filter(|_| found == "://") {
            out.push_str(MASK);
            rest = &rest[at..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The first mark in `text`: what stands before it, the mark, what stands after it.
fn next_mark(text: &str) -> Option<(&str, &str, &str)> {
    let marks = ["://", "Basic ", "Bearer ", "basic ", "bearer "];
    let (at, mark) = marks
        .iter()
        .filter_map(|mark| Some((text.find(mark)?, mark)))
        .min()?;
    let (before, rest) = text.split_at(at);
    let (found, after) = rest.split_at(mark.len());
    Some((before, found, after))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn credentials_in_urls_and_headers_are_masked() {
        let line = r#"{"url":"https://bob:hunter2@git.example/a.git","header":"Authorization: Basic Ym9iOmh1bnRlcjI="}"#;
        let clean = redact(line);
        assert!(
            !clean.contains("hunter2") && !clean.contains("Ym9iOmh1"),
            "{clean}"
        );
        assert!(clean.contains("git.example/a.git"));
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for line in [
            "plain",
            "https://git.example/a@b",
            "a Basic idea",
            r#"{"a":"b://c"}"#,
        ] {
            assert_eq!(redact(line), line);
        }
    }
}
