//! The same files outside of a history: staged, checked out.

use git::{Kind, ObjectId, Repository};

use super::{Matcher, Removal};
use crate::RewriteError;

/// Says of single files whether they are to be removed, as a rewrite does.
pub struct FileRemover(Matcher);

impl FileRemover {
    /// For what is to be removed.
    pub fn new(removal: &Removal) -> Self {
        Self(Matcher::new(removal))
    }

    /// Whether a file with this path is to go, for itself or with a folder above it.
    pub fn takes_path(&self, path: &[u8]) -> bool {
        let (mut states, mut names) = (self.0.start(), path.split(|byte| *byte == b'/').peekable());
        while let Some(name) = names.next() {
            let (next, ends) = self.0.follow(&states, name);
            let is_folder = names.peek().is_some();
            if ends.iter().any(|end| is_folder || !end.only_folders) {
                return true;
            }
            states = next;
        }
        false
    }

    /// Whether a blob is to go wherever it stands, by its id or size.
    pub fn takes_blob(&self, repo: &Repository, id: &ObjectId) -> Result<bool, RewriteError> {
        let object = repo.find(id)?.filter(|object| object.kind == Kind::Blob);
        Ok(object.is_some_and(|object| self.0.takes_blob(id, object.data.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::FileRemover;
    use crate::{FilePattern, Removal};

    #[test]
    fn what_is_below_a_folder_goes_with_it() {
        let read = |pattern: &&str| FilePattern::parse(pattern.as_bytes()).unwrap();
        let remover = FileRemover::new(&Removal {
            files: ["keys", "*.pem", "out/", "a/**/b"]
                .iter()
                .map(read)
                .collect(),
            larger_than: None,
        });
        for (path, expected) in [
            ("keys", true),
            ("keys/a/b", true),
            ("x/keys", false),
            ("x/y.pem", true),
            ("x/y.pem/z", true),
            ("out", false),
            ("out/x", true),
            ("a/b", true),
            ("a/x/y/b/z", true),
            ("a/x/y", false),
        ] {
            assert_eq!(remover.takes_path(path.as_bytes()), expected, "{path}");
        }
    }
}
