//! What comes in a pattern's place, from Python's way to write it (`\1`, `\g<name>`, `\n`) to ours (`${1}`, `${name}`).

use regex::bytes::Regex;

/// The replacement for matches of `regex`.
pub(super) fn expand(with: &[u8], regex: &Regex) -> Result<Vec<u8>, &'static str> {
    let (mut out, mut rest) = (Vec::with_capacity(with.len()), with);
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'$' => out.extend_from_slice(b"$$"),
            b'\\' => rest = escape(tail, regex, &mut out)?,
            other => out.push(*other),
        }
    }
    Ok(out)
}

/// One escape; gives what follows it.
fn escape<'a>(text: &'a [u8], regex: &Regex, out: &mut Vec<u8>) -> Result<&'a [u8], &'static str> {
    let (byte, tail) = text
        .split_first()
        .ok_or("the replacement ends with a backslash")?;
    let plain = match byte {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'1'..=b'9' => {
            let digits = text.iter().take(2).take_while(|b| b.is_ascii_digit());
            let (number, tail) = text.split_at(digits.count());
            return group(number, regex, out).map(|()| tail);
        }
        b'g' => {
            let end = memchr::memchr(b'>', tail).filter(|_| tail.starts_with(b"<"));
            let end = end.ok_or("\\g in the replacement must be followed by <group>")?;
            return group(&tail[1..end], regex, out).map(|()| &tail[end + 1..]);
        }
        b'0' => return Err("octal digits in the replacement are not supported"),
        other if other.is_ascii_alphabetic() => {
            return Err("the replacement has an escape that means nothing");
        }
        // Python leaves other escapes as they are, but one of a backslash.
        b'\\' => b'\\',
        other => {
            out.push(b'\\');
            *other
        }
    };
    out.push(plain);
    if plain == b'$' {
        out.push(plain);
    }
    Ok(tail)
}

fn group(name: &[u8], regex: &Regex, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let name = std::str::from_utf8(name).unwrap_or_default();
    let is_known = match name.parse::<usize>() {
        Ok(number) => number < regex.captures_len(),
        Err(_) => regex.capture_names().flatten().any(|known| known == name),
    };
    if !is_known {
        return Err("the replacement names a group that the pattern has not");
    }
    out.extend_from_slice(format!("${{{name}}}").as_bytes());
    Ok(())
}
