//! Masks what looks like a credential in a line of text.

use std::borrow::Cow;

const MASK: &str = "[redacted]";

/// What a credential stands behind, in lower case. The first is followed by `user:password@`, the others by the
/// credential itself, some after a colon, an equals sign or quotes.
const MARKS: [&str; 9] = [
    "://",
    "basic ",
    "bearer ",
    "x-gateway-secret",
    "private-token",
    "x-api-key",
    "x-amz-security-token",
    "x-amz-signature",
    "aws_secret_access_key",
];

/// Where a word of a line of JSON, of a header or of a URL ends.
const ENDS: &str = "\"'\\,;&<>/";

/// Masks `user:password` in `scheme://user:password@host`, and the words behind `Basic`, `Bearer` and the names of
/// headers and parameters that carry a secret.
pub fn redact(line: &str) -> Cow<'_, str> {
    // Its length and its character boundaries are the line's: only ASCII letters change.
    let lower = line.to_ascii_lowercase();
    let mut out = String::new();
    let mut done = 0;
    while let Some((from, to)) = next_secret(&lower, done) {
        out.push_str(&line[done..from]);
        out.push_str(MASK);
        done = to;
    }
    if done == 0 {
        return Cow::Borrowed(line);
    }
    out.push_str(&line[done..]);
    Cow::Owned(out)
}

/// Where the first credential of `line` at or behind `start` begins and ends.
fn next_secret(line: &str, mut start: usize) -> Option<(usize, usize)> {
    loop {
        let marks = MARKS.iter();
        let found = marks.filter_map(|mark| Some((line[start..].find(mark)?, *mark)));
        let (at, mark) = found.min()?;
        start += at + mark.len();
        let word = if mark == "://" {
            let word = word(line, start);
            line[word.0..word.1]
                .rfind('@')
                .map(|at| (word.0, word.0 + at))
        } else {
            Some(behind_name(line, start)).filter(|(from, to)| to - from >= 8)
        };
        if let Some((from, to)) = word.filter(|(from, to)| from < to) {
            return Some((from, to));
        }
    }
}

/// The word that begins at `from`.
fn word(line: &str, from: usize) -> (usize, usize) {
    let end = line[from..].find(|c: char| c.is_whitespace() || ENDS.contains(c));
    (from, end.map_or(line.len(), |end| from + end))
}

/// The word behind a name and what separates the two: `": "`, `=` and the like.
fn behind_name(line: &str, from: usize) -> (usize, usize) {
    let skipped = line[from..].find(|c: char| !(c.is_whitespace() || ":=\"'\\".contains(c)));
    let start = skipped.map_or(line.len(), |skipped| from + skipped);
    // Base64 holds slashes.
    let end = line[start..].find(|c: char| c.is_whitespace() || (c != '/' && ENDS.contains(c)));
    (start, end.map_or(line.len(), |end| start + end))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn credentials_in_urls_and_headers_are_masked() {
        for line in [
            r#"{"url":"https://bob:Hidden-Value@git.example/a.git","x":1}"#,
            r#"{"header":"Authorization: Basic Hidden-Value/Hidden-Value="}"#,
            "authorization: bearer Hidden-Value",
            r#"{"x-gateway-secret":"Hidden-Value","host":"h"}"#,
            r#"headers: {\"X-Gateway-Secret\": \"Hidden-Value\"}"#,
            "PRIVATE-TOKEN: Hidden-Value",
            "https://b/k?X-Amz-Security-Token=Hidden-Value&X-Amz-Signature=Hidden-Value",
            "two://a:Hidden-Value@h and http://b:Hidden-Value@i",
        ] {
            let clean = redact(line);
            assert!(!clean.contains("Hidden"), "{clean}");
            assert!(clean.contains("[redacted]"), "{clean}");
        }
    }

    #[test]
    fn what_stands_around_a_credential_stays() {
        assert_eq!(
            redact("é https://bob:pw@git.example/a.git ü"),
            "é https://[redacted]@git.example/a.git ü"
        );
        assert_eq!(
            redact(r#"{"a":"Bearer 12345678","b":2}"#),
            r#"{"a":"Bearer [redacted]","b":2}"#
        );
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for line in [
            "plain",
            "https://git.example/a@b",
            "a Basic idea",
            "x-gateway-secret",
            r#"{"a":"b://c"}"#,
        ] {
            assert_eq!(redact(line), line);
        }
    }
}
