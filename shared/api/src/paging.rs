//! `limit` and `cursor` of the lists.

use crate::fields::Fields;

/// Which part of a list is asked for.
pub(crate) struct Paging {
    pub(crate) limit: usize,
    pub(crate) cursor: Option<String>,
}

/// Takes `limit` (1 to 100; 50) and `cursor`.
pub(crate) fn take(fields: &mut Fields) -> Paging {
    let limit = fields.number("limit", 1, 100).unwrap_or(50);
    Paging {
        limit: usize::try_from(limit).unwrap_or(50),
        cursor: fields.text("cursor", 4096),
    }
}
