//! Commits of a random history: which branch, what changes, what is merged.

use std::collections::BTreeMap;

use super::Random;
use super::dice::Dice;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) mode: &'static str,
    pub(super) data: Vec<u8>,
}

type Files = BTreeMap<String, File>;

#[derive(Clone, Debug, Default)]
struct Branch {
    mark: Option<u32>,
    files: Files,
}

/// Writes a stream for `git fast-import`, commit by commit.
pub(super) struct Writer<'a> {
    pub(super) dice: Dice,
    pub(super) words: &'a [String],
    pub(super) id_digits: usize,
    stream: Vec<u8>,
    branches: BTreeMap<String, Branch>,
}

const BRANCHES: [&str; 6] = [
    "main",
    "main",
    "main",
    "feature/one",
    "feature/two",
    "release-1.x",
];
const FOLDERS: [&str; 6] = ["", "", "src/", "src/deep/er/", "name with spaces/", "lib"];
const NAMES: [&str; 8] = [
    "a.txt",
    "b.py",
    "Makefile",
    "\"quoted\".md",
    "naïve.env",
    "/c.bin",
    "lib",
    "z",
];
const PEOPLE: [&str; 3] = [
    "A U Thor <author@example.com>",
    "Zoë Müller <zoe@example.org>",
    "x <>",
];

impl<'a> Writer<'a> {
    pub(super) fn new(random: &'a Random<'a>) -> Self {
        Self {
            dice: Dice::new(random.seed),
            words: random.words,
            id_digits: if random.object_format == "sha1" {
                40
            } else {
                64
            },
            stream: Vec::new(),
            branches: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.stream
    }

    pub(super) fn commit(&mut self, mark: u32) {
        let name = if mark == 1 {
            "main"
        } else {
            *self.dice.of(&BRANCHES)
        };
        let branch = self.branches.get(name).cloned();
        // A branch that is new goes off another one, or begins with nothing.
        let old = branch.unwrap_or_else(|| {
            if self.dice.chance(5) {
                Branch::default()
            } else {
                self.branches.get("main").cloned().unwrap_or_default()
            }
        });
        let other = self.other_branch(name);
        let mut files = old.files.clone();
        for (path, file) in other.iter().flat_map(|other| &other.files) {
            if self.dice.chance(2) {
                insert(&mut files, path.clone(), file.clone());
            }
        }
        for _ in 0..self.dice.below(4) {
            self.change(&mut files);
        }
        self.write_head(name, mark, &old, other.as_ref());
        self.write_files(&old.files, &files);
        let mark = Some(mark);
        self.branches
            .insert(name.to_owned(), Branch { mark, files });
    }

    /// The branch to merge, if any.
    fn other_branch(&mut self, name: &str) -> Option<Branch> {
        if !self.dice.chance(6) {
            return None;
        }
        let others: Vec<&Branch> = self
            .branches
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(_, branch)| branch)
            .collect();
        let at = self.dice.below(others.len().max(1));
        others.get(at).map(|other| (*other).clone())
    }

    fn change(&mut self, files: &mut Files) {
        let present: Vec<String> = files.keys().cloned().collect();
        let path = format!("{}{}", self.dice.of(&FOLDERS), self.dice.of(&NAMES))
            .trim_start_matches('/')
            .replace("//", "/");
        if present.is_empty() || self.dice.chance(3) {
            let file = self.new_file();
            return insert(files, path, file);
        }
        let old = self.dice.of(&present).clone();
        let file = files[&old].clone();
        match self.dice.below(8) {
            0 => drop(files.remove(&old)),
            // A rename, sometimes with a change; a copy.
            1 => {
                files.remove(&old);
                let file = if self.dice.chance(2) {
                    self.edited(&file)
                } else {
                    file
                };
                insert(files, path, file);
            }
            2 => insert(files, path, file),
            3 if file.mode.starts_with("100") => {
                let mode = if file.mode == "100644" {
                    "100755"
                } else {
                    "100644"
                };
                insert(files, old, File { mode, ..file });
            }
            _ => {
                let file = self.edited(&file);
                insert(files, old, file);
            }
        }
    }

    fn write_head(&mut self, branch: &str, mark: u32, old: &Branch, other: Option<&Branch>) {
        let skew = u32::try_from(self.dice.below(1000)).unwrap_or_default();
        let time = 1_500_000_000 + mark * 600 - skew;
        let (author, committer) = (*self.dice.of(&PEOPLE), *self.dice.of(&PEOPLE));
        let (encoding, message) = self.message();
        self.put(&format!("commit refs/heads/{branch}\nmark :{mark}\nauthor {author} {time} +0530\ncommitter {committer} {} -0800\n{encoding}", time + skew));
        self.data(&message);
        let parents = [old.mark, other.and_then(|other| other.mark)];
        for (parent, word) in parents.into_iter().flatten().zip(["from", "merge"]) {
            self.put(&format!("{word} :{parent}\n"));
        }
        if old.mark.is_none() {
            self.put("deleteall\n");
        }
    }

    fn write_files(&mut self, old: &Files, new: &Files) {
        for path in old.keys().filter(|path| !new.contains_key(*path)) {
            self.put(&format!("D {}\n", quoted(path)));
        }
        for (path, file) in new {
            if old.get(path) == Some(file) {
                continue;
            }
            if file.mode == "160000" {
                let id = String::from_utf8_lossy(&file.data).into_owned();
                self.put(&format!("M 160000 {id} {}\n", quoted(path)));
            } else {
                self.put(&format!("M {} inline {}\n", file.mode, quoted(path)));
                self.data(&file.data);
            }
        }
        self.put("\n");
    }

    fn data(&mut self, data: &[u8]) {
        self.put(&format!("data {}\n", data.len()));
        self.stream.extend_from_slice(data);
        self.put("\n");
    }

    fn put(&mut self, text: &str) {
        self.stream.extend_from_slice(text.as_bytes());
    }
}

/// A path is a file or a folder, never both.
fn insert(files: &mut Files, path: String, file: File) {
    files.retain(|other, _| {
        let below = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
        !below(other, &path) && !below(&path, other)
    });
    files.insert(path, file);
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}
