//! A repository, made by stock git, and the list of what was planted where.

use std::path::{Path, PathBuf};

use domain::{Carrier, Encoding};
use testkit::script::token;
use testkit::stock::{feed, git};

/// Where a token was planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) carrier: Carrier,
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) encoding: Vec<Encoding>,
    pub(crate) in_archive: bool,
    pub(crate) commit: String,
}

/// A work tree on branch `main` that tokens are planted in.
pub(crate) struct Nursery {
    pub(crate) folder: PathBuf,
    pub(crate) places: Vec<Place>,
}

impl Nursery {
    pub(crate) fn new(folder: &Path) -> Self {
        std::fs::create_dir(folder).unwrap();
        git(folder, &["init", "-q", "-b", "main", "."]);
        // quick: big files are planted too
        git(folder, &["config", "core.compression", "1"]);
        git(folder, &["config", "core.bigFileThreshold", "1g"]);
        git(folder, &["config", "gc.auto", "0"]);
        let mut nursery = Self {
            folder: folder.to_owned(),
            places: Vec::new(),
        };
        nursery.commit("README.md", b"# A project\n");
        nursery
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.folder, args).trim().to_owned()
    }

    /// Makes a blob without a path; gives its id.
    pub(crate) fn blob(&self, content: &[u8]) -> String {
        let id = feed(&self.folder, &["hash-object", "-w", "--stdin"], content);
        id.trim().to_owned()
    }

    /// The token of the next place.
    pub(crate) fn token(&self) -> String {
        token(u32::try_from(self.places.len()).unwrap() + 500)
    }

    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn write(&self, path: &str, content: &[u8]) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Commits everything in the work tree.
    pub(crate) fn commit_all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub(crate) fn commit(&mut self, path: &str, content: &[u8]) {
        self.write(path, content);
        self.commit_all(&format!("Change {path}"));
    }

    /// Notes that the next token stands on a line of a file that HEAD brought in. Change what is different with [`Nursery::last`].
    pub(crate) fn note(&mut self, name: &'static str, path: &str, line: u64) -> &mut Place {
        let commit = self.head();
        let value = self.token();
        self.places.push(Place {
            name,
            value,
            carrier: Carrier::Blob,
            path: path.to_owned(),
            line,
            encoding: Vec::new(),
            in_archive: false,
            commit,
        });
        self.places.last_mut().unwrap()
    }

    /// Plants a token in a file; `content` says how.
    pub(crate) fn file(
        &mut self,
        name: &'static str,
        path: &str,
        line: u64,
        content: impl FnOnce(&str) -> Vec<u8>,
    ) -> &mut Place {
        let content = content(&self.token());
        self.commit(path, &content);
        self.note(name, path, line)
    }

    /// Plants an encoded token in the third line of a file.
    pub(crate) fn encoded(
        &mut self,
        name: &'static str,
        encoding: &[Encoding],
        encode: impl FnOnce(&str) -> String,
    ) {
        let path = format!("encoded/{}.txt", name.replace(' ', "-"));
        let content = |token: &str| format!("first\nsecond\nvalue: {}\n", encode(token));
        let place = self.file(name, &path, 3, |token| content(token).into_bytes());
        place.encoding = encoding.to_vec();
    }

    /// Plants a token in the second line of a file of an archive.
    pub(crate) fn archive(
        &mut self,
        name: &'static str,
        path: &str,
        inner: &str,
        pack: impl FnOnce(&[u8]) -> Vec<u8>,
    ) {
        let content = |token: &str| pack(format!("# settings\ntoken = {token}\n").as_bytes());
        let place = self.file(name, path, 2, content);
        if !inner.is_empty() {
            place.path = format!("{path}!{inner}");
        }
        place.in_archive = true;
    }
}
