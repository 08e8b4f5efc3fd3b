//! The values as other programs write them, and what must stand there afterwards: a list of its own, made with stock encoders.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use crate::generator::VALUES;

/// What comes in the place of each value.
pub(crate) const WITH: [&str; 2] = ["gone", "lost"];

/// A text that holds an encoded value; what in it stands for nothing but the value, and what must stand there.
pub(crate) struct Encoded {
    pub(crate) text: Vec<u8>,
    pub(crate) own: Vec<u8>,
    pub(crate) becomes: Vec<u8>,
}

/// Encodes one text.
type Encode = fn(&str) -> Vec<u8>;

const SAME: Encode = |text| text.into();

/// Of any length: how the value is written, and how its replacement.
const FREE: [(Encode, Encode); 8] = [
    (UTF16_LE, UTF16_LE),
    (UTF16_BE, UTF16_BE),
    (PERCENT, PERCENT),
    (PERCENT_LOWER, PERCENT_LOWER),
    (
        |text| text.replace('/', "%2F").replace('+', "%2B").into(),
        SAME,
    ),
    (|text| text.replace('/', "\\/").into(), SAME),
    (|text| text.replace('+', "\\u002b").into(), SAME),
    (|text| each(text, |byte| format!("\\u{byte:04x}")), SAME),
];

const UTF16_LE: Encode = |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
const UTF16_BE: Encode = |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect();
const PERCENT: Encode = |text| each(text, |byte| format!("%{byte:02X}"));
const PERCENT_LOWER: Encode = |text| PERCENT(text).to_ascii_lowercase();

/// Of the value's length: how many bits a digit stands for, and how the value is written.
const FIXED: [(usize, Encode); 4] = [
    (4, |text| each(text, |byte| format!("{byte:02x}"))),
    (4, |text| each(text, |byte| format!("{byte:02X}"))),
    (6, |text| BASE64_STANDARD.encode(text).into()),
    (6, |text| BASE64_URL_SAFE_NO_PAD.encode(text).into()),
];

/// All of them.
pub(crate) fn all() -> Vec<Encoded> {
    let mut all = Vec::new();
    for (value, with) in VALUES.into_iter().zip(WITH) {
        all.extend(FREE.iter().map(|(write, replace)| Encoded {
            text: write(value),
            own: write(value),
            becomes: replace(with),
        }));
        for (bits, write) in FIXED {
            for around in [("", ""), ("a", "bc"), ("ab", "c"), ("abc", "")] {
                all.push(fixed(bits, write, (value, with), around));
            }
        }
    }
    all
}

/// The replacement fills the value's place. Digits that stand for a neighbour's bits, too, stay.
fn fixed(
    bits: usize,
    write: Encode,
    (value, with): (&str, &str),
    (before, after): (&str, &str),
) -> Encoded {
    let text = write(&format!("{before}{value}{after}"));
    let filled = format!("{with:*<0$}", value.len());
    let new = write(&format!("{before}{filled}{after}"));
    let own = (before.len() * 8).div_ceil(bits)..(before.len() + value.len()) * 8 / bits;
    Encoded {
        own: text[own.clone()].into(),
        becomes: new[own].into(),
        text,
    }
}

fn each(text: &str, write: fn(u8) -> String) -> Vec<u8> {
    text.bytes().map(write).collect::<String>().into_bytes()
}
