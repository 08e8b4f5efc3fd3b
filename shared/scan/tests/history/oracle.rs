//! Histories made by `git fast-import`, and every snapshot of them as stock git reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    command
        .env("EMAIL", "author@example.com")
        .env("GIT_COMMITTER_NAME", "C");
    command
}

/// Runs git and gives what it prints.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args).output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn feed(folder: &Path, args: &[&str], input: &[u8]) -> String {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Stores a blob; gives its id.
pub(crate) fn hash_blob(folder: &Path, content: &[u8]) -> String {
    feed(folder, &["hash-object", "-w", "--stdin"], content)
        .trim()
        .to_owned()
}

/// A stream for `git fast-import`.
#[derive(Default)]
pub(crate) struct Script {
    stream: Vec<u8>,
    marks: BTreeMap<String, u32>,
    count: u32,
}

impl Script {
    /// A commit on `branch`. `other` is merged, or, for a new branch, what it starts from.
    pub(crate) fn commit(
        &mut self,
        branch: &str,
        message: &str,
        other: Option<&str>,
        files: &[(&str, Option<Vec<u8>>)],
    ) {
        self.count += 1;
        let time = 1_600_000_000 + self.count;
        let head = format!(
            "commit refs/heads/{branch}\nmark :{}\nauthor A U Thor <author@example.com> {time} +0000\ncommitter C <c@d> {time} +0000\ndata {}\n{message}\n",
            self.count,
            message.len()
        );
        self.stream.extend_from_slice(head.as_bytes());
        let parents = [
            self.marks.get(branch),
            other.and_then(|other| self.marks.get(other)),
        ];
        for (parent, word) in parents.into_iter().flatten().zip(["from", "merge"]) {
            self.stream
                .extend_from_slice(format!("{word} :{parent}\n").as_bytes());
        }
        for (path, content) in files {
            match content {
                Some(content) => {
                    self.stream.extend_from_slice(
                        format!("M 100644 inline {path}\ndata {}\n", content.len()).as_bytes(),
                    );
                    self.stream.extend_from_slice(content);
                    self.stream.push(b'\n');
                }
                None => self
                    .stream
                    .extend_from_slice(format!("D {path}\n").as_bytes()),
            }
        }
        self.marks.insert(branch.to_owned(), self.count);
    }

    /// Makes a bare repository of it, with loose objects.
    pub(crate) fn run(&self, folder: &Path) {
        git(folder, &["init", "-q", "--bare", "-b", "main", "."]);
        git(folder, &["config", "fastimport.unpackLimit", "1000000"]);
        feed(folder, &["fast-import", "--quiet"], &self.stream);
    }
}

/// A history of `commits` commits on three branches: files come, change, move, go; tokens in some of them.
pub(crate) fn random(seed: u64, commits: u32) -> Script {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let paths = [
        "a.txt",
        "b.txt",
        "dir/a.txt",
        "dir/deep/c.txt",
        "other/c.txt",
    ];
    let mut script = Script::default();
    for n in 0..commits {
        let branch = ["main", "side", "third"][usize::try_from(next(3)).unwrap()];
        let other = ["main", "side", "third"][usize::try_from(next(3)).unwrap()];
        let merge = !script.marks.contains_key(branch) || next(5) == 0;
        let mut files = Vec::new();
        for _ in 0..=next(2) {
            let path = paths[usize::try_from(next(5)).unwrap()];
            // Few tokens and few contents, so that blobs come back, in other places too.
            let token = crate::token(u32::try_from(next(12)).unwrap());
            let lines = "line\n".repeat(usize::try_from(next(4)).unwrap());
            let content = match next(5) {
                0 => None,
                1 => Some(format!("{lines}nothing {}\n", next(4))),
                _ => Some(format!("{lines}key = {token}\nend\n")),
            };
            files.push((path, content.map(String::into_bytes)));
        }
        files.dedup_by_key(|file| file.0);
        script.commit(
            branch,
            &format!("commit {n}"),
            Some(other).filter(|other| merge && *other != branch),
            &files,
        );
    }
    script
}

