//! One secret, however it is indented: a key of several lines that moves into another file is the same key.

use std::borrow::Cow;

use domain::Secret;

/// Every way in which one value is indented, in order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spellings(Vec<Secret<Vec<u8>>>);

impl Spellings {
    /// Of these, which differ in nothing but their indentation. None if there are none.
    pub(crate) fn new(mut all: Vec<Secret<Vec<u8>>>) -> Option<Self> {
        all.sort_by(|a, b| a.expose().cmp(b.expose()));
        all.dedup();
        (!all.is_empty()).then_some(Self(all))
    }

    /// The first: what is shown of the secret, and sent to whoever can say whether it is good.
    pub fn first(&self) -> &Secret<Vec<u8>> {
        &self.0[0]
    }

    /// All of them.
    pub fn all(&self) -> std::slice::Iter<'_, Secret<Vec<u8>>> {
        self.0.iter()
    }
}

/// The value without what indents its lines and what stands before a line break: what the secret's name is made of.
pub(crate) fn unindented(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'\n') {
        return value.into();
    }
    let lines: Vec<&[u8]> = value
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    lines.join(&b'\n').into()
}

#[cfg(test)]
mod tests {
    use domain::Secret;

    use super::{Spellings, unindented};

    #[test]
    fn only_lines_are_trimmed_and_only_of_blanks() {
        for (value, expected) in [
            (" one line ", " one line "),
            ("BEGIN\n  a b\r\n\tEND", "BEGIN\na b\nEND"),
            ("BEGIN\na b\nEND", "BEGIN\na b\nEND"),
            ("BEGIN\n a  b\n\n END", "BEGIN\na  b\n\nEND"),
        ] {
            assert_eq!(*unindented(value.as_bytes()), *expected.as_bytes());
        }
    }

    #[test]
    fn spellings_are_in_order_and_each_is_there_once() {
        let of = |texts: &[&str]| {
            let all = texts
                .iter()
                .map(|text| Secret::new(text.as_bytes().to_vec()));
            Spellings::new(all.collect())
        };
        assert_eq!(of(&["b", "a", "b"]), of(&["a", "b"]));
        assert_eq!(of(&["b", "a"]).unwrap().first().expose(), b"a");
        assert_eq!(of(&[]), None);
    }
}
