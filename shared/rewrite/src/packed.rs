//! Archives: what is packed in them is looked at, and they stay as they are, byte for byte. Lengths and sums of what is in them stand
//! elsewhere in them, so that one which was edited as bytes might not open any more.

use archive::{Format, Unopened};
use git::ObjectNo;

/// What is known of the archives of a repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archives {
    /// Those in which a value is packed, or stands as it is.
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

/// Whether `data` is an archive, by its first bytes.
pub(crate) fn is_archive(data: &[u8]) -> bool {
    Format::of(data).is_some_and(|format| format != Format::Pointer)
}

/// Looks into `data` if it is an archive; says why not to its end.
pub(crate) fn look_into(data: &[u8], look: &mut dyn FnMut(&[u8])) -> Option<Result<(), Unopened>> {
    Format::of(data).map(|format| archive::texts(data, format, look))
}
