//! The proof's own list of the ways to write a value, and of what must stand in the place of each.

use std::collections::HashSet;

use crate::Replacement;

/// One way to write a value.
pub(super) struct Writing {
    pub(super) text: Vec<u8>,
    /// What must stand there in a file or message.
    pub(super) with: Vec<u8>,
    /// In a header.
    pub(super) in_header: Vec<u8>,
    /// In a name.
    pub(super) in_name: Vec<u8>,
    /// Whether it is base64, which may go on over lines.
    pub(super) is_base64: bool,
    /// What must stand there in a file where a YAML or JSON value is expected without quotes.
    pub(super) quoted: Option<Vec<u8>>,
}

/// All writings of these values (each with the first of its replacements): the values themselves, then what they are encoded as.
pub(super) fn all(values: &[&Replacement]) -> Vec<Writing> {
    let mut encodings: Vec<Vec<Writing>> = values.iter().map(|value| of(value)).collect();
    let plain: Vec<Writing> = encodings
        .iter_mut()
        .map(|of_one| of_one.remove(0))
        .collect();
    let mut seen = HashSet::new();
    let all = plain.into_iter().chain(encodings.into_iter().flatten());
    all.filter(|writing| seen.insert(writing.text.clone()))
        .collect()
}

/// The value itself first.
fn of(replacement: &Replacement) -> Vec<Writing> {
    let value = replacement.value.expose();
    let own = &replacement.with;
    let same_length = of_length(own, value.len(), value.iter().all(u8::is_ascii_digit));
    let with = if replacement.keep_length {
        &same_length
    } else {
        own
    };
    let mut all: Vec<(Vec<u8>, Vec<u8>, bool)> = vec![(value.clone(), with.clone(), false)];
    if let Ok(text) = std::str::from_utf8(value) {
        let length = text.encode_utf16().count();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let with = if replacement.keep_length {
            of_length(own, length, is_number)
        } else {
            own.clone()
        };
        let with = String::from_utf8_lossy(&with);
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            all.push((units(text, bytes), units(&with, bytes), false));
        }
    }
    if value.len() > 7 {
        let lower = |text: &[u8]| digits(text, 4, b"0123456789abcdef", 0);
        let upper = |text: &[u8]| lower(text).to_ascii_uppercase();
        all.push((lower(value), lower(&same_length), false));
        all.push((upper(value), upper(&same_length), false));
        for alphabet in [STANDARD, URL] {
            let base64 = |text: &[u8], shift| digits(text, 6, alphabet, shift);
            all.extend(
                (0..3).map(|shift| (base64(value, shift), base64(&same_length, shift), true)),
            );
        }
        for (escaped, escape) in escapes(value) {
            let with = if replacement.keep_length {
                of_length(own, escaped.len(), false)
            } else {
                escape.apply(own)
            };
            all.push((escaped, with, false));
        }
    }
    let must_quote = !replacement.keep_length
        && (value.iter().all(u8::is_ascii_digit) || !own.is_empty() && !may_begin_yaml(own));
    let quoted = must_quote.then(|| [b"\"", &json(own, "", false, false)[..], b"\""].concat());
    let in_name = in_name(own);
    let mut writing = |(text, with, is_base64): (Vec<u8>, Vec<u8>, bool)| Writing {
        in_header: with
            .iter()
            .copied()
            .filter(|byte| !b"<>\n\0".contains(byte))
            .collect(),
        in_name: in_name.clone(),
        quoted: quoted.clone().filter(|_| text == *value),
        text,
        with,
        is_base64,
    };
    all.into_iter().map(&mut writing).collect()
}

fn may_begin_yaml(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let indicator = text.starts_with([
        '*', '&', '!', '|', '>', '%', '@', '`', '"', '\'', '#', '-', '?', ':', ',', '[', ']', '{',
        '}', ' ',
    ]);
    !indicator && !text.contains(": ") && !text.contains(" #") && !text.ends_with(':')
}

fn in_name(with: &[u8]) -> Vec<u8> {
    let text: String = String::from_utf8_lossy(with)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
        .collect();
    let name = text.trim_start_matches('-');
    if name.is_empty() { "REMOVED" } else { name }
        .as_bytes()
        .to_vec()
}

/// The replacement without the stars it begins with, so long; nines for a number.
fn of_length(with: &[u8], length: usize, is_number: bool) -> Vec<u8> {
    let mut text = with.to_vec();
    text.retain(u8::is_ascii);
    while text.first() == Some(&b'*') {
        text.remove(0);
    }
    if text.is_empty() {
        text.push(b'x');
    }
    text.resize(text.len().max(length), b'*');
    text.truncate(length);
    if is_number {
        text.fill(b'9');
    }
    text
}

fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

