//! What must become of a folder: entry by entry, every id that has a new one and every name that holds a value is replaced.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Sides;
use super::plain::Plain;

/// One entry of a tree.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) mode: Cow<'a, [u8]>,
    pub(super) name: Cow<'a, [u8]>,
    pub(super) id: Cow<'a, [u8]>,
}

impl Entry<'_> {
    /// The same, for longer than its tree.
    pub(super) fn into_owned(self) -> Entry<'static> {
        Entry {
            mode: self.mode.into_owned().into(),
            name: self.name.into_owned().into(),
            id: self.id.into_owned().into(),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for part in [&self.mode[..], b" ", &self.name, b"\0", &self.id] {
            out.extend_from_slice(part);
        }
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
pub(super) fn entries(data: &[u8], width: usize) -> (Vec<Entry<'_>>, &[u8]) {
    let (mut entries, mut rest) = (Vec::new(), data);
    while let Some(nul) = memchr::memchr(0, rest).filter(|nul| nul + 1 + width <= rest.len()) {
        let (head, tail) = rest.split_at(nul);
        let space = memchr::memchr(b' ', head).unwrap_or(0);
        entries.push(Entry {
            mode: head[..space].into(),
            name: head.get(space + 1..).unwrap_or_default().into(),
            id: tail[1..=width].into(),
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
    let mut bytes = Vec::with_capacity(data.len());
    new.iter().for_each(|entry| entry.write(&mut bytes));
    bytes.extend_from_slice(rest);
    bytes
}

/// What the entries of a folder must become, in their old order.
pub(super) fn entries_now<'a>(sides: &Sides<'_>, old: &[Entry<'a>]) -> Vec<Entry<'a>> {
    let mut new = old.to_vec();
    for entry in &mut new {
        let child = sides.source.table().find_raw(&entry.id);
        let id = child.and_then(|child| sides.new_ids.get(&child));
        if let Some(id) = id.filter(|_| *entry.mode != *b"160000") {
            entry.id = id.as_bytes().to_vec().into();
        }
    }
    let plain = sides.plain;
    let holds = |entry: &Entry<'_>| plain.is_in(&entry.name);
    if new.iter().any(holds) {
        let without = old.iter().filter(|entry| !holds(entry));
        let mut taken: HashSet<Vec<u8>> = without.map(|entry| entry.name.to_vec()).collect();
        for entry in new.iter_mut().filter(|entry| holds(entry)) {
            let name = unused(&entry.name, plain, &taken);
            taken.insert(name.clone());
            entry.name = name.into();
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
