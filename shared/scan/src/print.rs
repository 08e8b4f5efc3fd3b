//! Bytes known by a hash, instead of by the bytes themselves.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

/// A 128-bit hash of some bytes, under a key that is random in each process, so that nobody can make two that are taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Print(u64, u64);

impl Print {
    /// A place for it among so many.
    pub(crate) fn place(self, places: usize) -> usize {
        // the remainder fits any `usize`
        usize::try_from(self.0 % places as u64).unwrap_or(0)
    }
}

/// Makes prints. Those of two printers cannot be compared.
#[derive(Clone, Default)]
pub(crate) struct Printer([RandomState; 2]);

impl Printer {
    /// The print of `bytes`, taken for the purpose that `about` says.
    pub(crate) fn print(&self, about: u32, bytes: &[u8]) -> Print {
        let [first, second] = self.0.each_ref().map(|key| {
            let mut hasher = key.build_hasher();
            hasher.write_u32(about);
            hasher.write(bytes);
            hasher.finish()
        });
        Print(first, second)
    }
}