const STANDARD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bits of `text`, `width` at a time, as digits; `before` bytes stand before it, and digits that it shares are left out.
fn digits(text: &[u8], width: usize, alphabet: &[u8], before: usize) -> Vec<u8> {
    let bit = |at: usize| usize::from(text[at / 8] >> (7 - at % 8) & 1);
    let first = (width - before * 8 % width) % width;
    let digit =
        |start: usize| alphabet[(start..start + width).fold(0, |sum, at| sum * 2 + bit(at))];
    let starts = (first..).step_by(width);
    starts
        .take_while(|start| start + width <= text.len() * 8)
        .map(digit)
        .collect()
}

/// How a text was escaped.
enum Escape {
    Percent {
        kept: &'static [u8],
        upper: bool,
        plus: bool,
    },
    Json,
    JsonTwice,
}

impl Escape {
    fn apply(&self, text: &[u8]) -> Vec<u8> {
        match *self {
            Self::Percent { kept, upper, plus } => percent(text, kept, upper, plus),
            Self::Json => json(text, "", false, false),
            Self::JsonTwice => json(&json(text, "", false, false), "", false, false),
        }
    }
}

fn escapes(value: &[u8]) -> Vec<(Vec<u8>, Escape)> {
    let mut all = Vec::new();
    let sets: [&[u8]; 4] = [b"-._~A", b"-._~!'()*A", b"-._~!'()*;/?:@&=+$,#A", b""];
    for kept in sets {
        for upper in [true, false] {
            let escape = Escape::Percent {
                kept,
                upper,
                plus: false,
            };
            all.push((escape.apply(value), escape));
        }
    }
    let form = Escape::Percent {
        kept: b"-._*A",
        upper: true,
        plus: true,
    };
    all.push((form.apply(value), form));
    if std::str::from_utf8(value).is_err() {
        return all;
    }
    for special in ["", "/", "<>&", "<>&'+", "/<>&'"] {
        for (ascii, upper) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push((json(value, special, ascii, upper), Escape::Json));
        }
    }
    for upper in [false, true] {
        let text = String::from_utf8_lossy(value);
        let every = text.encode_utf16().map(|unit| unicode(unit, upper));
        all.push((every.collect::<String>().into_bytes(), Escape::Json));
    }
    all.push((Escape::JsonTwice.apply(value), Escape::JsonTwice));
    all
}

/// Keeps what is in `kept`, where `A` stands for all letters and digits.
fn percent(text: &[u8], kept: &[u8], upper: bool, plus: bool) -> Vec<u8> {
    let escape = |byte: &u8| {
        let class = if byte.is_ascii_alphanumeric() {
            b'A'
        } else {
            *byte
        };
        match (plus && *byte == b' ', kept.contains(&class), upper) {
            (true, ..) => "+".to_owned(),
            (_, true, _) => char::from(*byte).to_string(),
            (.., true) => format!("%{byte:02X}"),
            (.., false) => format!("%{byte:02x}"),
        }
    };
    text.iter().map(escape).collect::<String>().into_bytes()
}

fn json(text: &[u8], special: &str, ascii: bool, upper: bool) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(text) else {
        return text.to_vec();
    };
    let escape = |c: char| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '"' | '\\' => format!("\\{c}"),
        '/' if special.contains('/') => "\\/".to_owned(),
        _ if c.is_control() || special.contains(c) || ascii && u32::from(c) > 127 => {
            let mut buffer = [0; 2];
            c.encode_utf16(&mut buffer)
                .iter()
                .map(|unit| unicode(*unit, upper))
                .collect()
        }
        _ => c.to_string(),
    };
    text.chars().map(escape).collect::<String>().into_bytes()
}

fn unicode(unit: u16, upper: bool) -> String {
    let digits = format!("{unit:04x}");
    format!("\\u{}", if upper { digits.to_uppercase() } else { digits })
}

#[cfg(test)]
mod tests {
    use domain::{FindingId, Secret};
    use proptest::prelude::*;

    use super::all;
    use crate::Replacement;

    proptest! {
        /// Two lists, made by different code, must be one.
        #[test]
        fn the_rewriter_and_the_proof_know_the_same_writings(
            value in prop_oneof!["[a-zA-Z0-9/+ö\"\\\\ \n%<>&']{4,30}".prop_map(String::into_bytes),
                proptest::collection::vec(any::<u8>(), 4..30), "[0-9]{4,12}".prop_map(String::into_bytes)],
            with in prop_oneof![Just("***REMOVED***"), Just(""), Just("-a: \"b\""), Just("gone"), Just("wég")],
            keep_length in any::<bool>(),
        ) {
            let replacement = Replacement {
                with: with.into(), keep_length, ..Replacement::new(FindingId::new("x"), Secret::new(value.clone()))
            };
            let own = all(&[&replacement]);
            let forms = crate::forms::forms(&value, with.as_bytes(), keep_length);
            prop_assert_eq!(own.len(), forms.len());
            for (writing, form) in own.iter().zip(&forms) {
                prop_assert_eq!((&writing.text, &writing.with), (&form.bytes, &form.with));
            }
        }
    }
}
