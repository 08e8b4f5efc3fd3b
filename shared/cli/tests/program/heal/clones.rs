//! Clones with random work in them, and what stock git says of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::stock::{everything, git, holds};

use crate::workbench::{Bench, key_id, password};

pub(super) const CERTIFICATE: &str = "repo-clean.git/deployguard-certificate.json";

/// A file of expressions that takes out both secrets, one by a pattern.
pub(super) const EXPRESSIONS: &str = "expressions";

pub(super) fn expressions() -> String {
    format!("{}\nregex:{}[0-9A-Za-z]+\n", key_id(), &password()[..6])
}

/// The old history, and the clean one beside it.
pub(super) struct Source {
    pub(super) bench: Bench,
}

impl Source {
    /// A history with a secret in a file of the tip, which everybody edits.
    pub(super) fn new() -> Self {
        Self::cleaned(&["--all"])
    }

    /// The same, cleaned in this way.
    pub(super) fn cleaned(how: &[&str]) -> Self {
        let bench = Bench::with_secrets();
        let lines: String = (0..12).fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "setting_{line} = {line}");
            text
        });
        let secret = format!("DATABASE_PASSWORD={}\n", password());
        fs::write(
            bench.repo().join("settings.env"),
            format!("{secret}{lines}"),
        )
        .unwrap();
        fs::write(bench.repo().join("plain.txt"), &lines).unwrap();
        bench.commit("Settings");
        bench.git(&["checkout", "-q", "-b", "feature"]);
        fs::write(bench.repo().join("feature.txt"), "a feature\n").unwrap();
        bench.commit("A feature");
        bench.git(&["checkout", "-q", "main"]);
        fs::write(bench.path().join(EXPRESSIONS), expressions()).unwrap();
        let run = bench.run(&[&["clean", "--repo-path", "repo", "--execute"], how].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        Self { bench }
    }

    /// A clone in which somebody worked.
    pub(super) fn clone_with_work(&self, seed: u64) -> PathBuf {
        let clone = self.bench.path().join(format!("clone-{seed}"));
        let path = clone.to_str().unwrap();
        git(
            self.bench.path(),
            &["clone", "-q", "--no-local", "repo", path],
        );
        Work {
            clone: &clone,
            dice: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
        .all();
        clone
    }

    /// Nothing old is left, and what is shared is what the clean repository has.
    pub(super) fn assert_gone(&self, clone: &Path, seed: u64) {
        let file = fs::read(self.bench.path().join(CERTIFICATE)).unwrap();
        let certificate: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let format = "--batch-check=%(objectname)";
        let ids = git(clone, &["cat-file", "--batch-all-objects", format]);
        for old in certificate["map"].as_object().unwrap().keys() {
            assert!(!ids.contains(old), "seed {seed}: {old}");
        }
        let all = everything(clone);
        assert!(
            !holds(&all, &password()) && !holds(&all, &key_id()),
            "seed {seed}"
        );
        let result = self.bench.path().join("repo-clean.git");
        let of = |repo: &Path, from: &str, cut: &str| {
            let refs = git(
                repo,
                &["for-each-ref", "--format=%(objectname) %(refname)", from],
            );
            let refs = refs.lines().filter(|line| !line.ends_with("/HEAD"));
            refs.map(|line| line.replace(cut, "")).collect::<Vec<_>>()
        };
        assert_eq!(
            of(clone, "refs/remotes/origin", "refs/remotes/origin/"),
            of(&result, "refs/heads", "refs/heads/"),
            "seed {seed}"
        );
        assert_eq!(
            git(clone, &["rev-parse", "v1"]),
            git(&result, &["rev-parse", "v1"])
        );
        assert_eq!(
            git(clone, &["symbolic-ref", "refs/remotes/origin/HEAD"]),
            "refs/remotes/origin/main\n"
        );
        let left = fs::read_dir(clone.join(".git")).unwrap().flatten();
        let left = left.map(|entry| entry.file_name().to_string_lossy().into_owned());
        assert!(
            !left
                .into_iter()
                .any(|name| name.contains("deployguard-backup")
                    || name.contains("heal")
                    || name.contains(".lock"))
        );
    }
}

/// Somebody at work.
struct Work<'a> {
    clone: &'a Path,
    dice: u64,
}