/// Every snapshot of a history.
pub(crate) struct History {
    /// Commit → path → content.
    trees: BTreeMap<String, BTreeMap<String, String>>,
    parents: BTreeMap<String, Vec<String>>,
    /// Ref → commit.
    refs: BTreeMap<String, String>,
}

impl History {
    pub(crate) fn read(folder: &Path) -> Self {
        let listed = git(folder, &["rev-list", "--all", "--parents"]);
        let parents: BTreeMap<String, Vec<String>> = listed
            .lines()
            .map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .map(|ids| (ids[0].clone(), ids[1..].to_vec()))
            .collect();
        let mut contents: BTreeMap<String, String> = BTreeMap::new();
        let mut tree = |commit: &String| {
            let listed = git(
                folder,
                &["ls-tree", "-r", "--format=%(objectname) %(path)", commit],
            );
            let mut files = BTreeMap::new();
            for (id, path) in listed.lines().filter_map(|line| line.split_once(' ')) {
                let content = contents
                    .entry(id.to_owned())
                    .or_insert_with(|| git(folder, &["cat-file", "blob", id]));
                files.insert(path.to_owned(), content.clone());
            }
            (commit.clone(), files)
        };
        let trees = parents.keys().map(&mut tree).collect();
        let listed = git(
            folder,
            &["for-each-ref", "--format=%(objectname) %(refname)"],
        );
        let refs = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(id, name)| (name.to_owned(), id.to_owned()))
            .collect();
        Self {
            trees,
            parents,
            refs,
        }
    }

    /// Every token in any snapshot.
    pub(crate) fn tokens(&self) -> BTreeSet<String> {
        let words = self
            .trees
            .values()
            .flat_map(BTreeMap::values)
            .flat_map(|content| content.split_whitespace());
        words
            .filter(|word| word.starts_with("tok_"))
            .map(str::to_owned)
            .collect()
    }

    /// Path → commits that have a content with the value there that none of their parents has there.
    pub(crate) fn introductions(&self, value: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (commit, files) in &self.trees {
            for (path, content) in files.iter().filter(|(_, content)| content.contains(value)) {
                if !self.parents[commit]
                    .iter()
                    .any(|parent| self.trees[parent].get(path) == Some(content))
                {
                    found
                        .entry(path.clone())
                        .or_default()
                        .insert(commit.clone());
                }
            }
        }
        found
    }

    /// Whether `ancestor` is a proper ancestor of `commit`.
    pub(crate) fn is_ancestor(&self, ancestor: &str, commit: &str) -> bool {
        ancestor != commit && self.ancestors(commit).contains(ancestor)
    }

    fn ancestors(&self, commit: &str) -> BTreeSet<&str> {
        let (mut seen, mut open) = (
            BTreeSet::new(),
            vec![self.parents.get_key_value(commit).unwrap().0.as_str()],
        );
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(self.parents[at].iter().map(String::as_str));
            }
        }
        seen
    }

    /// Whether the tip of a ref has the value at this path.
    pub(crate) fn in_tip(&self, value: &str, path: &str) -> bool {
        self.refs.values().any(|tip| {
            self.trees[tip]
                .get(path)
                .is_some_and(|content| content.contains(value))
        })
    }

    /// The line of the value's first place.
    pub(crate) fn line(&self, commit: &str, path: &str, value: &str) -> u64 {
        let content = &self.trees[commit][path];
        content
            .lines()
            .position(|line| line.contains(value))
            .unwrap() as u64
            + 1
    }

    /// The refs whose history has the value.
    pub(crate) fn refs_with(&self, value: &str) -> Vec<String> {
        let has = |commit: &&str| {
            self.trees[*commit]
                .values()
                .any(|content| content.contains(value))
        };
        self.refs
            .iter()
            .filter(|(_, tip)| self.ancestors(tip).iter().any(&has))
            .map(|(name, _)| name.clone())
            .collect()
    }
}
