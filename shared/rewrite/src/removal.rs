//! What a rewrite takes out whole: files by path, by glob, by id, by size.
//!
//! The commits stay. A folder that becomes empty goes from the one above it; a root that becomes empty is the empty tree.

mod contexts;
mod gone;
mod matcher;
mod named;
mod places;
mod rebuild;
mod remover;
mod summary;
mod touched;

use git::ObjectId;

pub(crate) use contexts::{Contexts, Roots};
pub(crate) use gone::gone;
pub(crate) use matcher::Matcher;
pub(crate) use named::{named_blobs, refuse_named};
pub(crate) use places::{Fate, NOWHERE, PlaceNo, ROOT, span};
pub(crate) use rebuild::{Removed, write_more};
pub use remover::FileRemover;
pub use summary::{RemovalPlan, RemovedBy};
pub(crate) use summary::{describe, path_text, weigh};
pub(crate) use touched::above;

/// Files to take out of the whole history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Which, one by one.
    pub files: Vec<FilePattern>,
    /// Those with more bytes than this, before or after values are replaced in them.
    pub larger_than: Option<u64>,
}

impl Removal {
    /// Whether nothing is to be removed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.larger_than.is_none()
    }
}

/// Files that are meant by one path, glob or id.
///
/// - 40 or 64 hexadecimal digits are the id of a blob, wherever it stands.
/// - What has one of `*`, `?`, `[` is a glob of full paths: `*` and `?` stay inside a name, `**` is any number of folders,
///   `\` takes a character's meaning. A glob without a slash is for names in every folder; a slash in front ties it to the root.
/// - Everything else is a full path of a file or a folder, byte by byte.
///
/// What is meant goes with all below it; with a slash at the end only folders are meant. `./` in front is for what would be read
/// in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePattern {
    given: Vec<u8>,
    pub(crate) meant: Meant,
}

/// What a pattern says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// This blob.
    Blob(ObjectId),
    /// What has this full path, or one like it.
    Path {
        /// Without slashes at its ends.
        path: Vec<u8>,
        is_glob: bool,
        only_folders: bool,
    },
}

/// Why a text is no pattern of files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilePatternError {
    /// It names nothing that a history can have.
    #[error("is no path in a history: it must not be empty, nor have empty parts, `.` or `..`")]
    Path,
    /// The glob cannot be read.
    #[error("is no glob: {0}")]
    Glob(String),
}

impl FilePattern {
    /// Reads a pattern.
    pub fn parse(given: &[u8]) -> Result<Self, FilePatternError> {
        let pattern = |meant| Self {
            given: given.to_vec(),
            meant,
        };
        if let Some(id) = ObjectId::from_hex(given) {
            return Ok(pattern(Meant::Blob(id)));
        }
        let is_glob = given.iter().any(|byte| b"*?[".contains(byte));
        let path = given
            .strip_prefix(b".")
            .filter(|rest| rest.starts_with(b"/"));
        let path = path.unwrap_or(given);
        let is_tied = path.starts_with(b"/");
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let only_folders = path.ends_with(b"/");
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let is_none = |part: &[u8]| matches!(part, b"" | b"." | b"..") || part.contains(&0);
        if path.split(|byte| *byte == b'/').any(is_none) {
            return Err(FilePatternError::Path);
        }
        let path = if is_glob && !is_tied && !path.contains(&b'/') {
            [b"**/", path].concat()
        } else {
            path.to_vec()
        };
        if is_glob {
            matcher::check_glob(&path)?;
        }
        Ok(pattern(Meant::Path {
            path,
            is_glob,
            only_folders,
        }))
    }

    /// As it was given.
    pub fn given(&self) -> &[u8] {
        &self.given
    }
}

#[cfg(test)]
mod tests {
    use super::{FilePattern, FilePatternError, Meant};

    #[test]
    fn a_text_is_an_id_a_glob_or_a_path() {
        let meant = |given: &str| match FilePattern::parse(given.as_bytes()).unwrap().meant {
            Meant::Blob(id) => format!("blob {id}"),
            Meant::Path {
                path,
                is_glob,
                only_folders,
            } => format!(
                "{} {is_glob} {only_folders}",
                String::from_utf8_lossy(&path)
            ),
        };
        let id = "a".repeat(40);
        assert_eq!(meant(&id), format!("blob {id}"));
        assert_eq!(meant(&format!("./{id}")), format!("{id} false false"));
        for (given, expected) in [
            (".env", ".env false false"),
            ("/a/b/", "a/b false true"),
            ("./a", "a false false"),
            ("*.pem", "**/*.pem true false"),
            ("/*.pem", "*.pem true false"),
            ("a/*.pem", "a/*.pem true false"),
            ("build-?/", "**/build-? true true"),
            ("a\\b", "a\\b false false"),
        ] {
            assert_eq!(meant(given), expected, "{given}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for given in ["", "/", "a//b", "./..", "a/../b", "."] {
            let refused = FilePattern::parse(given.as_bytes());
            assert_eq!(refused, Err(FilePatternError::Path), "{given}");
        }
        for given in ["a[", "[z-a]", "*\\", "{a,b}*", "[é]", "a[/]b"] {
            let refused = FilePattern::parse(given.as_bytes());
            assert!(matches!(refused, Err(FilePatternError::Glob(_))), "{given}");
        }
        assert!(FilePattern::parse(b"\xff*").is_err() && FilePattern::parse(b"\xff").is_ok());
    }
}
