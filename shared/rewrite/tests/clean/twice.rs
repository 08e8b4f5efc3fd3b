//! Values that are written in two ways at once: gone, and both can still be undone.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};
use testkit::script::token;

use crate::encoded::{cleaned, is_gone, replacement, utf16};

#[test]
fn hexadecimal_digits_of_any_case() {
    let value = format!("{}jklmnozJKLMNOZ", token(80));
    let lower: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let upper_at = |step: usize| -> Vec<u8> {
        let digits = lower.bytes().enumerate();
        digits
            .map(|(at, digit)| match at % step {
                0 => digit.to_ascii_uppercase(),
                _ => digit,
            })
            .collect()
    };
    let names = ["all", "2", "3", "5", "7", "last"];
    let mut last = lower.clone().into_bytes();
    last.last_mut().unwrap().make_ascii_uppercase();
    let texts = [
        upper_at(1),
        upper_at(2),
        upper_at(3),
        upper_at(5),
        upper_at(7),
        last,
    ];
    let files: Vec<_> = names.into_iter().zip(texts).collect();
    let new = cleaned(&files, replacement(&value));
    let filled = format!("REMOVED{}", "*".repeat(value.len() - 7));
    let digits: String = filled.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(new[0], digits.to_uppercase().into_bytes());
    for text in &new[1..] {
        assert_eq!(*text, digits.clone().into_bytes());
    }
}

#[test]
fn base64_of_base64_in_all_alignments() {
    let value = format!("{}?>~?>~", token(81));
    // What is encoded once may be of the usual alphabet only.
    let engines: [[&GeneralPurpose; 2]; 2] = [
        [&BASE64_STANDARD_NO_PAD, &BASE64_STANDARD],
        [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE],
    ];
    let mut cases = Vec::new();
    for (before, outer_before) in (0..9).map(|n| (n / 3, n % 3)) {
        for (number, [inner, outer]) in engines.into_iter().enumerate() {
            let text = format!("{}{value} and so on", "a".repeat(before));
            let text = format!("{}{} ", "-".repeat(outer_before), inner.encode(text));
            let name = format!("{before}{outer_before}{number}");
            let lines = outer.encode(text).into_bytes();
            cases.push((name, before, outer_before, [inner, outer], lines));
        }
    }
    let files: Vec<_> = cases
        .iter()
        .map(|case| (case.0.as_str(), case.4.clone()))
        .collect();
    let new = cleaned(&files, replacement(&value));
    for ((name, before, outer_before, [engine, outer], _), new) in cases.into_iter().zip(new) {
        let inner = outer.decode(new).unwrap();
        let inner = &inner[outer_before..inner.len() - 1];
        let text = engine.decode(inner).unwrap();
        assert!(text.starts_with("a".repeat(before).as_bytes()), "{name}");
        assert!(text.ends_with(b" and so on"), "{name}");
        assert!(
            is_gone(&text[before + 1..text.len() - 11], &value),
            "{name}"
        );
    }
}

#[test]
fn base64_of_utf16_and_base64_with_escapes() {
    // With digits `+` and `/` at every alignment.
    let value = format!("{}>>>???~~~>>>???~~~", token(82));
    let line = format!("x = '{value}'; y");
    let powershell = BASE64_STANDARD.encode(utf16(&line, u16::to_le_bytes));
    let plain = BASE64_STANDARD.encode(&line);
    assert!(plain.contains('+') && plain.contains('/'));
    let files = [
        ("run.cmd", powershell.into_bytes()),
        (
            "url",
            plain.replace('+', "%2B").replace('/', "%2F").into_bytes(),
        ),
        (
            "lower",
            plain.replace('+', "%2b").replace('/', "%2f").into_bytes(),
        ),
        ("php.json", plain.replace('/', "\\/").into_bytes()),
        ("net.json", plain.replace('+', "\\u002B").into_bytes()),
    ];
    let new = cleaned(&files, replacement(&value));
    let text: Vec<u16> = BASE64_STANDARD
        .decode(&new[0])
        .unwrap()
        .chunks(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    let text = String::from_utf16(&text).unwrap();
    assert!(
        text.starts_with("x = '") && text.ends_with("'; y") && is_gone(text.as_bytes(), &value)
    );
    for text in &new[1..] {
        let mut text = String::from_utf8(text.clone()).unwrap();
        for (escape, digit) in [
            ("%2B", "+"),
            ("%2b", "+"),
            ("\\u002B", "+"),
            ("%2F", "/"),
            ("%2f", "/"),
            ("\\/", "/"),
        ] {
            text = text.replace(escape, digit);
        }
        let text = BASE64_STANDARD.decode(text).unwrap();
        assert!(text.starts_with(b"x = '") && text.ends_with(b"'; y"));
        assert!(is_gone(&text, &value));
    }
}
