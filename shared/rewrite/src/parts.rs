//! Which parts of a commit or tag are text that can hold a value, and which are structure.
//!
//! Ids and dates are structure: digits of a short value stand there by chance, and replacing them would break the history.

use git::Headers;

use crate::finder::Heads;
use crate::values::{Place, Values};

/// What a header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It names an object.
    Id,
    /// It has a fixed meaning.
    Fixed,
    /// A signature, or (`mergetag`) a copy of a signed tag: holds only as long as nothing changes.
    Signature,
    /// Text from here to there; before it stands the header's name, behind it a date.
    Text(usize, usize),
}

/// What the header `line` (with its name and line break) is.
pub(crate) fn part(name: &[u8], line: &[u8]) -> Part {
    match name {
        b"tree" | b"parent" | b"object" => Part::Id,
        b"type" => Part::Fixed,
        b"gpgsig" | b"gpgsig-sha256" | b"mergetag" => Part::Signature,
        b"author" | b"committer" | b"tagger" => {
            let end = date_start(line);
            Part::Text(end.min(name.len() + 1), end)
        }
        b"tag" | b"encoding" => Part::Text(line.len().min(name.len() + 1), line.len()),
        _ => Part::Text(0, line.len()),
    }
}

/// Where the date of a person's header begins; its end if what stands there is none.
fn date_start(line: &[u8]) -> usize {
    let of_date = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b'+' | b'-' | b'\n');
    match memchr::memrchr(b'>', line) {
        Some(close) if line[close + 1..].iter().all(of_date) => close + 1,
        _ => line.len(),
    }
}

/// As what the text of a header is replaced.
pub(crate) fn place(name: &[u8]) -> Place {
    match name {
        b"tag" => Place::TagName,
        _ => Place::Header,
    }
}

/// The first value or pattern that stands in the text of this commit or tag, in which forms begin at `heads`.
pub(crate) fn first_value(data: &[u8], heads: &Heads, values: &Values) -> Option<u32> {
    if !values.may_change(heads) {
        return None;
    }
    let in_header = |header: git::Header<'_>| {
        let line = &data[header.start..header.end];
        match part(header.name, line) {
            Part::Id | Part::Fixed => None,
            Part::Signature => values.first_change(line, Place::Message),
            Part::Text(from, to) => values.first_change(&line[from..to], place(header.name)),
        }
    };
    let message = &data[Headers::message_start(data)..];
    let in_headers = Headers::of(data).find_map(in_header);
    in_headers.or_else(|| values.first_change(message, Place::Message))
}

#[cfg(test)]
mod tests {
    use domain::{FindingId, Secret};

    use super::first_value;
    use crate::Replacement;
    use crate::values::Values;

    #[test]
    fn digits_of_ids_and_dates_are_no_value() {
        let holds = |value: &str, data: &str| {
            let replacement = Replacement::new(FindingId::new("x"), Secret::new(value.into()));
            let values = Values::new(&[replacement], &[]).unwrap();
            let heads = values.heads(data.as_bytes(), None);
            first_value(data.as_bytes(), &heads, &values).is_some()
        };
        let commit = "tree 12345678\nparent 1234\nauthor A 77 <a@b> 1700001234 +0000\ngpgsig xx99xx\n\nmessage 4321\n";
        for (value, expected) in [
            ("1234", false),
            ("+0000", false),
            ("A 77", true),
            ("<a@b>", true),
            ("xx99", true),
            ("4321", true),
        ] {
            assert_eq!(holds(value, commit), expected, "{value}");
        }
        assert!(holds("1234", "author A <a@b> 1234 no date\n\nm"));
    }
}
