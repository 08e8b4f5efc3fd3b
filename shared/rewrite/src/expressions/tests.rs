//! What lines mean, and which are refused.

use domain::FindingId;

use super::expressions;
use crate::Request;

fn read(file: &str) -> Result<Request, String> {
    let id = |line: &[u8]| FindingId::new(format!("{} bytes", line.len()));
    expressions(file.as_bytes(), false, &id).map_err(|error| error.to_string())
}

/// What the patterns of a file make of a text, one after the other.
fn replaced(file: &str, text: &str) -> String {
    let mut text = text.as_bytes().to_vec();
    for pattern in read(file).unwrap().patterns {
        text = pattern
            .regex
            .replace_all(&text, pattern.with.as_slice())
            .into_owned();
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn a_line_is_a_text_and_what_comes_in_its_place() {
    let file =
        "\u{feff}first\r\n\n# no comment\nliteral:regex:x==>y\n==>nothing\na==>b==>c d\nempty==>\n";
    let request = read(file).unwrap();
    let all: Vec<(&[u8], &[u8])> = request
        .replacements
        .iter()
        .map(|r| (r.value.expose().as_slice(), r.with.as_slice()))
        .collect();
    let expected: [(&[u8], &[u8]); 5] = [
        (b"first", b"***REMOVED***"),
        (b"# no comment", b"***REMOVED***"),
        (b"regex:x", b"y"),
        (b"a==>b", b"c d"),
        (b"empty", b""),
    ];
    assert_eq!(all, expected);
    assert!(request.patterns.is_empty());
}

#[test]
fn patterns_are_replaced_as_python_does_it() {
    for (file, text, expected) in [
        (
            r"regex:pass(word)?=(\w+)==>\2:\1",
            "password=x pass=y",
            "x:word y:",
        ),
        (r"regex:(?P<key>\w+)=\d+==>\g<key>=$1\n", "n=12", "n=$1\n"),
        (r"regex:a.c==>\\\.$", "abc a\nc", "\\\\.$ a\nc"),
        (r"regex:(?i)\bkey\b", "KEY keys", "***REMOVED*** keys"),
        (r"regex:(?m)^x+$==>y", "xx\nax\nx", "y\nax\ny"),
        ("glob:pass*;==>P;", "a pass 1; 2; 3\n;", "a P; 3\n;"),
        ("regex:ö+==>o", "höö", "ho"),
    ] {
        assert_eq!(replaced(file, text), expected, "{file}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_with_its_place_and_without_its_text() {
    for (line, place) in [
        ("abc", "line 2: "),
        ("regex:se(cret", "line 2, column 9: "),
        ("regex:secret(?=x)", "line 2, column 13: "),
        (r"regex:(s)ecret\1", "line 2, column 15: "),
        ("regex:secret$", "line 2, column 13: "),
        (r"regex:\<secret", "line 2, column 7: "),
        ("regex:[se[:alpha:]]cret", "line 2, column 10: "),
        ("regex:[a-z&&[^s]]ecret", "line 2, column "),
        ("regex:secret++", "line 2, column 14: "),
        (r"regex:\p{L}ecret", "line 2, column 7: "),
        ("regex:(secret)*", "line 2: "),
        (r"regex:secret==>\1", "line 2: "),
        (r"regex:secret==>\q", "line 2: "),
        (r"regex:secret==>\", "line 2: "),
        ("regex:(secret{1000}){1000}", "line 2: "),
    ] {
        let error = read(&format!("good\n{line}\n")).unwrap_err();
        assert!(error.starts_with(place), "{line}: {error}");
        assert!(!error.contains("ecret"), "{line}: {error}");
    }
}
