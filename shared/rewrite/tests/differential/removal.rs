//! Files taken out whole, by us and by git-filter-repo: what is left in each commit is the same, and is what was there without them.
//!
//! One rule says what differs: where a file is meant by its id or size, git-filter-repo takes out the change that brought it, so
//! that a commit may have the file's version before; with us the file is not there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use domain::Unwatched;
use git::Repository;
use rewrite::{CleanOptions, FilePattern, ProofVerdict, Removal, Request, clean};
use testkit::stock::{fsck, git};

use crate::contents::Contents;
use crate::generator::Dice;
use crate::{filter, make};

/// Path → mode and id.
type Files = BTreeMap<Vec<u8>, (Vec<u8>, String)>;

/// Ours, theirs, and which paths are meant.
type Pattern = (
    &'static [u8],
    &'static str,
    &'static [u8],
    fn(&[u8]) -> bool,
);

const PATTERNS: [Pattern; 11] = [
    (b"a.txt", "--path", b"a.txt", |path| path == b"a.txt"),
    (b"dir", "--path", b"dir", |path| path.starts_with(b"dir/")),
    (b"dir/", "--path", b"dir/", |path| path.starts_with(b"dir/")),
    (b"dir/deep/c", "--path", b"dir/deep/c", |path| {
        path == b"dir/deep/c"
    }),
    (b"latin-\xe9", "--path", b"latin-\xe9", |path| {
        path == b"latin-\xe9"
    }),
    (b"module", "--path", b"module", |path| path == b"module"),
    (b"with \"quotes\"", "--path", b"with \"quotes\"", |path| {
        path == b"with \"quotes\""
    }),
    (b"*.txt", "--path-glob", b"*.txt", |path| {
        path.ends_with(b".txt")
    }),
    (b"dir/**", "--path-glob", b"dir/*", |path| {
        path.starts_with(b"dir/")
    }),
    (b"[a-d]*", "--path-glob", b"[a-d]*", |path| {
        (b'a'..=b'd').contains(&path[0])
    }),
    (b"tab?here", "--path-glob", b"tab?here", |path| {
        path == b"tab\there"
    }),
];

/// What is to be removed from one repository.
struct Wanted {
    patterns: Vec<Pattern>,
    limit: Option<usize>,
    ids: HashSet<String>,
}

impl Wanted {
    fn roll(dice: &mut Dice, before: &Contents) -> Self {
        let mut blobs: Vec<&String> = before.objects.keys().collect();
        blobs.retain(|id| before.kind(id) == "blob");
        blobs.sort();
        let mut wanted = Self {
            patterns: (0..dice.roll(3))
                .map(|_| PATTERNS[dice.roll(PATTERNS.len())])
                .collect(),
            limit: (dice.roll(3) == 0).then(|| 20 + dice.roll(120)),
            ids: HashSet::new(),
        };
        for _ in 0..dice.roll(3) {
            wanted.ids.insert(blobs[dice.roll(blobs.len())].clone());
        }
        if wanted.patterns.is_empty() && wanted.limit.is_none() && wanted.ids.is_empty() {
            wanted.patterns.push(PATTERNS[dice.roll(PATTERNS.len())]);
        }
        wanted
    }

    /// Whether a blob goes wherever it stands.
    fn drops(&self, before: &Contents, id: &str) -> bool {
        let is_large =
            |limit: usize| before.objects.contains_key(id) && before.data(id).len() > limit;
        self.ids.contains(id) || self.limit.is_some_and(is_large)
    }

    fn takes(&self, path: &[u8]) -> bool {
        self.patterns.iter().any(|pattern| (pattern.3)(path))
    }

    fn request(&self) -> Request {
        let ids = self.ids.iter().map(String::as_bytes);
        let ours = self.patterns.iter().map(|pattern| pattern.0).chain(ids);
        Request {
            removal: Removal {
                files: ours.map(|text| FilePattern::parse(text).unwrap()).collect(),
                larger_than: self.limit.map(|limit| limit as u64),
            },
            ..Request::default()
        }
    }

    fn args(&self, folder: &Path) -> Vec<OsString> {
        let mut args: Vec<OsString> = Vec::new();
        if !self.patterns.is_empty() {
            args.push("--invert-paths".into());
        }
        for (_, option, theirs, _) in &self.patterns {
            args.push(option.into());
            args.push(OsString::from_vec(theirs.to_vec()));
        }
        if let Some(limit) = self.limit {
            args.extend(["--strip-blobs-bigger-than".into(), limit.to_string().into()]);
        }
        if !self.ids.is_empty() {
            let file = folder.join("ids");
            let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
            fs::write(&file, ids.join("\n")).unwrap();
            args.extend(["--strip-blobs-with-ids".into(), file.into()]);
        }
        args
    }
}

