//! The ways in which a value may be written down: as it is, in UTF-16, base64, hexadecimal digits, percent or JSON escapes.
//!
//! What comes in the place of an encoded value is encoded in the same way, so that what is around it can still be decoded. Base64 and
//! hexadecimal digits stand for a fixed number of bytes, so there the replacement is cut or filled up to the value's length.
//! Base64 stands for three bytes at a time: a value that begins at the second or third of them shares its first and last
//! digit with its neighbours, and those two digits stay (at most four bits of the value at each end).

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// Shorter values are not looked for in encodings: their few digits would be found where they stand for something else.
const SHORTEST_ENCODED: usize = 8;

/// One way to write a value.
pub(crate) struct Form {
    /// What to look for.
    pub(crate) bytes: Vec<u8>,
    /// What to put there.
    pub(crate) with: Vec<u8>,
    /// Whether the text is the value itself.
    pub(crate) is_plain: bool,
    /// Whether line breaks may stand anywhere in it.
    pub(crate) wraps: bool,
}

/// The value and its encoded forms, each once.
pub(crate) fn forms(value: &[u8], with: &[u8], keep_length: bool) -> Vec<Form> {
    let fitted = if keep_length {
        fit(with, value)
    } else {
        with.to_vec()
    };
    let mut all = vec![Form {
        bytes: value.to_vec(),
        with: fitted.clone(),
        is_plain: true,
        wraps: false,
    }];
    let encoded = |bytes, with| Form {
        bytes,
        with,
        is_plain: false,
        wraps: false,
    };
    if let Ok(text) = std::str::from_utf8(value) {
        let units = text.encode_utf16().count();
        let with = if keep_length {
            fit(with, &value[..units])
        } else {
            with.to_vec()
        };
        let with = String::from_utf8_lossy(&with);
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            all.push(encoded(utf16(text, bytes), utf16(&with, bytes)));
        }
    }
    if value.len() >= SHORTEST_ENCODED {
        let filled = fit(with, value);
        for upper in [false, true] {
            all.push(encoded(hex(value, upper), hex(&filled, upper)));
        }
        all.extend(base64s(value, &filled));
        let escaped = escapes(value).into_iter().map(|(bytes, escape)| {
            let length = bytes.len();
            let with = if keep_length {
                fit(with, &vec![b'x'; length])
            } else {
                escape(with)
            };
            encoded(bytes, with)
        });
        all.extend(escaped);
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|form| seen.insert(form.bytes.clone()));
    all
}

/// The ASCII characters of `with` in the length of `value`: cut, or filled up with stars. Digits alone stay digits alone, so that a number stays one.
/// Does not begin with a star, which would mean something else in YAML.
fn fit(with: &[u8], value: &[u8]) -> Vec<u8> {
    if value.iter().all(u8::is_ascii_digit) {
        return vec![b'9'; value.len()];
    }
    let ascii = with.iter().copied().filter(u8::is_ascii);
    let mut text: Vec<u8> = ascii.skip_while(|byte| *byte == b'*').collect();
    if text.is_empty() {
        text.push(b'x');
    }
    text.resize(value.len().max(text.len()), b'*');
    text.truncate(value.len());
    text
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn hex(bytes: &[u8], upper: bool) -> Vec<u8> {
    let digits = bytes.iter().map(|byte| {
        if upper {
            format!("{byte:02X}")
        } else {
            format!("{byte:02x}")
        }
    });
    digits.collect::<String>().into_bytes()
}

/// At each of three alignments, in both alphabets: the digits that stand for nothing but the value.
fn base64s(value: &[u8], filled: &[u8]) -> Vec<Form> {
    let mut all = Vec::new();
    for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let digits = |bytes: &[u8]| {
                let text = engine.encode([&vec![0; before], bytes].concat());
                let whole = (8 * before).div_ceil(6)..8 * (before + bytes.len()) / 6;
                text.as_bytes()[whole].to_vec()
            };
            all.push(Form {
                bytes: digits(value),
                with: digits(filled),
                is_plain: false,
                wraps: true,
            });
        }
    }
    all
}

