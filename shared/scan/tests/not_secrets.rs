//! Lines that look as if they held a secret and hold none: none of them is found.
//!
//! Each line of `not_secrets/*.txt` is a kind; it is written out many times with other names, numbers and random
//! characters. `{{hex:40}}` is filled in as in a rule's example, `<<noun>>` from the lists below.

#![allow(clippy::unwrap_used)] // the helpers are part of the tests

use std::collections::BTreeSet;
use std::fmt::Write as _;

use scan::{Example, Matcher, RuleSet};

const FILES: [&str; 3] = [
    include_str!("not_secrets/code.txt"),
    include_str!("not_secrets/config.txt"),
    include_str!("not_secrets/prose.txt"),
];

/// Each kind is written so many times.
const COPIES: usize = 24;

const NOUNS: [&str; 24] = [
    "account", "archive", "backup", "billing", "calendar", "catalog", "checkout", "customer",
    "delivery", "device", "gateway", "invoice", "ledger", "mailer", "metrics", "order", "parcel",
    "profile", "report", "search", "session", "storage", "ticket", "worker",
];
const NUMBERS: [&str; 8] = ["8", "12", "15", "30", "64", "90", "443", "2048"];

/// A word of a template for the copy with this number.
fn word(name: &str, copy: usize) -> Option<String> {
    let noun = NOUNS[copy % NOUNS.len()];
    let capital = |text: &str| text[..1].to_uppercase() + &text[1..];
    Some(match name {
        "noun" => noun.to_owned(),
        "Name" => capital(noun),
        "UPPER" => noun.to_uppercase(),
        "number" => NUMBERS[copy % NUMBERS.len()].to_owned(),
        "size" => [32, 64, 128][copy % 3].to_string(),
        "digit" => (1 + copy % 9).to_string(),
        _ => return None,
    })
}

/// One line of a kind. What is in angle brackets and no word of ours stays as it is.
fn line(kind: &str, copy: usize) -> String {
    let mut out = String::new();
    let mut rest = kind;
    while let Some(at) = rest.find("<<") {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let known = inside
            .split_once(">>")
            .and_then(|(name, tail)| Some((word(name, copy)?, tail)));
        let (text, tail) = known.unwrap_or_else(|| (String::from("<"), &rest[at + 1..]));
        out.push_str(&text);
        rest = tail;
    }
    out.push_str(rest);
    let filled = Example::expand(&out, &format!("not a secret {copy} {kind}"));
    String::from_utf8(filled.text).unwrap()
}

fn kinds() -> Vec<&'static str> {
    let all = FILES.iter().flat_map(|file| file.lines().skip(1));
    all.filter(|kind| !kind.is_empty()).collect()
}

#[test]
fn none_of_five_thousand_ordinary_lines_is_taken_for_a_secret() {
    let rules = RuleSet::builtin().unwrap();
    let mut matcher = Matcher::new(&rules);
    let (mut lines, mut found, mut problems) = (0, Vec::new(), String::new());
    for kind in kinds() {
        let text: String = (0..COPIES).map(|copy| line(kind, copy) + "\n").collect();
        lines += text.lines().collect::<BTreeSet<_>>().len();
        found.clear();
        matcher.find(text.as_bytes(), &mut found);
        if let Some(first) = found.first() {
            let id = rules.rules()[usize::from(first.rule)].id();
            let value = String::from_utf8_lossy(first.value(text.as_bytes())).into_owned();
            writeln!(
                problems,
                "{} of {COPIES} by {id}: {value}\n   {kind}",
                found.len()
            )
            .unwrap();
        }
    }
    assert!(kinds().len() >= 250, "{} kinds", kinds().len());
    assert!(lines >= 5_000, "{lines} lines");
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn the_kinds_are_different_and_a_secret_among_them_would_be_found() {
    let kinds = kinds();
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len());
    let rules = RuleSet::builtin().unwrap();
    let mut found = Vec::new();
    let secret = line("<<UPPER>>_API_KEY={{alnum:40}}", 3);
    Matcher::new(&rules).find(secret.as_bytes(), &mut found);
    assert_eq!(found.len(), 1, "{secret}");
}
