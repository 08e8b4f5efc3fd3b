//! Globs inside of a text: `*` is anything in one line, `?` one character, `[…]` one of these, `[!…]` one of all others.

use super::Fault;

/// A glob as a regular expression. The last `*` takes as much of the line as it can, those before it as little as they can.
pub(super) fn regex(glob: &[u8]) -> Result<String, Fault> {
    let Ok(glob) = std::str::from_utf8(glob) else {
        return Err((None, "a glob must be UTF-8".to_owned()));
    };
    let last = glob.rfind('*');
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = glob[at..].chars().next() {
        let next = at + c.len_utf8();
        match c {
            '*' if glob[next..].starts_with('*') => {}
            '*' if Some(at) == last => out.push_str(".*"),
            '*' => out.push_str(".*?"),
            '?' => out.push('.'),
            '[' if let Some((class, length)) = class(&glob[next..]) => {
                out.push_str(&class);
                at = next + length;
                continue;
            }
            c => out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4]))),
        }
        at = next;
    }
    Ok(out)
}

/// What follows a bracket, as a class, and its length; none if the bracket is a character like others.
fn class(rest: &str) -> Option<(String, usize)> {
    let inverted = rest.starts_with('!');
    let first = usize::from(inverted);
    // A closing bracket that comes first belongs to the class.
    let end = first + 1 + rest.get(first + 1..)?.find(']')?;
    let escape = |c: char| match c {
        '-' => "-".to_owned(),
        c => regex_syntax::escape(c.encode_utf8(&mut [0; 4])),
    };
    let members: String = rest[first..end].chars().map(escape).collect();
    let start = if inverted { "[^" } else { "[" };
    Some((format!("{start}{members}]"), end + 1))
}

#[cfg(test)]
mod tests {
    use super::regex;

    #[test]
    fn globs_match_inside_of_lines() {
        for (glob, expected) in [
            ("pass*word", "pass.*word"),
            ("a*b*c", "a.*?b.*c"),
            ("a**b?", "a.*b."),
            ("[!a-c]x[]]y[", "[^a-c]x[\\]]y\\["),
            ("1.2+3", "1\\.2\\+3"),
        ] {
            assert_eq!(regex(glob.as_bytes()).unwrap(), expected, "{glob}");
        }
    }
}