type Escape = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// Percent and JSON escapes of the value, as the usual libraries write them, and what escapes in the same way.
fn escapes(value: &[u8]) -> Vec<(Vec<u8>, Escape)> {
    let mut all: Vec<(Vec<u8>, Escape)> = Vec::new();
    for kept in ["-._~", "-._~!'()*", "-._~!'()*;/?:@&=+$,#", ""] {
        for upper in [true, false] {
            let escape = move |text: &[u8]| percent(text, kept, upper, false);
            all.push((escape(value), Box::new(escape)));
        }
    }
    let form = |text: &[u8]| percent(text, "-._*", true, true);
    all.push((form(value), Box::new(form)));
    let Ok(text) = std::str::from_utf8(value) else {
        return all;
    };
    for special in ["", "/", "<>&", "<>&'+", "/<>&'"] {
        for ascii in [false, true] {
            for upper in [false, true] {
                let escaped = json(text, special, ascii, upper);
                all.push((escaped, Box::new(plain_json)));
            }
        }
    }
    for upper in [false, true] {
        let every = text.encode_utf16().map(|unit| unicode_escape(unit, upper));
        all.push((every.collect::<String>().into_bytes(), Box::new(plain_json)));
    }
    let twice = |text: &[u8]| plain_json(&plain_json(text));
    all.push((twice(value), Box::new(twice)));
    all
}

/// Letters and digits stay, and what is in `kept`; with `kept` empty nothing does. In a form a space is a plus.
fn percent(text: &[u8], kept: &str, upper: bool, is_form: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if is_form && *byte == b' ' {
            out.push(b'+');
        } else if !kept.is_empty()
            && (byte.is_ascii_alphanumeric() || kept.as_bytes().contains(byte))
        {
            out.push(*byte);
        } else {
            out.push(b'%');
            out.extend(hex(&[*byte], upper));
        }
    }
    out
}

/// A text as JSON writes it between quotes.
pub(crate) fn plain_json(text: &[u8]) -> Vec<u8> {
    std::str::from_utf8(text).map_or_else(|_| text.to_vec(), |text| json(text, "", false, false))
}

/// As JSON writes it between quotes. `special` characters are escaped too, and with `ascii` all that are not.
fn json(text: &str, special: &str, ascii: bool, upper: bool) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if special.contains(c) => out.push_str("\\/"),
            c if c.is_control() || special.contains(c) || ascii && !c.is_ascii() => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&unicode_escape(*unit, upper));
                }
            }
            c => out.push(c),
        }
    }
    out.into_bytes()
}

fn unicode_escape(unit: u16, upper: bool) -> String {
    if upper {
        format!("\\u{unit:04X}")
    } else {
        format!("\\u{unit:04x}")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::{Form, fit, forms};

    fn replaced(text: &[u8], all: &[Form]) -> Option<Vec<u8>> {
        all.iter().find_map(|form| {
            let at = memchr::memmem::find(text, &form.bytes)?;
            Some([&text[..at], &form.with, &text[at + form.bytes.len()..]].concat())
        })
    }

    #[test]
    fn base64_can_still_be_decoded_and_its_neighbours_stay() {
        let all = forms(b"correct horse", b"***REMOVED***", false);
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "x", "xy"] {
                let text = BASE64_STANDARD.encode(format!("{before}correct horse{after}"));
                let new = BASE64_STANDARD
                    .decode(replaced(text.as_bytes(), &all).unwrap())
                    .unwrap();
                assert!(new.starts_with(before.as_bytes()) && new.ends_with(after.as_bytes()));
                let middle = &new[before.len()..new.len() - after.len()];
                assert!(middle.len() == 13 && middle[1..12] == b"REMOVED******"[1..12]);
            }
        }
    }

    #[test]
    fn escapes_become_escapes() {
        let all = forms(b"p@ss/\"w\xc3\xb6rd\"", b"\"gone\"", false);
        for (text, new) in [
            ("p%40ss%2F%22w%C3%B6rd%22", "%22gone%22"),
            ("p%40ss%2f%22w%c3%b6rd%22", "%22gone%22"),
            ("p@ss/\\\"w\u{f6}rd\\\"", "\\\"gone\\\""),
            ("p@ss\\/\\\"w\\u00f6rd\\\"", "\\\"gone\\\""),
            ("p@ss\\/\\\"w\\u00F6rd\\\"", "\\\"gone\\\""),
        ] {
            assert_eq!(
                replaced(text.as_bytes(), &all).as_deref(),
                Some(new.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_replacement_can_have_the_values_length() {
        assert_eq!(fit(b"***REMOVED***", b"abcde"), b"REMOV");
        assert_eq!(fit(b"***REMOVED***", &[b'a'; 14]), b"REMOVED*******");
        assert_eq!(
            (fit(b"***", b"abcd"), fit(b"gone", b"12345")),
            (b"x***".to_vec(), b"99999".to_vec())
        );
        for form in forms(b"p@ss/\"w\xc3\xb6rd\"", b"***REMOVED***", true) {
            assert_eq!(form.bytes.len(), form.with.len());
        }
    }
}
