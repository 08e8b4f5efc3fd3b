//! Random histories, with what real ones have: branches, merges, renames, copies, binary files, links, submodules, odd names,
//! odd messages, tags of tags. The same seed makes the same history.

mod content;
mod dice;
mod writer;

use std::path::Path;

use crate::stock::{feed, git};
use writer::Writer;

/// What to make.
#[derive(Clone, Debug)]
pub struct Random<'a> {
    /// The same seed makes the same history.
    pub seed: u64,
    /// How many commits.
    pub commits: u32,
    /// Strings that turn up now and then: in files, sometimes in messages.
    pub words: &'a [String],
    /// `sha1` or `sha256`.
    pub object_format: &'a str,
}

impl Random<'_> {
    /// Makes a bare repository at `folder`, which must exist.
    pub fn make(&self, folder: &Path) {
        let format = format!("--object-format={}", self.object_format);
        git(
            folder,
            &["init", "-q", "--bare", "-b", "main", &format, "."],
        );
        let mut writer = Writer::new(self);
        for mark in 1..=self.commits {
            writer.commit(mark);
        }
        feed(folder, &["fast-import", "--quiet"], &writer.finish());
        self.name_things(folder);
    }

    /// Tags of everything that can be tagged, a note, and what is left of a stash.
    fn name_things(&self, folder: &Path) {
        let word = self.words.first().map_or("nothing", String::as_str);
        git(folder, &["tag", "-a", "-m", "a tag", "v1", "main"]);
        git(
            folder,
            &[
                "tag",
                "-a",
                "-m",
                &format!("a tag of a tag\n\nwith {word}"),
                "v1-signed",
                "v1",
            ],
        );
        git(folder, &["tag", "light", "main"]);
        git(
            folder,
            &["tag", "-a", "-m", "a tag of a tree", "tree", "main^{tree}"],
        );
        let blob = feed(
            folder,
            &["hash-object", "-w", "--stdin"],
            format!("only tagged: {word}\n").as_bytes(),
        );
        git(
            folder,
            &["tag", "-a", "-m", "a tag of a blob", "blob", blob.trim()],
        );
        git(
            folder,
            &["update-ref", "refs/tags/blob-itself", blob.trim()],
        );
        git(
            folder,
            &["notes", "add", "-m", &format!("noted {word}"), "main"],
        );
        git(folder, &["update-ref", "refs/stash", "main"]);
    }
}

#[cfg(test)]
mod tests {
    use super::Random;
    use crate::stock::{everything, fsck};

    #[test]
    fn a_seed_makes_one_history_and_git_finds_nothing_wrong_with_it() {
        let make = |seed, object_format| {
            let folder = tempfile::tempdir().unwrap();
            let words = [crate::script::token(1)];
            Random {
                seed,
                commits: 60,
                words: &words,
                object_format,
            }
            .make(folder.path());
            assert_eq!(fsck(folder.path()), Ok(()), "seed {seed}");
            everything(folder.path())
        };
        let first = make(1, "sha1");
        assert!(first == make(1, "sha1") && first != make(2, "sha1"));
        assert!(make(3, "sha256").len() > 1000);
    }
}
