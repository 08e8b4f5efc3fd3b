//! Values that stand unquoted in YAML or JSON, where not every text may.

/// What a value is in the line around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// Inside quotes, in the middle of something, or in a text that is neither: any text will do.
    No,
    /// The beginning of something unquoted that goes on.
    Start,
    /// All of something unquoted.
    Whole,
}

/// What the bytes from `start` to `end` are in `data`: the value after `key: `, after `- `, or in `key: [a, b]`.
pub(crate) fn scalar(data: &[u8], start: usize, end: usize) -> Scalar {
    let line = memchr::memrchr(b'\n', &data[..start]).map_or(0, |at| at + 1);
    let before = &data[line..start];
    let stop = memchr::memchr(b'\n', &data[end..]).map_or(data.len(), |at| end + at);
    let after = &data[end..stop];
    let is_number = data[start..end].iter().all(u8::is_ascii_digit);
    if !begins_scalar(before, is_number) {
        return Scalar::No;
    }
    match after.trim_ascii_start() {
        [] | [b',' | b']' | b'}', ..] => Scalar::Whole,
        [b'#', ..] if after.starts_with(b" ") => Scalar::Whole,
        _ => Scalar::Start,
    }
}

fn begins_scalar(before: &[u8], is_number: bool) -> bool {
    let has_gap = before.ends_with(b" ");
    let mut rest = before.trim_ascii();
    let mut is_item = false;
    while let Some(item) = rest
        .strip_prefix(b"-")
        .filter(|r| r.is_empty() || r[0] == b' ')
    {
        (rest, is_item) = (item.trim_ascii_start(), true);
    }
    if rest.is_empty() {
        return is_item && has_gap;
    }
    let rest = rest.strip_prefix(b"{").unwrap_or(rest).trim_ascii_start();
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./\"'".contains(byte);
    let key = rest.iter().take_while(|byte| is_key(byte)).count();
    let Some(value) = rest[key..]
        .trim_ascii_start()
        .strip_prefix(b":")
        .filter(|_| key > 0)
    else {
        return false;
    };
    match value.trim_ascii_start() {
        [] => has_gap || is_number,
        [b'[' | b'{', .., b',' | b':' | b'['] | [b'['] => true,
        // A second key of a document in one line.
        [.., b':'] => is_number && rest.contains(&b','),
        _ => false,
    }
}

/// Whether `with` may stand unquoted where a YAML scalar begins.
pub(crate) fn is_plain_scalar(with: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(with, part).is_some();
    let begins = with
        .first()
        .is_some_and(|byte| !b"*&!|>%@`\"'#-?:,[]{} ".contains(byte));
    begins && !holds(b": ") && !holds(b" #") && !with.ends_with(b":")
}

#[cfg(test)]
mod tests {
    use super::{Scalar, scalar};

    #[test]
    fn what_stands_alone_is_told_from_what_does_not() {
        for (text, expected) in [
            ("token: VALUE", Scalar::Whole),
            ("a: b\n  - token: VALUE # here\n", Scalar::Whole),
            ("  - VALUE\n", Scalar::Whole),
            ("token: VALUE-more", Scalar::Start),
            ("list: [a, VALUE, b]", Scalar::Whole),
            ("map: {a: VALUE}", Scalar::Whole),
            ("token: \"VALUE\"", Scalar::No),
            ("TOKEN=VALUE", Scalar::No),
            ("url: https://VALUE@host", Scalar::No),
            ("Use this token: VALUE", Scalar::No),
            ("    VALUE\n", Scalar::No),
            ("\"token\":VALUE", Scalar::No),
        ] {
            let at = text.find("VALUE").unwrap();
            assert_eq!(scalar(text.as_bytes(), at, at + 5), expected, "{text}");
        }
        assert_eq!(scalar(b"{\"a\": 1, \"pin\":12345}", 15, 20), Scalar::Whole);
        assert_eq!(scalar(b"{\"pin\":12345}", 7, 12), Scalar::Whole);
    }
}