impl Work<'_> {
    fn below(&mut self, end: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % end
    }

    fn git(&self, args: &[&str]) {
        git(self.clone, args);
    }

    /// Changes one line of a file with a secret, or of one without, or makes a new one.
    fn edit(&mut self) {
        let (what, number) = (self.below(3), self.below(1000));
        let names = ["settings.env", "plain.txt", "none"];
        let file = self.clone.join(names[usize::try_from(what).unwrap()]);
        let Ok(text) = fs::read_to_string(&file) else {
            let name = format!("new-{number}.txt");
            fs::write(self.clone.join(name), format!("{number}\n")).unwrap();
            return;
        };
        let line = 2 + usize::try_from(self.below(10)).unwrap();
        let lines = text.lines().enumerate();
        let changed = lines.map(|(at, old)| {
            if at == line {
                format!("edited = {number}\n")
            } else {
                format!("{old}\n")
            }
        });
        fs::write(file, changed.collect::<String>()).unwrap();
    }

    fn commit(&mut self) {
        self.edit();
        self.git(&["add", "-A"]);
        let message = format!("Local work {}", self.below(1000));
        self.git(&["commit", "-q", "--allow-empty", "-m", &message]);
    }

    fn all(mut self) {
        for _ in 0..self.below(3) {
            self.commit();
        }
        if self.below(2) == 0 {
            self.git(&["checkout", "-q", "-b", "topic"]);
            self.commit();
            self.git(&["checkout", "-q", "main"]);
            if self.below(2) == 0 {
                self.git(&["merge", "-q", "--no-ff", "-m", "Merge the topic", "topic"]);
            }
        }
        if self.below(3) == 0 {
            self.git(&["checkout", "-q", "feature"]);
            self.commit();
            self.git(&["checkout", "-q", "main"]);
        }
        match self.below(4) {
            0 => self.git(&["tag", "-a", "-m", "a local tag", "local"]),
            1 => self.git(&["tag", "light", "HEAD~1"]),
            _ => {}
        }
        for _ in 0..self.below(3) {
            self.edit();
            self.git(&["stash", "push", "-q", "-u"]);
        }
        match self.below(4) {
            0 => self.git(&["checkout", "-q", "--detach", "HEAD~1"]),
            1 => self.git(&["gc", "-q"]),
            2 => self.git(&["repack", "-q", "-a", "-d"]),
            _ => {}
        }
        if self.below(2) == 0 {
            self.edit();
            self.git(&["add", "-A"]);
        }
        if self.below(2) == 0 {
            self.edit();
        }
    }
}

/// What git says of a clone, ids aside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account(Vec<String>);

impl Account {
    pub(super) fn of(clone: &Path) -> Self {
        let diff = "-U0";
        let mut said = vec![
            git(
                clone,
                &[
                    "log",
                    "-p",
                    "-m",
                    diff,
                    "--format=%an %ae %ad %cd %s",
                    "--branches",
                    "--tags",
                    "--not",
                    "--remotes",
                    "--topo-order",
                ],
            ),
            git(
                clone,
                &[
                    "log",
                    "--format=%s%d",
                    "--decorate=full",
                    "--branches",
                    "--tags",
                    "--topo-order",
                ],
            ),
            git(clone, &["for-each-ref", "--format=%(refname)"]),
            git(clone, &["status", "--porcelain=v2", "--branch"]),
            git(clone, &["diff", diff]),
            git(clone, &["diff", "--cached", diff]),
            git(clone, &["stash", "list", "--format=%gd %s"]),
        ];
        for line in said[6].clone().lines() {
            let name = line.split(' ').next().unwrap_or_default();
            said.push(git(clone, &["stash", "show", "-p", "-u", diff, name]));
        }
        for name in ["settings.env", "plain.txt"] {
            said.push(fs::read_to_string(clone.join(name)).unwrap_or_default());
        }
        let is_told = |line: &&str| !line.starts_with("index ");
        let without_ids = |text: String| {
            let lines: Vec<_> = text.lines().filter(is_told).map(without_ids).collect();
            lines.join("\n")
        };
        Self(said.into_iter().map(without_ids).collect())
    }

    /// The same with what comes in the place of the secrets.
    pub(super) fn without_secrets(&self) -> Self {
        let clean = |text: &String| {
            text.replace(&password(), "***REMOVED***")
                .replace(&key_id(), "***REMOVED***")
        };
        Self(self.0.iter().map(clean).collect())
    }
}

/// Ids, full and short, stand for what the rest says.
fn without_ids(line: &str) -> String {
    let is_id = |word: &str| {
        word.len() >= 7
            && word.chars().all(|c| c.is_ascii_hexdigit())
            && word.contains(|c: char| c.is_ascii_digit())
    };
    let words = line.split(' ').map(|word| {
        if is_id(word.trim_end_matches([':', ')'])) {
            "<id>"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
