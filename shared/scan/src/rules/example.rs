//! Examples that hold no token: `{{alnum:36}}` stands for 36 made-up characters, always the same ones.
//!
//! `«` and `»` mark the value that a rule must find in the example, where it is not the whole match.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::matcher::check::{base58check, bech32, mnemonic, strkey};

const ALPHABETS: [(&str, &str); 14] = [
    ("digits", "0123456789"),
    ("hex", "0123456789abcdef"),
    ("HEX", "0123456789ABCDEF"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    (
        "alpha",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    (
        "alnum",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    ("loweralnum", "0123456789abcdefghijklmnopqrstuvwxyz"),
    ("upperalnum", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("lowerbase32", "abcdefghijklmnopqrstuvwxyz234567"),
    ("bech32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    (
        "base58",
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    ),
    (
        "base64",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ),
];

/// An example with its placeholders filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What is given to the matcher.
    pub text: Vec<u8>,
    /// Where the value must be found, if the example marks it.
    pub value: Option<Range<usize>>,
}

impl Example {
    /// Fills in the placeholders of `template`; the same `seed` gives the same characters.
    pub fn expand(template: &str, seed: &str) -> Self {
        let mut random = Random::new(seed);
        let mut text = Vec::with_capacity(template.len() * 2);
        let (mut start, mut end) = (None, None);
        let mut rest = template;
        while let Some(c) = rest.chars().next() {
            if let Some((filled, length)) = placeholder(rest, &mut random) {
                text.extend_from_slice(&filled);
                rest = &rest[length..];
                continue;
            }
            match c {
                '«' => start = Some(text.len()),
                '»' => end = Some(text.len()),
                _ => text.extend_from_slice(&rest.as_bytes()[..c.len_utf8()]),
            }
            rest = &rest[c.len_utf8()..];
        }
        let value = start.zip(end).map(|(start, end)| start..end);
        Self { text, value }
    }
}

/// The filled-in placeholder that `text` begins with, and how much of `text` it stands for.
fn placeholder(text: &str, random: &mut Random) -> Option<(Vec<u8>, usize)> {
    let inside = text.strip_prefix("{{")?;
    let (inside, _) = inside.split_once("}}")?;
    let (name, argument) = inside.split_once(':')?;
    let filled = match name {
        "b64" => STANDARD.encode(argument).into_bytes(),
        "b64url" => URL_SAFE_NO_PAD.encode(argument).into_bytes(),
        "base58check" => base58check::encode(&random.key(argument, hex)?),
        "strkey" => strkey::encode(&random.key(argument, hex)?),
        "bech32check" => under_a_name(argument, random)?,
        "BECH32CHECK" => under_a_name(argument, random)?.to_ascii_uppercase(),
        "bip39" => mnemonic::encode(&random.bytes(argument)?)?.into_bytes(),
        "familyseed" => base58check::family_seed(&random.key(argument, hex)?),
        _ => {
            let alphabet = ALPHABETS.iter().find(|(known, _)| *known == name)?.1;
            let length = argument.parse().ok()?;
            random.pick(alphabet.as_bytes(), length)
        }
    };
    Some((filled, inside.len() + 4))
}

/// In Bech32: a name, and so many bytes as stand behind the colon.
fn under_a_name(argument: &str, random: &mut Random) -> Option<Vec<u8>> {
    let (name, length) = argument.split_once(':')?;
    Some(bech32::encode(name, &random.bytes(length)?))
}

/// `SplitMix64`, seeded with a hash (FNV-1a) of a text.
struct Random(u64);

impl Random {
    fn new(seed: &str) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn pick(&mut self, alphabet: &[u8], length: usize) -> Vec<u8> {
        let bound = alphabet.len() as u64;
        let one = |_| alphabet[usize::try_from(self.next() % bound).unwrap_or(0)];
        (0..length).map(one).collect()
    }

    /// What `start` makes of the part before the colon, and so many bytes as stand behind it.
    fn key(&mut self, argument: &str, start: fn(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let (name, length) = argument.split_once(':')?;
        let mut bytes = start(name)?;
        bytes.extend(self.bytes(length)?);
        Some(bytes)
    }

    fn bytes(&mut self, length: &str) -> Option<Vec<u8>> {
        let length: usize = length.parse().ok()?;
        Some((0..length).map(|_| self.next().to_le_bytes()[0]).collect())
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let pair = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::Example;

    #[test]
    fn the_same_seed_gives_the_same_characters() {
        let one = Example::expand("key_{{alnum:36}}", "a");
        assert_eq!(one, Example::expand("key_{{alnum:36}}", "a"));
        assert_ne!(one, Example::expand("key_{{alnum:36}}", "b"));
        assert_eq!(one.text.len(), 40);
    }

    #[test]
    fn marks_become_the_range_of_the_value() {
        let example = Example::expand("é = «{{hex:8}}»;", "a");
        assert_eq!(example.value, Some(5..13));
        assert_eq!(example.text.len(), 14);
    }

    #[test]
    fn what_is_no_placeholder_stays() {
        let example = Example::expand("{{ .Values.password }} {{hex}} {{b64:a:b}}", "a");
        assert_eq!(example.text, b"{{ .Values.password }} {{hex}} YTpi");
    }
}
