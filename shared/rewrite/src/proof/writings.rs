//! The proof's own list of the ways to write a value, and of what must stand in the place of each.

mod escapes;

use std::collections::HashSet;

use crate::Replacement;
use escapes::{IN_TEXT, escapes, json};

/// One way to write a value.
pub(super) struct Writing {
    pub(super) text: Vec<u8>,
    /// What must stand there in a file or message.
    pub(super) with: Vec<u8>,
    /// In a header.
    pub(super) in_header: Vec<u8>,
    /// In a name.
    pub(super) in_name: Vec<u8>,
    pub(super) shape: Shape,
    /// What must stand there in a file where a YAML or JSON value is expected without quotes.
    pub(super) quoted: Option<Vec<u8>>,
}

/// How it may differ from its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Not at all.
    Exact(Head),
    /// It is base64, which may go on over lines: looked for by the beginnings of both halves.
    Lines([Head; 2]),
    /// It is hexadecimal digits, some of which may be upper case.
    AnyCase(Head),
}

/// Where in a text the part is that is looked for first, and its length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) at: usize,
    pub(super) length: usize,
}

impl Head {
    /// Of hexadecimal digits: few letters, so that there are few ways to write it.
    fn of_hex(digits: &[u8]) -> Self {
        let best = |length: usize| {
            let (letters, head) = Self::of(digits, length, u8::is_ascii_alphabetic)?;
            (letters <= length / 2).then_some(head)
        };
        let shortest = Self { at: 0, length: 4 };
        [8, 6, 4].into_iter().find_map(best).unwrap_or(shortest)
    }

    /// Of what is looked for as it is: few small letters, of which other text is made.
    fn of_exact(text: &[u8]) -> Self {
        let length = text.len().min(8);
        let best = Self::of(text, length, u8::is_ascii_lowercase);
        best.map_or(Self { at: 0, length }, |(_, head)| head)
    }

    /// Of both halves of base64.
    fn of_lines(digits: &[u8]) -> [Self; 2] {
        let half = digits.len() / 2;
        let length = half.min(8);
        [0, digits.len() - half].map(|at| Self { at, length })
    }

    /// The part of this length with fewest such digits, and how many it has.
    fn of(digits: &[u8], length: usize, counts: fn(&u8) -> bool) -> Option<(usize, Self)> {
        let all = digits.windows(length.max(1)).enumerate();
        let all = all.map(|(at, part)| (part.iter().filter(|digit| counts(digit)).count(), at));
        all.min().map(|(count, at)| (count, Self { at, length }))
    }

    /// It, in a text.
    pub(super) fn part(self, text: &[u8]) -> &[u8] {
        &text[self.at..self.at + self.length]
    }

    /// The ways to write it.
    pub(super) fn cases(self, digits: &[u8]) -> Vec<Vec<u8>> {
        let mut all = vec![Vec::new()];
        for digit in self.part(digits) {
            let mut cases = vec![*digit, digit.to_ascii_uppercase()];
            cases.dedup();
            let longer = |text: &Vec<u8>| {
                cases
                    .iter()
                    .map(|case| [&text[..], &[*case]].concat())
                    .collect()
            };
            all = all.iter().flat_map::<Vec<Vec<u8>>, _>(longer).collect();
        }
        all
    }
}

/// A text, what must stand in its place, and its shape.
type Plan = (Vec<u8>, Vec<u8>, Shape);

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
    let mut all: Vec<Plan> = vec![exact(value.clone(), with.clone())];
    all.extend(encoded(replacement, &same_length));
    let must_quote = !replacement.keep_length
        && (value.iter().all(u8::is_ascii_digit) || !own.is_empty() && !may_begin_yaml(own));
    let quoted = must_quote.then(|| [b"\"", &json(own, "", false, false)[..], b"\""].concat());
    let in_name = in_name(own);
    let mut writing = |(text, with, shape): Plan| Writing {
        in_header: with
            .iter()
            .copied()
            .filter(|byte| !b"<>\n\0".contains(byte))
            .collect(),
        in_name: in_name.clone(),
        quoted: quoted.clone().filter(|_| text == *value),
        text,
        with,
        shape,
    };
    all.into_iter().map(&mut writing).collect()
}

