//! What must become of a folder: entry by entry, every id that has a new one and every name that holds a value is replaced, and
//! what is to go is left out.

use std::borrow::Cow;
use std::collections::HashSet;

use git::ObjectId;

use super::plain::Plain;
use super::{Places, Sides};

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

/// What must become of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It names what its object became.
    Usual,
    /// It names this.
    Becomes(ObjectId),
    /// It is not there any more.
    Gone,
}

/// The tree as it must be if nothing is removed from it. Heads stand in it at `places`.
pub(super) fn now(sides: &Sides<'_>, data: &[u8], places: &Places) -> Vec<u8> {
    if places.is_empty() {
        return with_new_ids(sides, data);
    }
    let (old, rest) = entries(data, sides.source.hash_kind().len());
    write(sides, &old, &vec![Fate::Usual; old.len()], rest)
}

/// The tree with the new ids; no name of it holds a value.
fn with_new_ids(sides: &Sides<'_>, data: &[u8]) -> Vec<u8> {
    let width = sides.source.hash_kind().len();
    let (mut new, mut at) = (data.to_vec(), 0);
    while let Some(nul) = memchr::memchr(0, &data[at..]) {
        let (start, end) = (at + nul + 1, at + nul + 1 + width);
        let Some(id) = data.get(start..end) else {
            break;
        };
        let child = sides.source.table().find_raw(id);
        let becomes = child.and_then(|child| sides.new_ids.get(&child));
        if let Some(becomes) = becomes.filter(|_| !data[at..].starts_with(b"160000 ")) {
            new.splice(start..end, becomes.as_bytes().iter().copied());
        }
        at = end;
    }
    new
}

/// The tree as it must be, entry by entry.
pub(super) fn write(sides: &Sides<'_>, old: &[Entry<'_>], fates: &[Fate], rest: &[u8]) -> Vec<u8> {
    let new = entries_now(sides, old, fates);
    let pairs = old.iter().zip(&new);
    let mut kept = pairs.filter_map(|(old, new)| Some((old, new.as_ref()?)));
    let is_renamed = kept.any(|(old, new)| old.name != new.name);
    let mut new: Vec<Entry<'_>> = new.into_iter().flatten().collect();
    if is_renamed {
        new.sort_by_key(Entry::order);
    }
    let mut bytes = Vec::new();
    new.iter().for_each(|entry| entry.write(&mut bytes));
    bytes.extend_from_slice(rest);
    bytes
}

/// What each entry of a folder must become; none if it is not there any more.
pub(super) fn entries_now<'a>(
    sides: &Sides<'_>,
    old: &[Entry<'a>],
    fates: &[Fate],
) -> Vec<Option<Entry<'a>>> {
    let mut new = Vec::with_capacity(old.len());
    for (entry, fate) in old.iter().zip(fates) {
        let child = sides.source.table().find_raw(&entry.id);
        let id = match fate {
            Fate::Gone => {
                new.push(None);
                continue;
            }
            Fate::Becomes(id) => Some(id),
            Fate::Usual => child.and_then(|child| sides.new_ids.get(&child)),
        };
        let mut entry = entry.clone();
        if let Some(id) = id.filter(|_| *entry.mode != *b"160000") {
            entry.id = id.as_bytes().to_vec().into();
        }
        new.push(Some(entry));
    }
    let plain = sides.plain;
    let holds = |entry: &Entry<'_>| plain.is_in(&entry.name);
    if new.iter().flatten().any(holds) {
        let without = new.iter().flatten().filter(|entry| !holds(entry));
        let mut taken: HashSet<Vec<u8>> = without.map(|entry| entry.name.to_vec()).collect();
        for entry in new.iter_mut().flatten().filter(|entry| holds(entry)) {
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
