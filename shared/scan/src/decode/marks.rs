//! Escapes: their beginnings are looked for along with the keywords.

use domain::Encoding;

use super::Region;

/// How far a text with an escape is read, within its line: before the escape and behind it.
const BEFORE: usize = 512;
const BEHIND: usize = 2048;

/// Four bytes each that stand where several characters are escaped, or a quote is.
pub(crate) fn texts() -> Vec<(String, Encoding)> {
    let mut all = vec![("\\u00".to_owned(), Encoding::Escapes)];
    for byte in 0x20..0x7f {
        all.push((format!("%{byte:02x}%"), Encoding::Percent));
        all.push((format!("x{byte:02x}\\"), Encoding::Escapes));
    }
    for digit in "x123456789".chars() {
        all.push((format!(";&#{digit}"), Encoding::Html));
    }
    let others = [
        ("&quo", Encoding::Html),
        ("&#34", Encoding::Html),
        ("&#39", Encoding::Html),
        ("&apo", Encoding::Html),
        ("\\\":\\", Encoding::Escapes),
        ("\\\": ", Encoding::Escapes),
    ];
    all.extend(others.map(|(text, encoding)| (text.to_owned(), encoding)));
    all
}

/// The way of writing of the character right before `place`, if it is an escape of a kind that makes it seem to belong to
/// the word that starts there.
pub(crate) fn escape_before(data: &[u8], place: usize) -> Option<Encoding> {
    match data.get(place.checked_sub(3)?..place)? {
        [_, b'\\', b'n' | b't' | b'r'] => Some(Encoding::Escapes),
        [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            Some(Encoding::Percent)
        }
        _ => None,
    }
}

/// Appends the texts around marks, which come in order of place.
pub(super) fn find(
    data: &[u8],
    marks: impl Iterator<Item = (usize, Encoding)>,
    out: &mut Vec<Region>,
) {
    let mut open: [Option<Region>; 3] = [None; 3];
    for (place, encoding) in marks {
        let slot = match encoding {
            Encoding::Percent => 0,
            Encoding::Escapes => 1,
            _ => 2,
        };
        let region = around(data, place, encoding);
        match &mut open[slot] {
            Some(before) if region.start <= before.end => before.end = before.end.max(region.end),
            before => out.extend(before.replace(region)),
        }
    }
    out.extend(open.into_iter().flatten());
}

fn around(data: &[u8], place: usize, encoding: Encoding) -> Region {
    let (first, last) = (
        place.saturating_sub(BEFORE),
        data.len().min(place.saturating_add(BEHIND)),
    );
    let start = memchr::memrchr(b'\n', &data[first..place]).map_or(first, |at| first + at + 1);
    let end = memchr::memchr(b'\n', &data[place..last]).map_or(last, |at| place + at);
    Region {
        start,
        end,
        encoding,
    }
}
