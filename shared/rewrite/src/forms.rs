//! The ways in which a value may be written down: as it is, in UTF-16, base64 (also of UTF-16 and of base64, and with escapes in it),
//! hexadecimal digits, percent or JSON escapes.
//!
//! What comes in the place of an encoded value is encoded in the same way, so that what is around it can still be decoded. Base64 and
//! hexadecimal digits stand for a fixed number of bytes, so there the replacement is cut or filled up to the value's length.
//! Base64 stands for three bytes at a time: a value that begins at the second or third of them shares its first and last
//! digit with its neighbours, and those two digits stay (at most four bits of the value at each end; as many again if it is encoded twice).

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
    /// Whether upper and lower case are the same.
    pub(crate) any_case: bool,
}

impl Form {
    fn encoded(bytes: Vec<u8>, with: Vec<u8>) -> Self {
        Self {
            bytes,
            with,
            is_plain: false,
            wraps: false,
            any_case: false,
        }
    }
}

/// The value and its encoded forms, each once.
pub(crate) fn forms(value: &[u8], with: &[u8], keep_length: bool) -> Vec<Form> {
    let fitted = if keep_length {
        fit(with, value)
    } else {
        with.to_vec()
    };
    let mut all = vec![Form {
        is_plain: true,
        ..Form::encoded(value.to_vec(), fitted)
    }];
    all.extend(utf16s(value, with, keep_length));
    if value.len() >= SHORTEST_ENCODED {
        let filled = fit(with, value);
        all.push(Form::encoded(hex(value, true), hex(&filled, true)));
        // After that of upper case alone, which stays upper case.
        all.push(Form {
            any_case: true,
            ..Form::encoded(hex(value, false), hex(&filled, false))
        });
        let base64 = base64s(value, &filled);
        let plain = escapes(value).into_iter();
        let escaped = plain
            .map(|(bytes, escape)| Form::encoded(bytes, escape(with)))
            .chain(base64.iter().flat_map(escaped_base64s));
        let escaped: Vec<Form> = escaped.collect();
        // Those of the usual alphabet.
        let twice: Vec<Form> = base64.iter().take(3).flat_map(base64s_again).collect();
        all.extend(base64.into_iter().chain(twice));
        all.extend(utf16_base64s(value, with));
        all.extend(escaped.into_iter().map(|form| {
            if keep_length {
                let with = fit(with, &vec![b'x'; form.bytes.len()]);
                Form { with, ..form }
            } else {
                form
            }
        }));
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|form| seen.insert(form.bytes.clone()));
    all
}

/// The value in UTF-16, if it is text.
fn utf16s(value: &[u8], with: &[u8], keep_length: bool) -> Vec<Form> {
    let Ok(text) = std::str::from_utf8(value) else {
        return Vec::new();
    };
    let with = if keep_length {
        fit_utf16(with, text)
    } else {
        with.to_vec()
    };
    let with = String::from_utf8_lossy(&with);
    [u16::to_le_bytes, u16::to_be_bytes]
        .map(|bytes| Form::encoded(utf16(text, bytes), utf16(&with, bytes)))
        .into()
}

/// [`fit`] to as many units as the value has in UTF-16.
fn fit_utf16(with: &[u8], value: &str) -> Vec<u8> {
    fit(with, &value.as_bytes()[..value.encode_utf16().count()])
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

/// Base64 once more, on one line.
fn base64s_again(digits: &Form) -> Vec<Form> {
    let fills: [_; 3] = std::array::from_fn(|before| kept_at_ends(digits, before));
    let all = base64s_of(&digits.bytes, |before| &fills[before]);
    all.into_iter().map(on_one_line).collect()
}

fn on_one_line(form: Form) -> Form {
    Form {
        wraps: false,
        ..form
    }
}

/// Of UTF-16 (least significant byte first), on one line, as command lines of Windows are encoded.
fn utf16_base64s(value: &[u8], with: &[u8]) -> Vec<Form> {
    let text = std::str::from_utf8(value);
    let both = text.map(|text| {
        let filled = String::from_utf8_lossy(&fit_utf16(with, text)).into_owned();
        base64s(
            &utf16(text, u16::to_le_bytes),
            &utf16(&filled, u16::to_le_bytes),
        )
    });
    let both = both.unwrap_or_default();
    both.into_iter().map(on_one_line).collect()
}

fn base64s(value: &[u8], filled: &[u8]) -> Vec<Form> {
    base64s_of(value, |_| filled)
}

/// At each of three alignments, in both alphabets: the digits that stand for nothing but the value.
fn base64s_of<'a>(value: &[u8], filled: impl Fn(usize) -> &'a [u8]) -> Vec<Form> {
    let mut all = Vec::new();
    for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let digits = |bytes: &[u8]| {
                let text = engine.encode([&vec![0; before], bytes].concat());
                let whole = (8 * before).div_ceil(6)..8 * (before + bytes.len()) / 6;
                text.as_bytes()[whole].to_vec()
            };
            all.push(Form {
                wraps: true,
                ..Form::encoded(digits(value), digits(filled(before)))
            });
        }
    }
    all
}

/// What comes in the place of digits that are encoded once more, behind so many bytes. Of the first and last one some bits may stay:
/// with these, too, it must be a digit.
fn kept_at_ends(digits: &Form, before: usize) -> Vec<u8> {
    let mut with = digits.with.clone();
    let last = with.len().saturating_sub(1);
    let kept_first = [0, 0xf0, 0xc0][before];
    let kept_last = [0, 0x03, 0x0f][8 * (before + with.len()) % 6 / 2];
    for (at, kept) in [(0, kept_first), (last, kept_last)] {
        if kept > 0
            && let (Some(new), Some(old)) = (with.get_mut(at), digits.bytes.get(at))
        {
            let fits = |digit: &u8| digit.is_ascii_alphanumeric() && (digit ^ old) & kept == 0;
            *new = (b'0'..=b'z').find(fits).unwrap_or(*old);
        }
    }
    with
}

/// Base64 in a URL or in JSON, where `+` and `/` may be escaped.
fn escaped_base64s(digits: &Form) -> [Form; 5] {
    let in_json = |special: &'static str, upper| {
        move |text: &[u8]| json(&String::from_utf8_lossy(text), special, false, upper)
    };
    let both = |escape: &dyn Fn(&[u8]) -> Vec<u8>| {
        Form::encoded(escape(&digits.bytes), escape(&digits.with))
    };
    [
        both(&|text| percent(text, "-._~", true, false)),
        both(&|text| percent(text, "-._~", false, false)),
        both(&in_json("/", false)),
        both(&in_json("+", true)),
        both(&in_json("+", false)),
    ]
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
