//! What must become of a folder: entry by entry, every id that has a new one and every name that holds a value is replaced.

use std::collections::HashSet;

use super::Sides;
use super::plain::Plain;

/// One entry of a tree.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: Vec<u8>,
    pub(super) name: Vec<u8>,
    pub(super) id: Vec<u8>,
}

impl Entry {
    pub(super) fn bytes(&self) -> Vec<u8> {
        [&self.mode, &b" "[..], &self.name, b"\0", &self.id].concat()
    }

    pub(super) fn is_tree(&self) -> bool {
        self.mode.ends_with(b"40000") && !self.mode.starts_with(b"1")
    }

    /// What Git sorts by.
    pub(super) fn order(&self) -> Vec<u8> {
        [&self.name[..], if self.is_tree() { b"/" } else { b"" }].concat()
    }
}

/// The entries of a tree, and what cannot be read as one.
pub(super) fn entries(data: &[u8], width: usize) -> (Vec<Entry>, &[u8]) {
    let (mut entries, mut rest) = (Vec::new(), data);
    while let Some(nul) = memchr::memchr(0, rest).filter(|nul| nul + 1 + width <= rest.len()) {
        let (head, tail) = rest.split_at(nul);
        let space = memchr::memchr(b' ', head).unwrap_or(0);
        entries.push(Entry {
            mode: head[..space].to_vec(),
            name: head.get(space + 1..).unwrap_or_default().to_vec(),
            id: tail[1..=width].to_vec(),
        });
        rest = &tail[width + 1..];
    }
    (entries, rest)
}

/// The tree as it must be.
pub(super) fn now(sides: &Sides<'_>, data: &[u8]) -> Vec<u8> {
    let (old, rest) = entries(data, sides.source.hash_kind().len());
    let mut new = entries_now(sides, &old);
    if old.iter().zip(&new).any(|(old, new)| old.name != new.name) {
        new.sort_by_key(Entry::order);
    }
    let bytes = new.iter().flat_map(Entry::bytes);
    bytes.chain(rest.iter().copied()).collect()
}

/// What the entries of a folder must become, in their old order.
pub(super) fn entries_now(sides: &Sides<'_>, old: &[Entry]) -> Vec<Entry> {
    let plain = sides.plain;
    let holds = |entry: &&Entry| plain.name(&entry.name, "").is_some();
    let without = old.iter().filter(|entry| !holds(entry));
    let mut taken: HashSet<Vec<u8>> = without.map(|entry| entry.name.clone()).collect();
    let mut new = old.to_vec();
    for entry in &mut new {
        let child = sides.source.table().find_raw(&entry.id);
        let id = child.and_then(|child| sides.new_ids.get(&child));
        if let Some(id) = id.filter(|_| entry.mode != b"160000") {
            entry.id = id.as_bytes().to_vec();
        }
        if holds(&&*entry) {
            entry.name = unused(&entry.name, plain, &taken);
            taken.insert(entry.name.clone());
        }
    }
    new
}

/// The name without the values, with a number if that is needed.
fn unused(old: &[u8], plain: &Plain, taken: &HashSet<Vec<u8>>) -> Vec<u8> {
    let reserved: [&[u8]; 4] = [b"", b".", b"..", b".git"];
    let numbers = std::iter::once(String::new()).chain((1..).map(|n: u64| format!("-{n}")));
    let mut tries = numbers.filter_map(|number| plain.name(old, &number));
    let is_free = |name: &Vec<u8>| {
        !taken.contains(name) && !reserved.contains(&name.to_ascii_lowercase().as_slice())
    };
    tries.find(is_free).unwrap_or_default()
}
