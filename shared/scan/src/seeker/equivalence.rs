//! Proof by random data: along a chain of deltas, what is inherited is what a look at everything sees.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use git::Copies;
use git::delta::DeltaBuilder;
use proptest::prelude::*;
use testkit::script::token;

use super::Seeker;
use crate::RuleSet;
use crate::matcher::equivalence::{applied, delta, some_steps};

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());

/// Tokens in all ways of writing, cut and whole, among other text.
fn piece(kind: u8, seed: u32) -> Vec<u8> {
    let token = format!("token = \"{}\"", token(seed));
    let each = |write: fn(&mut String, u8)| {
        let mut text = String::new();
        token.bytes().for_each(|byte| write(&mut text, byte));
        text.into_bytes()
    };
    match kind {
        0 => STANDARD.encode(token).into_bytes(),
        1 => STANDARD.encode(STANDARD.encode(token)).into_bytes(),
        2 => {
            let text = STANDARD.encode(token.repeat(3)).into_bytes();
            let lines = text.chunks(64).map(|line| [line, b"\n"].concat());
            lines.collect::<Vec<_>>().concat()
        }
        3 => each(|text, byte| write!(text, "{byte:02x}").unwrap()),
        4 => each(|text, byte| write!(text, "%{byte:02X}").unwrap()),
        5 => each(|text, byte| write!(text, "\\u{byte:04x}").unwrap()),
        6 => each(|text, byte| write!(text, "&#{byte};").unwrap()),
        7 => token.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        8 => format!("\\n{token}").into_bytes(),
        9 => token.into_bytes(),
        10 => b"\n".to_vec(),
        _ => b" \";\0aQ"[seed as usize % 6..].to_vec(),
    }
}

fn some_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = (0..14_u8, 0..40_u32).prop_map(|(kind, seed)| piece(kind, seed));
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_inherited_or_remembered_is_what_is_there(
        mut base in some_text(),
        fresh in some_text(),
        chain in prop::collection::vec(some_steps(), 1..5),
    ) {
        let mut seeker = Seeker::new(&RULES);
        let mut remembering = Seeker::remembering(&RULES);
        let (_, mut seen) = seeker.look(&base, None);
        for steps in chain {
            let (copies, next) = applied(&delta(&base, &fresh, &steps), &base);
            let inherited = seeker.look(&next, Some((&seen, &copies)));
            prop_assert_eq!(&inherited, &seeker.look(&next, None), "{}", String::from_utf8_lossy(&next));
            let from = Some((&seen, &copies));
            for from in [from, None, from] {
                prop_assert_eq!(&inherited, &remembering.look(&next, from), "{}", String::from_utf8_lossy(&next));
            }
            (base, seen) = (next, inherited.1);
        }
    }
}

/// The same bytes are a whole text, and end another one: what begins in bytes that were copied is found only once.
#[test]
fn where_a_stretch_begins_in_its_bytes_counts() {
    let text = [b".. ", &piece(0, 7)[..], &[b'.'; 300]].concat();
    let mut remembering = Seeker::remembering(&RULES);
    remembering.look(&text, None);
    for copied in 0..20 {
        let base = [&[b'.'; 40], &text[..copied]].concat();
        let whole = [&base, &text[copied..]].concat();
        let mut delta = DeltaBuilder::new();
        delta.copy(0, base.len());
        delta.insert(&text[copied..]);
        let mut copies = Copies::default();
        copies.read(&delta.finish(base.len() as u64)).unwrap();
        let (_, seen) = remembering.look(&base, None);
        let found = remembering.look(&whole, Some((&seen, &copies)));
        let plain = Seeker::new(&RULES).look(&whole, None);
        assert_eq!(found, plain, "{copied}");
    }
}

#[test]
fn every_way_of_writing_is_found() {
    let mut seeker = Seeker::new(&RULES);
    for kind in 0..10 {
        let text = [b"\n\0", &piece(kind, 7)[..], b" \n"].concat();
        let (found, _) = seeker.look(&text, None);
        let count = found.plain.len() + found.hidden.len();
        assert!(count > 0, "kind {kind}");
    }
}