/// All files of a commit, and how many folders of it are empty.
fn files(contents: &Contents, commit: &str) -> (Files, usize) {
    let root = String::from_utf8(contents.parts(commit).all(b"tree").concat()).unwrap();
    let (mut all, mut empty) = (Files::new(), 0);
    let mut open = vec![(Vec::new(), root)];
    while let Some((above, tree)) = open.pop() {
        let entries = contents.entries(&tree);
        empty += usize::from(entries.is_empty() && !above.is_empty());
        for (mode, name, id) in entries {
            let path = [&above[..], &name].concat();
            if mode == b"40000" {
                open.push(([&path[..], b"/"].concat(), id));
            } else {
                all.insert(path, (mode, id));
            }
        }
    }
    (all, empty)
}

/// A repository without tags of files and folders: those cannot go by their ids or sizes.
fn prepare(source: &Path, seed: u64, count: usize) -> Contents {
    make(source, seed, count);
    let format = "--format=%(objecttype)%(*objecttype) %(refname)";
    for line in git(source, &["for-each-ref", format]).lines() {
        let (kind, name) = line.split_once(' ').unwrap();
        if !kind.ends_with("commit") {
            git(source, &["update-ref", "-d", name]);
        }
    }
    git(source, &["gc", "-q", "--prune=now"]);
    Contents::of(source)
}

/// What is compared.
struct Sides<'a> {
    wanted: &'a Wanted,
    before: &'a Contents,
    ours: &'a Contents,
    /// Theirs, and what each commit became.
    theirs: Option<&'a (Contents, HashMap<String, String>)>,
}

impl Sides<'_> {
    /// What differs in a commit that became `new`.
    fn differences(&self, old: &str, new: &str) -> Vec<&'static str> {
        let (before, ours) = (self.before, self.ours);
        let mut found = Vec::new();
        let mut must = |is: bool, what| found.extend((!is).then_some(what));
        must(
            ours.parts(new).message == before.parts(old).message,
            "another message",
        );
        let (was, (is, empty)) = (files(before, old).0, files(ours, new));
        must(empty == 0, "an empty folder");
        let drops = |id: &str| self.wanted.drops(before, id);
        let mut expected = was.clone();
        expected.retain(|path, (_, id)| !self.wanted.takes(path) && !drops(id));
        must(is == expected, "other files");
        if let Some((theirs, map)) = self.theirs {
            let their = &map[old];
            must(
                theirs.parts(their).message == ours.parts(new).message,
                "their message",
            );
            let mut left = files(theirs, their).0;
            // The rule.
            left.retain(|path, file| {
                let has_older = was.get(path).is_some_and(|(_, id)| drops(id));
                is.get(path) == Some(file) || !has_older
            });
            must(left == is, "their files");
        }
        found
    }
}

fn compare(seed: u64, peer: Option<&Path>, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let [source, out] = ["source.git", "ours.git"].map(|name| folder.path().join(name));
    let before = prepare(&source, seed, count);
    let wanted = Wanted::roll(&mut Dice::new(seed ^ 0x00c0_ffee), &before);
    let repo = Repository::open(&source).unwrap();
    let options = CleanOptions::default();
    let outcome = clean(&repo, &wanted.request(), &out, &options, &Unwatched).unwrap();
    let verdict = outcome.certificate.verdict;
    assert_eq!(verdict, ProofVerdict::Proven, "seed {seed}");
    assert!(fsck(&out).is_ok() || fsck(&source).is_err(), "seed {seed}");
    let ours = Contents::of(&out);
    let theirs = peer.map(|peer| {
        let map = filter(peer, &source, &wanted.args(folder.path()));
        (Contents::of(&source), map)
    });
    assert!(before.refs.keys().eq(ours.refs.keys()), "seed {seed}");
    let sides = Sides {
        wanted: &wanted,
        before: &before,
        ours: &ours,
        theirs: theirs.as_ref(),
    };
    let commits = outcome.commits.iter();
    let map: HashMap<String, String> = commits
        .map(|(old, new)| (old.to_string(), new.to_string()))
        .collect();
    let notes = git(&out, &["rev-list", "--glob=refs/notes"]);
    for (old, _) in before.objects.iter().filter(|(_, one)| one.0 == "commit") {
        let new = map.get(old).unwrap_or(old);
        if !notes.contains(new.as_str()) {
            let found = sides.differences(old, new);
            assert!(found.is_empty(), "seed {seed}, commit {old}: {found:?}");
        }
    }
}

pub(crate) fn all(wanted: usize, peer: Option<&Path>) {
    for seed in 0..wanted.div_ceil(10) {
        compare(1001 + seed as u64, peer, 10);
    }
}
