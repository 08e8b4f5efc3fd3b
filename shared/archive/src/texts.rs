//! Everything that is packed in an object, through every layer, as one text after another.

use crate::{Budget, Entry, Format, LAYERS, Unopened, unpack};

/// Hands out the name and the content of every file in an object, but for what stands in the object as it is. An error says why
/// that was not all.
pub fn texts(data: &[u8], format: Format, each: &mut dyn FnMut(&[u8])) -> Result<(), Unopened> {
    let mut budget = Budget::of(data.len());
    open(data, format, 0, &mut budget, each).map_or(Ok(()), Err)
}

fn open(
    data: &[u8],
    format: Format,
    layer: u8,
    budget: &mut Budget,
    each: &mut dyn FnMut(&[u8]),
) -> Option<Unopened> {
    if layer == LAYERS {
        return Some(Unopened::TooDeep);
    }
    let mut worst = None;
    let mut one = |entry: Entry<'_>, budget: &mut Budget| {
        if layer > 0 || may_be_split(format, &entry.name) {
            each(entry.name.as_bytes());
        }
        let content = &entry.content;
        let format = Format::of(content);
        let inner = format.and_then(|format| open(content, format, layer + 1, budget, each));
        worst = worst.max(inner);
        let stands_in_object = layer == 0 && entry.is_stored;
        let is_opened = format.is_some() && inner.is_none();
        if !stands_in_object && !is_opened {
            each(content);
        }
    };
    let end = unpack(data, format, budget, &mut one);
    worst.max(end.err())
}

/// Whether a name may not stand in one piece: tar cuts long ones in two.
fn may_be_split(format: Format, name: &str) -> bool {
    format == Format::Tar && name.len() > 100
}

#[cfg(test)]
mod tests {
    use testkit::archives::{gzip, tar, zip};

    use super::texts;
    use crate::{Format, Unopened};

    fn all(data: &[u8]) -> (Vec<String>, Result<(), Unopened>) {
        let mut all = Vec::new();
        let mut each = |text: &[u8]| all.push(String::from_utf8(text.to_vec()).unwrap());
        let end = texts(data, Format::of(data).unwrap(), &mut each);
        (all, end)
    }

    #[test]
    fn names_and_contents_of_every_layer_but_what_stands_there_anyway() {
        let inner = zip(&[("in/a.txt", b"text"), ("in/b.txt", b"more")]);
        let told = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(all(&tar(&[("a", b"stands there")])), (Vec::new(), Ok(())));
        let packed = tar(&[("a", b"stands there"), ("b.zip", &inner)]);
        let within: Vec<String> = told(&["in/a.txt", "text", "in/b.txt", "more"]);
        assert_eq!(all(&packed), (within.clone(), Ok(())));
        let names: Vec<String> = told(&["a", "stands there", "b.zip"]);
        assert_eq!(all(&gzip(&packed)), ([names, within].concat(), Ok(())));
    }

    #[test]
    fn what_cannot_be_opened_is_handed_out_as_it_is() {
        let mut deep = b"text".to_vec();
        for _ in 0..4 {
            deep = gzip(&deep);
        }
        assert_eq!(all(&deep).1, Ok(()));
        let layers = std::cell::Cell::new(0);
        let mut count = |_: &[u8]| layers.set(layers.get() + 1);
        let end = texts(&gzip(&deep), Format::Gzip, &mut count);
        // Three names below the outermost, and four layers that were not taken off to the end.
        assert_eq!((end, layers.get()), (Err(Unopened::TooDeep), 7));
    }
}
