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
        let ids = self.ids.iter().map(|id| id.as_bytes());
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

fn compare(seed: u64, peer: Option<&Path>, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    make(&source, seed, count);
    // A file that a tag names cannot go by its id or size.
    for line in git(
        &source,
        &[
            "for-each-ref",
            "--format=%(objecttype)%(*objecttype) %(refname)",
        ],
    )
    .lines()
    {
        if let Some((_, name)) = line.split_once("blob ") {
            git(&source, &["update-ref", "-d", name]);
        }
    }
    git(&source, &["gc", "-q", "--prune=now"]);
    let before = Contents::of(&source);
    let wanted = Wanted::roll(&mut Dice::new(seed ^ 0x00c0_ffee), &before);
    let out = folder.path().join("ours.git");
    let options = CleanOptions::default();
    let repo = Repository::open(&source).unwrap();
    let outcome = clean(&repo, &wanted.request(), &out, &options, &Unwatched).unwrap();
    assert_eq!(
        outcome.certificate.verdict,
        ProofVerdict::Proven,
        "seed {seed}"
    );
    assert!(
        fsck(&out).is_ok() || fsck(&source).is_err(),
        "seed {seed}: {:?}",
        fsck(&out)
    );
    let ours = Contents::of(&out);
    let theirs = peer.map(|peer| {
        let map = filter(peer, &source, &wanted.args(folder.path()));
        (Contents::of(&source), map)
    });
    let names = |contents: &Contents| contents.refs.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&ours), "seed {seed}");
    let commits = outcome.commits.iter();
    let map: HashMap<String, String> = commits
        .map(|(old, new)| (old.to_string(), new.to_string()))
        .collect();
    let notes = git(&out, &["rev-list", "--glob=refs/notes"]);
    for (old, _) in before
        .objects
        .iter()
        .filter(|(_, (kind, _))| kind == "commit")
    {
        let new = map.get(old).unwrap_or(old);
        if notes.contains(new.as_str()) {
            continue;
        }
        let at = format!("seed {seed}, commit {old}");
        assert_eq!(ours.parts(new).message, before.parts(old).message, "{at}");
        let (was, (is, empty)) = (files(&before, old).0, files(&ours, new));
        assert_eq!(empty, 0, "{at} has an empty folder");
        let stays = |(path, (_, id)): &(&Vec<u8>, &(Vec<u8>, String))| {
            !wanted.takes(path) && !wanted.drops(&before, id)
        };
        let expected: Files = was
            .iter()
            .filter(stays)
            .map(|(path, file)| (path.clone(), file.clone()))
            .collect();
        assert!(is == expected, "{at} has other files");
        if let Some((theirs, map)) = &theirs {
            let their = &map[old];
            assert_eq!(theirs.parts(their).message, ours.parts(new).message, "{at}");
            let mut left = files(theirs, their).0;
            // The rule.
            left.retain(|path, file| {
                let has_older = was
                    .get(path)
                    .is_some_and(|(_, id)| wanted.drops(&before, id));
                is.get(path) == Some(file) || !has_older
            });
            assert!(left == is, "{at}: theirs has other files");
        }
    }
}

pub(crate) fn all(wanted: usize, peer: Option<&Path>) {
    for seed in 0..wanted.div_ceil(10) {
        compare(1001 + seed as u64, peer, 10);
    }
}
