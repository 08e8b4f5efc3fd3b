//! Histories as scripts for `git fast-import`, and the one with a secret in every kind of place.

use std::collections::BTreeMap;
use std::path::Path;

use crate::stock::{feed, git};

/// A stream for `git fast-import`: commits with fixed people and rising dates.
#[derive(Clone, Debug, Default)]
pub struct Script {
    stream: Vec<u8>,
    marks: BTreeMap<String, u32>,
    count: u32,
}

impl Script {
    /// A commit on `branch` that writes (or, with `None`, deletes) files. `other` is merged; a branch
    /// that is new starts from it.
    pub fn commit(
        &mut self,
        branch: &str,
        message: &str,
        other: Option<&str>,
        files: &[(&str, Option<&[u8]>)],
    ) -> &mut Self {
        self.count += 1;
        let (mark, time) = (self.count, 1_600_000_000 + self.count * 60);
        let people = format!(
            "author A U Thor <author@example.com> {time} +0200\ncommitter C O Mitter <committer@example.com> {time} -0500"
        );
        self.text(&format!(
            "commit refs/heads/{branch}\nmark :{mark}\n{people}\ndata {}\n{message}\n",
            message.len()
        ));
        let parents = [
            self.marks.get(branch).copied(),
            other.and_then(|other| self.marks.get(other).copied()),
        ];
        for (parent, word) in parents.into_iter().flatten().zip(["from", "merge"]) {
            self.text(&format!("{word} :{parent}\n"));
        }
        for (path, content) in files {
            match content {
                Some(content) => {
                    self.text(&format!("M 100644 inline {path}\ndata {}\n", content.len()));
                    self.stream.extend_from_slice(content);
                    self.text("\n");
                }
                None => self.text(&format!("D {path}\n")),
            }
        }
        self.marks.insert(branch.to_owned(), mark);
        self
    }

    /// Makes a bare repository at `folder`, which must exist, on branch `main`.
    pub fn make(&self, folder: &Path) {
        git(folder, &["init", "-q", "--bare", "-b", "main", "."]);
        feed(folder, &["fast-import", "--quiet"], &self.stream);
    }

    fn text(&mut self, text: &str) {
        self.stream.extend_from_slice(text.as_bytes());
    }
}

/// Where each planted secret stands.
pub const PLACES: [&str; 7] = [
    "tip",
    "deep history",
    "merged branch",
    "tag message",
    "commit message",
    "binary file",
    "deleted file",
];

#[allow(clippy::too_many_lines)] // a history told from its beginning to its end
/// Makes a bare repository at `folder` with `secrets[n]` in `PLACES[n]`, and much that holds none.
pub fn planted(folder: &Path, secrets: &[String; 7]) {
    let [tip, deep, side, tag, message, binary, deleted] = secrets;
    let file = |secret: &str| {
        format!("# settings\ngithub_token = \"{secret}\"\nport = 8080\n").into_bytes()
    };
    let mut script = Script::default();
    script.commit(
        "main",
        "Begin",
        None,
        &[
            ("README.md", Some(b"# A project\n")),
            ("src/main.c", Some(b"int main(void) { return 0; }\n")),
        ],
    );
    script.commit(
        "main",
        "Add settings",
        None,
        &[("config/old.ini", Some(&file(deep)))],
    );
    script.commit(
        "main",
        "Take the token out of the settings",
        None,
        &[("config/old.ini", Some(b"# settings\nport = 8080\n"))],
    );
    script.commit(
        "feature",
        "Try something",
        Some("main"),
        &[("feature/env", Some(&file(side)))],
    );
    script.commit(
        "main",
        "Work goes on",
        None,
        &[("src/main.c", Some(b"int main(void) { return 1; }\n"))],
    );
    script.commit("main", "Merge feature", Some("feature"), &[]);
    script.commit(
        "main",
        "Add a file that goes again",
        None,
        &[("tmp/notes.txt", Some(&file(deleted)))],
    );
    script.commit("main", "Delete it", None, &[("tmp/notes.txt", None)]);
    let mut image = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR ".to_vec();
    image.extend_from_slice(binary.as_bytes());
    image.extend_from_slice(b" \0\0\xff\xfe");
    script.commit(
        "main",
        "Add an image",
        None,
        &[("assets/logo.png", Some(&image))],
    );
    script.commit(
        "main",
        &format!("Deploy\n\nused github_token={message} for this"),
        None,
        &[("docs/deploy.md", Some(b"see the log\n"))],
    );
    for n in 0..20 {
        let page = format!("page {n}\n").repeat(50 + n);
        script.commit(
            "main",
            &format!("Page {n}"),
            None,
            &[("docs/page.md", Some(page.as_bytes()))],
        );
    }
    script.commit(
        "main",
        "Settings for the server",
        None,
        &[("config/server.env", Some(&file(tip)))],
    );
    script.make(folder);
    git(
        folder,
        &[
            "tag",
            "-a",
            "-m",
            &format!("Release, signed with github_token={tag}\n"),
            "v1.0",
            "main~3",
        ],
    );
    git(folder, &["tag", "light", "main~5"]);
    git(
        folder,
        &["notes", "add", "-m", "a note without secrets", "main~2"],
    );
}

/// Seven made-up GitHub tokens with checksums that hold. They are put together here, so that no
/// file of this project holds one.
pub fn tokens(seed: u32) -> [String; 7] {
    std::array::from_fn(|n| token(seed.wrapping_mul(7) + u32::try_from(n).unwrap_or_default()))
}

/// One made-up token: 30 characters and their CRC-32 in base 62, as GitHub makes them.
pub fn token(seed: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = (u64::from(seed) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut digit = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(DIGITS[usize::try_from((state >> 33) % 62).unwrap_or_default()])
    };
    let body: String = (0..30).map(|_| digit()).collect();
    let mut checksum = crc32fast::hash(body.as_bytes());
    let mut tail = [0; 6];
    for place in tail.iter_mut().rev() {
        *place = DIGITS[(checksum % 62) as usize];
        checksum /= 62;
    }
    format!("gh{}_{body}{}", 'p', String::from_utf8_lossy(&tail))
}
