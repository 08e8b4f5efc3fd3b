//! Patterns of paths, as in a `.gitignore`.

use std::collections::HashMap;

use domain::Occurrence;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns in order: the last one that matches a path or a folder above it decides, and `!` takes back.
#[derive(Clone, Debug)]
pub struct Patterns {
    compiled: Gitignore,
    /// Pattern → its place among those that were given.
    places: HashMap<String, usize>,
}

impl Default for Patterns {
    fn default() -> Self {
        Self {
            compiled: Gitignore::empty(),
            places: HashMap::new(),
        }
    }
}

impl Patterns {
    /// Reads patterns. The error says which one is wrong, counted from 0, and why.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        let mut places = HashMap::new();
        for (place, pattern) in patterns.into_iter().enumerate() {
            let refused = |error: ignore::Error| (place, error.to_string());
            builder.add_line(None, pattern).map_err(refused)?;
            places.entry(pattern.to_owned()).or_insert(place);
        }
        let compiled = builder.build().map_err(|error| (0, error.to_string()))?;
        Ok(Self { compiled, places })
    }

    /// The place, counted from 0, of the pattern by which a file is meant: by its path, or by that of the archive that it is in.
    pub(crate) fn of(&self, place: &Occurrence) -> Option<usize> {
        let archive = place
            .file_path
            .split('!')
            .next()
            .filter(|_| place.in_archive);
        self.find(&place.file_path).or_else(|| self.find(archive?))
    }

    /// The place, counted from 0, of the pattern by which `path` is meant.
    pub fn find(&self, path: &str) -> Option<usize> {
        // A history can hold a path that no file system takes; one from the root would be no path of this repository.
        let path = path.trim_start_matches('/');
        if path.is_empty() || self.compiled.is_empty() {
            return None;
        }
        let found = self.compiled.matched_path_or_any_parents(path, false);
        let glob = Some(found)
            .filter(ignore::Match::is_ignore)?
            .inner()?
            .original();
        self.places.get(glob).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn paths_are_meant_as_git_would_ignore_them() {
        let patterns = ["*.snap", "fixtures/", "/docs/**", "!docs/live.env", " "];
        let patterns = Patterns::new(patterns).unwrap();
        for (path, place) in [
            ("a/b.snap", Some(0)),
            ("a/fixtures/deep/key.pem", Some(1)),
            ("fixtures", None),
            ("docs/a/b.md", Some(2)),
            ("docs/live.env", None),
            ("a/docs/b.md", None),
            ("", None),
        ] {
            assert_eq!(patterns.find(path), place, "{path}");
        }
        assert_eq!(Patterns::new(["ok", "a[z-a]"]).unwrap_err().0, 1);
    }

    #[test]
    fn no_path_of_a_history_can_do_harm() {
        let patterns = Patterns::new(["*.env", "a/"]).unwrap();
        for path in [
            "/a/b.env",
            "//",
            "../../x.env",
            "a//b",
            "./a/x",
            "\0",
            "a\nb.env",
        ] {
            let _ = patterns.find(path);
        }
        assert_eq!(patterns.find("/a/b.env"), Some(0));
    }
}
