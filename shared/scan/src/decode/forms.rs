//! The ways of writing, read byte by byte.

use domain::Encoding;

/// Reads `raw`; `put` takes each byte of the text and where it begins in `raw`, and says whether to go on.
pub(super) fn decode(encoding: Encoding, raw: &[u8], mut put: impl FnMut(usize, u8) -> bool) {
    match encoding {
        Encoding::Base64 => digits(raw, 6, base64_digit, put),
        Encoding::Hex => digits(raw, 4, hex_digit, put),
        Encoding::Percent => by_character(raw, percent, put),
        Encoding::Escapes => by_character(raw, escape, put),
        Encoding::Html => by_character(raw, html, put),
        Encoding::Utf16 => {
            let mut letters = raw.iter().enumerate().filter(|(_, byte)| **byte != 0);
            letters.all(|(at, byte)| put(at, *byte));
        }
    }
}

/// Digits of `bits` bits each, in lines.
fn digits(
    raw: &[u8],
    bits: u32,
    digit: fn(u8) -> Option<u8>,
    mut put: impl FnMut(usize, u8) -> bool,
) {
    let (mut held, mut number, mut begins) = (0, 0_u32, 0);
    let mut is_escaped = false;
    for (at, byte) in raw.iter().enumerate() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        is_escaped = *byte == b'\\';
        let Some(value) = digit(*byte) else {
            continue;
        };
        if held == 0 {
            begins = at;
        }
        number = number << bits | u32::from(value);
        held += bits;
        if held >= 8 {
            held -= 8;
            let [.., low] = (number >> held).to_be_bytes();
            if !put(begins, low) {
                return;
            }
            begins = at;
        }
    }
}

fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

/// One escaped character, and how many bytes it takes. None: the byte stands for itself.
type Escape = fn(&[u8]) -> Option<(Character, usize)>;

enum Character {
    Byte(u8),
    Letter(char),
}

fn by_character(raw: &[u8], escape: Escape, mut put: impl FnMut(usize, u8) -> bool) {
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let (character, length) = escape(&raw[at..]).unwrap_or((Character::Byte(*byte), 1));
        let mut buffer = [0; 4];
        let bytes = match character {
            Character::Byte(byte) => {
                buffer[0] = byte;
                &buffer[..1]
            }
            Character::Letter(letter) => letter.encode_utf8(&mut buffer).as_bytes(),
        };
        if !bytes.iter().all(|byte| put(at, *byte)) {
            return;
        }
        at += length;
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let text = std::str::from_utf8(digits).ok()?;
    let number = u32::from_str_radix(text, radix).ok()?;
    digits.iter().all(is_digit).then_some(number)
}

fn percent(text: &[u8]) -> Option<(Character, usize)> {
    let digits = text.strip_prefix(b"%")?.get(..2)?;
    let byte = u8::try_from(number(digits, 16)?).ok()?;
    Some((Character::Byte(byte), 3))
}

fn escape(text: &[u8]) -> Option<(Character, usize)> {
    let rest = text.strip_prefix(b"\\")?;
    let plain = |byte| Some((Character::Byte(byte), 2));
    match rest.first()? {
        b'u' => unicode(&rest[1..]),
        b'x' => {
            let byte = u8::try_from(number(rest.get(1..3)?, 16)?).ok()?;
            Some((Character::Byte(byte), 4))
        }
        b'n' => plain(b'\n'),
        b't' => plain(b'\t'),
        b'r' => plain(b'\r'),
        b @ (b'"' | b'\'' | b'\\' | b'/') => plain(*b),
        _ => None,
    }
}

/// What follows `\u`: four digits, twice that for what needs two, or any number in braces.
fn unicode(rest: &[u8]) -> Option<(Character, usize)> {
    if let Some(braced) = rest.strip_prefix(b"{") {
        let length = braced.iter().take(7).position(|byte| *byte == b'}')?;
        let letter = char::from_u32(number(&braced[..length], 16)?)?;
        return Some((Character::Letter(letter), length + 4));
    }
    let unit = |at: usize| number(rest.get(at..at + 4)?, 16);
    let first = unit(0)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((Character::Letter(letter), 6));
    }
    let second = unit(6).filter(|_| rest.get(4..6) == Some(b"\\u"))?;
    let both = [first, second].map(|unit| u16::try_from(unit).unwrap_or_default());
    let letter = char::decode_utf16(both).next()?.ok()?;
    Some((Character::Letter(letter), 12))
}

fn html(text: &[u8]) -> Option<(Character, usize)> {
    let rest = text.strip_prefix(b"&")?;
    let length = rest.iter().take(10).position(|byte| *byte == b';')?;
    let letter = match &rest[..length] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => ' ',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((Character::Letter(letter), length + 2))
}
