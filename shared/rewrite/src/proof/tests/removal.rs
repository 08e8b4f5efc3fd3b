//! What a broken remover of files would deliver: a whole history, made by stock git, that is wrong in one place, with a mapping that
//! fits it as well as it can.

#![allow(clippy::semicolon_if_nothing_returned)] // one mutation a line

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

use domain::Unwatched;
use git::{ObjectId, ObjectNo, Repository};
use testkit::stock::{feed, git};

use super::super::{Claim, Plain, Seen, prove};
use crate::{CleanOptions, FilePattern, Removal, Request, RewriteError};

/// Path → mode and content (of a submodule: its commit).
type Files = BTreeMap<String, (&'static str, Vec<u8>)>;

/// A history of commits in a line.
#[derive(Clone, Default)]
struct Made {
    commits: Vec<Files>,
    /// What nothing names: files, each by itself, and a folder of them.
    files_behind: Vec<Vec<u8>>,
    folder_behind: Files,
}

/// What stands where: by commit, the commit and each folder by its path.
type Ids = Vec<(String, BTreeMap<String, String>)>;

type Mutation = (&'static str, fn(&mut Made));

impl Made {
    fn put(&mut self, commit: usize, path: &str, mode: &'static str, data: &[u8]) {
        self.commits[commit].insert(path.to_owned(), (mode, data.to_vec()));
    }

    /// Puts a file of the source back.
    fn back(&mut self, commit: usize, path: &str) {
        let file = source().commits[commit][path].clone();
        self.commits[commit].insert(path.to_owned(), file);
    }

    fn lose(&mut self, path: &str) {
        for files in &mut self.commits {
            files.retain(|own, _| !own.starts_with(path));
        }
    }
}

fn source() -> Made {
    let mut made = Made {
        commits: vec![Files::new()],
        ..Made::default()
    };
    for (path, mode, data) in [
        ("keep", "100644", "keep"),
        ("config/app.env", "100644", "secret"),
        ("config/app.yml", "100644", "port: 80"),
        ("config/run.sh", "100755", "run"),
        ("copy/app.env", "100644", "secret"),
        ("copy/app.yml", "100644", "port: 80"),
        ("copy/run.sh", "100755", "run"),
        ("lone/one", "100644", "alone"),
        ("deep/a/x.pem", "100644", "key"),
        ("deep/a/y", "100644", "no key"),
        ("link", "120000", "keep"),
        ("named", "100644", "named by its id"),
        (
            "module",
            "160000",
            "1234567890123456789012345678901234567890",
        ),
    ] {
        made.put(0, path, mode, data.as_bytes());
    }
    made.put(0, "big", "100644", &b"0123456789".repeat(300));
    made.commits.push(made.commits[0].clone());
    made.put(1, "config/app.env", "100644", b"another secret");
    made.commits.push(made.commits[1].clone());
    made.put(2, "keep", "100644", b"kept");
    made
}

fn honest() -> Made {
    let mut made = source();
    for path in ["config/app.env", "lone", "deep/a/x.pem", "big", "named"] {
        made.lose(path);
    }
    made
}

const MUTATIONS: [Mutation; 29] = [
    ("keeps a file", |c| c.back(0, "config/app.env")),
    ("keeps a file in one commit", |c| {
        c.back(2, "config/app.env")
    }),
    ("keeps a folder", |c| c.back(0, "lone/one")),
    ("keeps what a glob means", |c| c.back(1, "deep/a/x.pem")),
    ("keeps a large file", |c| c.back(0, "big")),
    ("keeps a file that is meant by its id", |c| {
        c.back(0, "named")
    }),
    ("keeps the large file under another name", |c| {
        let big = source().commits[0]["big"].1.clone();
        c.put(1, "other", "100644", &big)
    }),
    ("cuts a large file", |c| {
        c.put(0, "big", "100644", b"0123456789")
    }),
    ("empties a file", |c| {
        c.put(0, "config/app.env", "100644", b"")
    }),
    ("renames a file", |c| {
        c.put(0, "config/app.bak", "100644", b"secret")
    }),
    ("leaves an empty folder", |c| {
        c.put(0, "lone", "040000", b"")
    }),
    ("takes a file beside it", |c| c.lose("config/app.yml")),
    ("takes a file at the root", |c| c.lose("keep")),
    ("takes more than a glob means", |c| c.lose("deep")),
    ("takes a link", |c| c.lose("link")),
    ("takes a submodule", |c| c.lose("module")),
    ("takes the file at the other path, too", |c| {
        c.lose("copy/app.env")
    }),
    ("takes the whole folder", |c| c.lose("config")),
    ("mixes up two paths of one folder", |c| {
        c.lose("copy/app.env");
        for commit in 0..3 {
            c.back(commit, "config/app.env")
        }
    }),
    ("loses an executable bit beside it", |c| {
        c.put(0, "config/run.sh", "100644", b"run")
    }),
    ("makes a link a file", |c| {
        c.put(0, "link", "100644", b"keep")
    }),
    ("moves a submodule", |c| {
        c.put(0, "module", "160000", &b"2".repeat(40))
    }),
    ("changes a file beside it", |c| {
        c.put(0, "config/app.yml", "100644", b"port: 81")
    }),
    ("drops a commit that became empty", |c| {
        drop(c.commits.remove(1))
    }),
    ("keeps a large file everywhere", |c| {
        (0..3).for_each(|commit| c.back(commit, "big"))
    }),
    ("keeps a file everywhere that is meant by its id", |c| {
        (0..3).for_each(|commit| c.back(commit, "named"))
    }),
    ("leaves a folder behind that lost a file", |c| {
        for name in ["app.env", "app.yml", "run.sh"] {
            let file = source().commits[1][&format!("config/{name}")].clone();
            c.folder_behind.insert(name.to_owned(), file);
        }
    }),
    ("leaves a file behind", |c| {
        let file = source().commits[1]["config/app.env"].1.clone();
        c.files_behind.push(file)
    }),
    ("leaves a folder behind", |c| {
        let file = source().commits[0]["lone/one"].clone();
        drop(c.folder_behind.insert("one".to_owned(), file))
    }),
];

/// Writes files and folders; gives the ids of folders by path (the root's is empty).
fn write(repo: &Path, files: &Files, above: &str, ids: &mut BTreeMap<String, String>) -> String {
    let mut list = String::new();
    let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
    for (path, (mode, data)) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            let below = folders.entry(folder).or_default();
            below.insert(rest.to_owned(), (*mode, data.clone()));
            continue;
        }
        let (kind, id) = match *mode {
            "160000" => ("commit", String::from_utf8(data.clone()).unwrap()),
            "040000" => ("tree", feed(repo, &["mktree"], b"")),
            _ => ("blob", feed(repo, &["hash-object", "-w", "--stdin"], data)),
        };
        let _ = writeln!(list, "{mode} {kind} {}\t{path}", id.trim());
    }
    for (name, files) in folders {
        let id = write(repo, &files, &format!("{above}{name}/"), ids);
        let _ = writeln!(list, "040000 tree {id}\t{name}");
    }
    let id = feed(repo, &["mktree", "--missing"], list.as_bytes());
    ids.insert(above.to_owned(), id.trim().to_owned());
    id.trim().to_owned()
}

