//! What a rewrite takes out of texts, and what comes in its place.

use domain::{FindingId, Secret};

/// What stands in a value's place if nothing else is asked for.
pub const DEFAULT_REPLACEMENT: &[u8] = b"***REMOVED***";

/// One value to remove, wherever it stands and however it is encoded.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The finding that it belongs to.
    pub id: FindingId,
    /// The bytes to remove.
    pub value: Secret<Vec<u8>>,
    /// What to put in their place. In a header of a commit or tag the characters that would break it (`<`, `>`, line
    /// break, NUL) are left out, in names of files and refs all but letters, digits, `-` and `_`.
    pub with: Vec<u8>,
    /// Cut or fill up `with` to the value's length: for binary files and fixed formats.
    pub keep_length: bool,
}

impl Replacement {
    /// Puts [`DEFAULT_REPLACEMENT`] in the value's place.
    pub fn new(id: FindingId, value: Secret<Vec<u8>>) -> Self {
        Self {
            id,
            value,
            with: DEFAULT_REPLACEMENT.to_vec(),
            keep_length: false,
        }
    }
}

/// A regular expression whose matches are replaced in what the values and the patterns before it have made: in files, messages, and
/// the names and addresses of people; not in names of files and refs. A match that is what comes in its place already stays.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it is called in the plan.
    pub id: FindingId,
    /// Matches; never the empty text.
    pub regex: regex::bytes::Regex,
    /// What to put in a match's place: `$1`, `${name}` are its groups, `$$` a dollar sign.
    pub with: Vec<u8>,
}

/// `with` for a header of a commit or tag: without what would end the header or a name in it.
pub(crate) fn fit_for_header(with: &[u8]) -> Vec<u8> {
    let breaks = |byte: &u8| matches!(byte, b'\n' | 0 | b'<' | b'>');
    with.iter().copied().filter(|byte| !breaks(byte)).collect()
}

/// `with` for a name of a file or ref: what every file system and Git allow.
pub(crate) fn fit_for_name(with: &[u8]) -> Vec<u8> {
    let is_safe = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let safe: Vec<u8> = with.iter().copied().filter(is_safe).collect();
    // A name that begins with a dash would be taken for an option.
    let start = safe.iter().take_while(|byte| **byte == b'-').count();
    match &safe[start..] {
        [] => b"REMOVED".to_vec(),
        name => name.to_vec(),
    }
}
