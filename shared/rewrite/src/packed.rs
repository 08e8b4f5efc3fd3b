//! Archives: what is packed in them is looked at, and not rewritten.

use archive::{Format, Unopened};
use git::ObjectNo;

/// What is known of the archives of a repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archives {
    /// Those in which a value is packed.
    pub(crate) holding: Vec<ObjectNo>,
    /// Those that were not looked into to their end.
    pub(crate) unopened: Vec<(ObjectNo, Unopened)>,
}

impl Archives {
    /// Adds what was found in one.
    pub(crate) fn add(&mut self, archive: ObjectNo, holds: bool, unopened: Option<Unopened>) {
        self.holding.extend(holds.then_some(archive));
        self.unopened
            .extend(unopened.map(|reason| (archive, reason)));
    }

    /// Adds what others found.
    pub(crate) fn extend(&mut self, other: Self) {
        self.holding.extend(other.holding);
        self.unopened.extend(other.unopened);
    }
}

/// Looks into `data` if it is an archive; says why not to its end.
pub(crate) fn look_into(data: &[u8], look: &mut dyn FnMut(&[u8])) -> Option<Result<(), Unopened>> {
    Format::of(data).map(|format| archive::texts(data, format, look))
}