fn make(path: &Path, made: &Made) -> Ids {
    std::fs::create_dir(path).unwrap();
    git(path, &["init", "-q", "--bare", "-b", "main", "."]);
    let mut all = Ids::new();
    for (number, files) in made.commits.iter().enumerate() {
        let mut folders = BTreeMap::new();
        let tree = write(path, files, "", &mut folders);
        let parent = all.last().map(|(commit, _)| format!("parent {commit}\n"));
        let person = "A <a@b> 1700000000 +0000";
        let raw = format!(
            "tree {tree}\n{}author {person}\ncommitter {person}\n\n{number}\n",
            parent.unwrap_or_default()
        );
        let args = ["hash-object", "-w", "-t", "commit", "--stdin"];
        let commit = feed(path, &args, raw.as_bytes()).trim().to_owned();
        all.push((commit, folders));
    }
    for data in &made.files_behind {
        feed(path, &["hash-object", "-w", "--stdin"], data);
    }
    if !made.folder_behind.is_empty() {
        write(path, &made.folder_behind, "", &mut BTreeMap::new());
    }
    git(
        path,
        &["update-ref", "refs/heads/main", &all.last().unwrap().0],
    );
    all
}

/// What the proof says of `made`: what is in it counts as unchanged, commits and folders became what stands in their places, and
/// everything else is gone.
fn reasons(source: &Repository, old: &Ids, path: &Path, made: &Made) -> Vec<String> {
    let new = make(path, made);
    let result = Repository::open(path).unwrap();
    let number = |id: &str| id_of(id).and_then(|id| source.table().find(&id));
    let mut new_ids: HashMap<ObjectNo, ObjectId> = HashMap::new();
    let mut became = |old: &str, new: Option<&String>| {
        let is_here = result.table().find(&id_of(old).unwrap()).is_some();
        if let (Some(new), Some(number), false) = (new, number(old), is_here) {
            new_ids.entry(number).or_insert(id_of(new).unwrap());
        }
    };
    for (place, (commit, folders)) in old.iter().enumerate() {
        let there = &new[place.min(new.len() - 1)];
        became(commit, Some(&there.0));
        for (path, tree) in folders {
            became(tree, there.1.get(path));
        }
    }
    let is_gone = |object: &ObjectNo| {
        let is_here = result.table().find(&source.id(*object)).is_some();
        !is_here && !new_ids.contains_key(object)
    };
    let gone: HashSet<ObjectNo> = (0..source.object_count()).filter(is_gone).collect();
    let request = request();
    let proof = prove(
        source,
        path,
        (&request, &Plain::new(&[], &[])),
        &Claim {
            new_ids: &new_ids,
            gone: &gone,
            seen: &Seen::default(),
        },
        &CleanOptions::default(),
        &Unwatched,
    );
    match proof {
        Ok(_) => Vec::new(),
        Err(RewriteError::NotProven { reasons }) => reasons,
        Err(other) => panic!("{other}"),
    }
}

