//! Strings with line breaks in them, as base64 is often written: a line break, with what indents the next line, may stand between
//! any two bytes. In JSON and source files the break may itself be escaped (`\n`).

/// Where a string begins and ends whose byte `offset` stands at `at`; none if the rest of it is not around that.
pub(crate) fn span(data: &[u8], at: usize, offset: usize, string: &[u8]) -> Option<(usize, usize)> {
    let mut start = at;
    for byte in string[..offset].iter().rev() {
        start = before(data, start, *byte)?;
    }
    let mut end = at;
    for byte in &string[offset..] {
        end = after(data, end, *byte)?;
    }
    Some((start, end))
}

/// The pieces between line breaks of a string that begins at `start`: where each stands in `data` and in the string, and its length.
pub(crate) fn pieces(data: &[u8], start: usize, string: &[u8]) -> Vec<(usize, usize, usize)> {
    let mut pieces: Vec<(usize, usize, usize)> = Vec::new();
    let mut at = start;
    for (from, byte) in string.iter().enumerate() {
        let Some(end) = after(data, at, *byte) else {
            break;
        };
        match pieces
            .last_mut()
            .filter(|piece| piece.0 + piece.2 == end - 1)
        {
            Some(piece) => piece.2 += 1,
            None => pieces.push((end - 1, from, 1)),
        }
        at = end;
    }
    pieces
}

/// Behind `byte`, if it stands at `at`, or behind a line break there.
fn after(data: &[u8], at: usize, byte: u8) -> Option<usize> {
    if data.get(at) == Some(&byte) {
        return Some(at + 1);
    }
    let at = at + break_length(data.get(at..)?)?;
    (data.get(at) == Some(&byte)).then_some(at + 1)
}

/// The place of `byte`, if it stands before `at`, or before a line break that ends there.
fn before(data: &[u8], at: usize, byte: u8) -> Option<usize> {
    if at > 0 && data[at - 1] == byte {
        return Some(at - 1);
    }
    // A break begins after the byte, and nothing but the break is between: look for where that could be.
    let blanks = data[..at]
        .iter()
        .rev()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    let line = at - blanks;
    [1, 2, 4].into_iter().find_map(|length| {
        let start = line.checked_sub(length)?;
        let is_break = break_length(&data[start..]) == Some(at - start);
        (is_break && start > 0 && data[start - 1] == byte).then(|| start - 1)
    })
}

/// The length of the line break that `text` begins with, and of the blanks after it.
fn break_length(text: &[u8]) -> Option<usize> {
    let breaks: [&[u8]; 4] = [b"\n", b"\r\n", b"\\n", b"\\r\\n"];
    let length = breaks.into_iter().find(|b| text.starts_with(b))?.len();
    let blanks = text[length..]
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'));
    Some(length + blanks.count())
}

#[cfg(test)]
mod tests {
    use super::{pieces, span};

    #[test]
    fn a_break_may_stand_anywhere() {
        for line_break in ["\n", "\r\n", "\n    ", "\\n", "\\r\\n"] {
            for at in 1..8 {
                let text = format!(">{}{line_break}{}<", &"abcdefgh"[..at], &"abcdefgh"[at..]);
                let end = text.len() - 1;
                for offset in [0, 4] {
                    let place = text.find(if offset == 0 { 'a' } else { 'e' }).unwrap();
                    assert_eq!(
                        span(text.as_bytes(), place, offset, b"abcdefgh"),
                        Some((1, end))
                    );
                }
                let found = pieces(text.as_bytes(), 1, b"abcdefgh");
                assert_eq!(found, [(1, 0, at), (1 + at + line_break.len(), at, 8 - at)]);
            }
        }
        assert_eq!(span(b"abcd efgh", 0, 0, b"abcdefgh"), None);
        assert_eq!(span(b"abcd\n\nefgh", 0, 0, b"abcdefgh"), None);
    }
}
