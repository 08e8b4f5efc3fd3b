//! File names and paths as numbers: a path is a name and the path below it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::print::{Print, Printer};

/// Distinct names of tree entries, numbered as they come.
#[derive(Default)]
pub(crate) struct Names {
    /// By print: looking at the names themselves would wait for memory, once for each entry of each tree that is new.
    numbers: HashMap<Print, u32, RandomState>,
    printer: Printer,
    texts: Vec<Box<[u8]>>,
}

impl Names {
    /// The number of a name.
    pub(crate) fn number(&mut self, name: &[u8]) -> u32 {
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let number = *self
            .numbers
            .entry(self.printer.print(0, name))
            .or_insert(next);
        if number == next {
            self.texts.push(name.into());
        }
        number
    }

    /// The name that has this number.
    pub(crate) fn name(&self, number: u32) -> &[u8] {
        &self.texts[number as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Adds another list; gives, for each of its numbers, the number here.
    pub(crate) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        other.texts.iter().map(|name| self.number(name)).collect()
    }
}

/// A path inside a tree: its first name, and the number of the rest.
#[derive(Default)]
pub(crate) struct Paths {
    numbers: HashMap<(u32, u32), u32, RandomState>,
    parts: Vec<(u32, u32)>,
}

/// The path of a thing to itself: no name at all.
pub(crate) const HERE: u32 = u32::MAX;

impl Paths {
    /// The number of the path `name` / `rest`; `rest` is [`HERE`] for the name alone.
    pub(crate) fn number(&mut self, name: u32, rest: u32) -> u32 {
        let next = u32::try_from(self.parts.len()).unwrap_or(HERE - 1);
        let number = *self.numbers.entry((name, rest)).or_insert(next);
        if number == next {
            self.parts.push((name, rest));
        }
        number
    }

    /// The path as text; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn text(&self, mut number: u32, names: &Names) -> String {
        let mut text = String::new();
        while number != HERE {
            let (name, rest) = self.parts[number as usize];
            if !text.is_empty() {
                text.push('/');
            }
            text.push_str(&String::from_utf8_lossy(names.name(name)));
            number = rest;
        }
        text
    }
}