/// In UTF-16, and if it is long enough in digits and escapes.
fn encoded(replacement: &Replacement, same_length: &[u8]) -> Vec<Plan> {
    let (value, own) = (replacement.value.expose(), &replacement.with);
    let mut all = Vec::new();
    let text = std::str::from_utf8(value).ok();
    // The replacement in as many units as the value.
    let fitted = text.map_or_else(Vec::new, |text| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        of_length(own, text.encode_utf16().count(), is_number)
    });
    let fitted = String::from_utf8_lossy(&fitted);
    if let Some(text) = text {
        let own = String::from_utf8_lossy(own);
        let with = if replacement.keep_length {
            &fitted
        } else {
            &own
        };
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            all.push(exact(units(text, bytes), units(with, bytes)));
        }
    }
    if value.len() > 7 {
        let lower = |text: &[u8]| digits(text, 4, b"0123456789abcdef", 0);
        let upper = |text: &[u8]| lower(text).to_ascii_uppercase();
        all.push(exact(upper(value), upper(same_length)));
        let head = Head::of_hex(&lower(value));
        all.push((lower(value), lower(same_length), Shape::AnyCase(head)));
        let once: Vec<Plan> = base64(value, same_length).collect();
        let usual = once.iter().take(3);
        let twice = usual.flat_map(|(text, with, _)| base64_again(text, with));
        let twice: Vec<Plan> = twice.collect();
        let mut escaped: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (text, escape) in escapes(value) {
            escaped.push((text, escape.apply(own)));
        }
        for (text, with, _) in &once {
            escaped.extend(IN_TEXT.map(|escape| (escape.apply(text), escape.apply(with))));
        }
        all.extend(once.into_iter().chain(twice));
        if let Some(text) = text {
            let [text, with] = [text, &fitted].map(|text| units(text, u16::to_le_bytes));
            all.extend(base64(&text, &with).map(on_one_line));
        }
        for (text, with) in escaped {
            let fitted = || of_length(own, text.len(), false);
            let with = if replacement.keep_length {
                fitted()
            } else {
                with
            };
            all.push(exact(text, with));
        }
    }
    all
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

/// In both alphabets, behind none, one and two other bytes.
fn base64(text: &[u8], with: &[u8]) -> impl Iterator<Item = Plan> {
    let all = [STANDARD, URL].into_iter();
    all.flat_map(|alphabet| [0, 1, 2].map(|before| (alphabet, before)))
        .map(move |(alphabet, before)| {
            let [text, with] = [text, with].map(|text| digits(text, 6, alphabet, before));
            let shape = Shape::Lines(Head::of_lines(&text));
            (text, with, shape)
        })
}

fn on_one_line((text, with, _): Plan) -> Plan {
    exact(text, with)
}

fn exact(text: Vec<u8>, with: Vec<u8>) -> Plan {
    let head = Head::of_exact(&text);
    (text, with, Shape::Exact(head))
}

/// The same of base64, on one line. Where an outer digit has bits of a digit of ours and of a neighbour's, it stays, and ours must be one with these bits.
fn base64_again(text: &[u8], with: &[u8]) -> Vec<Plan> {
    let of_one = |before: usize| {
        let is_whole = |bit: usize| {
            let start = (bit + before * 8) / 6 * 6;
            start >= before * 8 && start + 6 <= (before + text.len()) * 8
        };
        let mut with = with.to_vec();
        for at in [0, text.len() - 1] {
            let stays = |bit: &usize| !is_whole(at * 8 + bit);
            let mask = (0..8)
                .filter(stays)
                .fold(0, |mask, bit| mask | 0x80_u8 >> bit);
            if mask > 0 {
                let mut alphabet = STANDARD[..62].to_vec();
                alphabet.sort_unstable();
                alphabet.retain(|digit| digit & mask == text[at] & mask);
                with[at] = *alphabet.first().unwrap_or(&text[at]);
            }
        }
        let all = base64(text, &with).skip(before).step_by(3);
        all.map(on_one_line).collect()
    };
    let [none, one, two]: [Vec<Plan>; 3] = [0, 1, 2].map(of_one);
    let triples = none.into_iter().zip(one).zip(two);
    triples
        .flat_map(|((none, one), two)| [none, one, two])
        .collect()
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
