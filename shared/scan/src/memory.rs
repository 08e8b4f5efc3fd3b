//! What was found in stretches of bytes, remembered by content.
//!
//! Histories say the same again and again: nine of ten bytes that a delta inserts stand in lines that were seen before.
//! A stretch is known by its [`Print`]. The memory is bounded; what comes later takes the place of what was there.

use crate::print::{Print, Printer};

const SLOTS: usize = 1 << 15;

/// Remembers a `T` of each of the stretches that came last.
pub(crate) struct Memory<T> {
    /// For each place the number of what is kept there, from 1; 0 where nothing is. Few places are touched in a small scan.
    places: Vec<u32>,
    kept: Vec<(Print, T)>,
    printer: Printer,
}

impl<T> Memory<T> {
    pub(crate) fn new() -> Self {
        Self {
            places: vec![0; SLOTS],
            kept: Vec::new(),
            printer: Printer::default(),
        }
    }

    /// The print of `bytes`, taken for the purpose that `about` says.
    pub(crate) fn print(&self, about: u32, bytes: &[u8]) -> Print {
        self.printer.print(about, bytes)
    }

    /// What is remembered, if anything is.
    pub(crate) fn recall(&self, print: Print) -> Option<&T> {
        let (known, what) = self.kept.get(self.at(print)?)?;
        (*known == print).then_some(what)
    }

    /// The same, to add to it.
    pub(crate) fn recall_mut(&mut self, print: Print) -> Option<&mut T> {
        let at = self.at(print)?;
        let (known, what) = self.kept.get_mut(at)?;
        (*known == print).then_some(what)
    }

    /// Where this print is kept, or another of the same place.
    fn at(&self, print: Print) -> Option<usize> {
        (self.places[print.place(SLOTS)] as usize).checked_sub(1)
    }

    /// Remembers.
    pub(crate) fn keep(&mut self, print: Print, what: T) {
        let number = &mut self.places[print.place(SLOTS)];
        if let Some(before) = self.kept.get_mut((*number as usize).wrapping_sub(1)) {
            *before = (print, what);
        } else {
            self.kept.push((print, what));
            *number = u32::try_from(self.kept.len()).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, SLOTS};

    #[test]
    fn what_was_kept_is_recalled_by_content_and_purpose_alone() {
        let mut memory = Memory::new();
        let print = memory.print(1, b"some bytes");
        assert_eq!(memory.recall(print), None);
        memory.keep(print, 7);
        assert_eq!(memory.recall(memory.print(1, b"some bytes")), Some(&7));
        assert_eq!(memory.recall(memory.print(2, b"some bytes")), None);
        assert_eq!(memory.recall(memory.print(1, b"some byteS")), None);
    }

    #[test]
    fn what_takes_the_same_place_is_not_mistaken() {
        let mut memory = Memory::new();
        for number in 0..4 * SLOTS {
            let print = memory.print(0, &number.to_le_bytes());
            memory.keep(print, number);
        }
        for number in 0..4 * SLOTS {
            let print = memory.print(0, &number.to_le_bytes());
            assert!(memory.recall(print).is_none_or(|kept| *kept == number));
        }
    }
}