fn id_of(text: &str) -> Option<ObjectId> {
    ObjectId::from_hex(text.as_bytes())
}

fn request() -> Request {
    let named = git::HashKind::Sha1.object_id(git::Kind::Blob, b"named by its id");
    let patterns = ["config/app.env", "lone", "*.pem", &named.to_string()];
    let read = |pattern: &&str| FilePattern::parse(pattern.as_bytes()).unwrap();
    Request {
        removal: Removal {
            files: patterns.iter().map(read).collect(),
            larger_than: Some(2000),
        },
        ..Request::default()
    }
}

#[test]
fn the_proof_catches_every_way_to_remove_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("source");
    let old = make(&path, &source());
    let repo = Repository::open(&path).unwrap();
    let none: Vec<String> = Vec::new();
    let found = reasons(&repo, &old, &folder.path().join("honest"), &honest());
    assert_eq!(found, none);
    for (name, mutate) in MUTATIONS {
        let mut made = honest();
        mutate(&mut made);
        let path = folder.path().join(name.replace(' ', "-"));
        let found = reasons(&repo, &old, &path, &made);
        assert!(!found.is_empty(), "a remover that {name} passes");
    }
}

#[test]
fn what_is_honest_is_what_the_rewriter_makes() {
    let folder = tempfile::tempdir().unwrap();
    let [source_path, honest_path, out] =
        ["source", "honest", "out"].map(|name| folder.path().join(name));
    make(&source_path, &source());
    make(&honest_path, &honest());
    let repo = Repository::open(&source_path).unwrap();
    let options = CleanOptions::default();
    crate::clean(&repo, &request(), &out, &options, &Unwatched).unwrap();
    let tip = |path: &Path| git(path, &["rev-parse", "main"]);
    assert_eq!(tip(&out), tip(&honest_path));
}
