//! Paths as numbers, each with what the patterns say of it.

use std::collections::HashMap;

use git::{ObjectId, TreeEntry};

use super::matcher::{Match, Matcher, State};

/// A path.
pub(crate) type PlaceNo = u32;

/// The root of a commit's files.
pub(crate) const ROOT: PlaceNo = 0;

/// Somewhere in notes, which have no paths that people give.
pub(crate) const NOWHERE: PlaceNo = 1;

/// What becomes of an entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// What becomes of its object elsewhere.
    Usual,
    /// It names this object.
    Becomes(ObjectId),
    /// It is not there any more.
    Gone,
}

#[derive(Default)]
struct Place {
    parent: PlaceNo,
    name: Box<[u8]>,
    states: Vec<State>,
    ends: Vec<Match>,
    below: HashMap<Box<[u8]>, PlaceNo>,
}

/// Paths that were looked at.
pub(super) struct Places(Vec<Place>);

impl Places {
    pub(super) fn new(matcher: &Matcher) -> Self {
        let root = Place {
            states: matcher.start(),
            ..Place::default()
        };
        Self(vec![root, Place::default()])
    }

    /// The path of `name` in a folder.
    pub(super) fn enter(&mut self, folder: PlaceNo, name: &[u8], matcher: &Matcher) -> PlaceNo {
        if let Some(place) = self.below(folder, name) {
            return place;
        }
        let (states, ends) = matcher.follow(&self.0[folder as usize].states, name);
        let place = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(Place {
            parent: folder,
            name: name.into(),
            states,
            ends,
            below: HashMap::new(),
        });
        self.0[folder as usize].below.insert(name.into(), place);
        place
    }

    /// The same, if that path was ever of interest.
    pub(super) fn below(&self, folder: PlaceNo, name: &[u8]) -> Option<PlaceNo> {
        if folder == NOWHERE {
            return Some(NOWHERE);
        }
        self.0[folder as usize].below.get(name).copied()
    }

    /// Whether a pattern takes what is at this path.
    pub(super) fn takes(&self, place: PlaceNo, is_folder: bool) -> bool {
        self.patterns(place, is_folder).next().is_some()
    }

    /// The patterns that take what is at this path, by their places in the request.
    pub(super) fn patterns(&self, place: PlaceNo, is_folder: bool) -> impl Iterator<Item = u32> {
        let ends = self.0[place as usize].ends.iter();
        let takes = move |one: &&Match| is_folder || !one.only_folders;
        ends.filter(takes).map(|one| one.pattern)
    }

    /// The path's text.
    pub(super) fn path(&self, place: PlaceNo) -> Vec<u8> {
        let mut names: Vec<&[u8]> = Vec::new();
        let mut at = place;
        while at != ROOT && at != NOWHERE {
            names.push(&self.0[at as usize].name);
            at = self.0[at as usize].parent;
        }
        names.reverse();
        names.join(&b'/')
    }
}

/// Where an entry begins in its tree, and its length.
pub(crate) fn span(entry: &TreeEntry<'_>) -> (usize, usize) {
    // Mode, blank, name, NUL; then the id.
    let head = entry.mode.len() + entry.name.len() + 2;
    (entry.id_at - head, head + entry.id.len())
}
