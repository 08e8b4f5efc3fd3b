//! What is known of a tree's entries, so that a tree that shares most of them need not be read all over again.

use git::ObjectNo;

use crate::seek::first_from;
use git::Copies;

/// An entry that leads to a folder, or to an object that matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// Where the entry starts in the tree.
    at: u32,
    pub(super) child: ObjectNo,
    pub(super) name: u32,
}

/// Where the entries that were taken over last stand: those that follow mostly stand behind them.
#[derive(Default)]
pub(super) struct Near {
    part: usize,
    start: usize,
    link: usize,
}

/// The entries of one tree, in order.
#[derive(Debug, Default)]
pub(crate) struct Known {
    starts: Vec<u32>,
    links: Vec<Link>,
    /// Entries whose names are secrets.
    named: Vec<u32>,
}

impl Known {
    /// None yet, with room for about as many as another tree has.
    pub(super) fn like(other: Option<&Self>) -> Self {
        let room = |length: usize| length + length / 8;
        let (starts, links) = other.map_or((0, 0), |other| (other.starts.len(), other.links.len()));
        Self {
            starts: Vec::with_capacity(room(starts)),
            links: Vec::with_capacity(room(links)),
            named: Vec::new(),
        }
    }

    /// An entry starts here.
    pub(super) fn start(&mut self, at: usize) {
        self.starts.push(small(at));
    }

    /// The entry that starts here leads to something.
    pub(super) fn link(&mut self, at: usize, child: ObjectNo, name: u32) {
        let at = small(at);
        self.links.push(Link { at, child, name });
    }

    /// Brings what was noted out of order into order.
    pub(super) fn sort(&mut self) {
        self.links.sort_by_key(|link| link.at);
    }

    /// The name of the entry that starts here is a secret.
    pub(super) fn name(&mut self, at: usize) {
        self.named.push(small(at));
    }

    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// Where entries with secret names start.
    pub(super) fn named(&self) -> impl Iterator<Item = usize> {
        self.named.iter().map(|at| *at as usize)
    }

    /// Takes over the entries from `at` on that were copied whole from `base`; says where the next one starts. None if the
    /// one at `at` was not, or does not start an entry there.
    /// `at` never goes back.
    pub(super) fn take_over(
        &mut self,
        at: usize,
        base: &Self,
        copies: &Copies,
        near: &mut Near,
    ) -> Option<usize> {
        near.part = first_from(copies.parts(), near.part, |part| part.here.end <= at);
        let part = copies.parts().get(near.part)?;
        let there = small(part.there + at.checked_sub(part.here.start)?);
        let first = first_from(&base.starts, near.start, |start| *start < there);
        near.start = first;
        if base.starts.get(first) != Some(&there) {
            return None;
        }
        let ends = |start: &u32| *start as usize <= part.there_end();
        // An entry ends where the next one starts, the last one where the tree does.
        let mut last = first + base.starts[first..].partition_point(ends) - 1;
        let mut end = base.starts[last];
        if copies.base_length() <= part.there_end() {
            (last, end) = (base.starts.len(), small(copies.base_length()));
        }
        if last == first {
            return None;
        }
        // Places are far below 4 GiB: what is added may be what is taken away.
        let shift = small(part.here.start).wrapping_sub(small(part.there));
        let moved = |place: u32| place.wrapping_add(shift);
        let starts = base.starts[first..last].iter();
        self.starts.extend(starts.map(|start| moved(*start)));
        let first = first_from(&base.links, near.link, |link| link.at < there);
        let links = base.links[first..].iter();
        let links = links.take_while(|link| link.at < end);
        self.links.extend(links.map(|link| Link {
            at: moved(link.at),
            ..*link
        }));
        let named = base.named.iter().filter(|at| (there..end).contains(at));
        self.named.extend(named.map(|at| moved(*at)));
        (near.start, near.link) = (last, first);
        Some(part.moved(end as usize))
    }
}

/// No object has 4 GiB.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
