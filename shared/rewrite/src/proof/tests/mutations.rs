//! What a broken rewriter would deliver: a whole history, made by stock git, that is wrong in one place, with a mapping that says
//! that all is well.

#![allow(clippy::semicolon_if_nothing_returned)] // one mutation a line

mod history;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::{FindingId, Secret, Unwatched};
use git::{ObjectId, ObjectNo, Repository};
use testkit::stock::git;

use crate::affected::first_pass;
use crate::proof::{Claim, Plain, Seen, prove};
use crate::values::Values;
use crate::{CleanOptions, Replacement, Request, RewriteError};
use history::{Contents, VALUE, contents, make};

type Mutation = (&'static str, fn(&mut Contents));

fn put(contents: &mut Contents, name: &str, data: Vec<u8>) {
    contents
        .files
        .iter_mut()
        .find(|file| file.1 == name)
        .unwrap()
        .2 = data;
}

/// Leaves a file as it was.
fn skip(made: &mut Contents, name: &str) {
    let old = contents(false);
    let data = old.files.into_iter().find(|file| file.1 == name).unwrap().2;
    put(made, name, data);
}

const MUTATIONS: [Mutation; 48] = [
    ("skips a file", |c| skip(c, "plain")),
    ("skips a binary file", |c| skip(c, "binary")),
    ("skips a symbolic link", |c| skip(c, "link")),
    ("skips base64", |c| skip(c, "base64")),
    ("skips base64 over two lines", |c| skip(c, "wrapped")),
    ("skips hexadecimal digits", |c| skip(c, "hex")),
    ("skips digits of mixed case", |c| skip(c, "mixed")),
    ("skips base64 of base64", |c| skip(c, "twice")),
    ("skips base64 of UTF-16", |c| skip(c, "base64-of-utf16")),
    ("skips percent escapes", |c| skip(c, "percent")),
    ("skips UTF-16", |c| skip(c, "utf16")),
    ("loses the line break in base64", |c| {
        let whole = c
            .files
            .iter()
            .find(|file| file.1 == "base64")
            .unwrap()
            .2
            .clone();
        put(c, "wrapped", whole);
    }),
    ("replaces by another text", |c| {
        put(c, "plain", b"a *** b\r\n".to_vec())
    }),
    ("normalises line breaks", |c| {
        put(c, "plain", b"a ***REMOVED*** b\n".to_vec())
    }),
    ("loses what follows a seam", |c| {
        put(c, "plain", b"a ***REMOVED***".to_vec())
    }),
    ("changes a file without a value", |c| {
        put(c, "untouched", b"something here".to_vec())
    }),
    ("copies a file from elsewhere", |c| {
        let other = c
            .files
            .iter()
            .find(|file| file.1 == "hex")
            .unwrap()
            .2
            .clone();
        put(c, "untouched", other);
    }),
    ("makes an executable file a plain one", |c| {
        c.files[2].0 = "100644"
    }),
    ("makes a link a file", |c| c.files[4].0 = "100644"),
    ("drops a file", |c| drop(c.files.remove(5))),
    ("skips a name", |c| c.files[9].1 = format!("z-{VALUE}")),
    ("renames what holds no value", |c| {
        c.files[5].1 = "renamed".to_owned()
    }),
    ("gives another name than it should", |c| {
        c.files[9].1 = "z-GONE".to_owned()
    }),
    ("moves a submodule", |c| {
        c.submodule = "0234567890123456789012345678901234567890"
    }),
    ("skips a message", |c| c.message = contents(false).message),
    ("shortens a message", |c| c.message.truncate(5)),
    ("skips a person", |c| c.person = contents(false).person),
    ("mends a time zone", |c| c.date = "1700000000 +0518"),
    ("keeps a signature that no longer holds", |c| {
        c.headers += "gpgsig x\n"
    }),
    ("drops the encoding", |c| {
        c.headers = "x-odd ***REMOVED***\n".to_owned()
    }),
    ("skips an unknown header", |c| {
        c.headers = format!("encoding ISO-8859-1\nx-odd {VALUE}\n")
    }),
    ("drops an unknown header", |c| {
        c.headers = "encoding ISO-8859-1\n".to_owned()
    }),
    ("names the wrong commit in a message", |c| {
        c.second_message = "Fixes abcdef0, not FIRST\n".to_owned()
    }),
    ("drops a parent", |c| c.second_parents = 0),
    ("doubles a parent", |c| c.second_parents = 2),
    ("skips a tag's message", |c| {
        c.tag_message = format!("Release {VALUE}\n")
    }),
    ("skips a tagger", |c| c.tagger = format!("T {VALUE} <t@b>")),
    ("changes a tag of a folder", |c| c.tag_of_tree.push('!')),
    ("skips what only a tag names", |c| {
        c.note = format!("noted {VALUE}\n")
    }),
    ("leaves a note where it was", |c| c.notes[0].0 = "OLD"),
    ("puts a note on another commit", |c| {
        c.notes[0].0 = "FIRST2/2"
    }),
    ("loses a note", |c| c.notes[1].0 = "LOST"),
    ("swaps notes", |c| {
        (c.notes[0].0, c.notes[1].0) = (c.notes[1].0, c.notes[0].0)
    }),
    ("takes a note out of its folder", |c| c.notes[1].0 = "FIRST"),
    ("renames what is no note", |c| c.notes[2].0 = "READYOU"),
    ("skips the text of a note", |c| {
        c.notes[0].1 = format!("on the second, {VALUE}\n")
    }),
    ("skips a ref's name", |c| {
        c.branch = format!("refs/heads/b-{VALUE}")
    }),
    ("adds a ref", |c| {
        c.more_refs.push("refs/heads/more".to_owned())
    }),
];

/// A source, as it is stored.
struct Source {
    repo: Repository,
    is_packed: bool,
    /// What the proof saw of it.
    seen: Seen,
    objects: Vec<ObjectId>,
    /// The folders of notes.
    trees: Vec<ObjectId>,
}

impl Source {
    fn new(path: &Path, is_packed: bool) -> Self {
        let (objects, trees) = make(path, &contents(false));
        pack(path, is_packed);
        let repo = Repository::open(path).unwrap();
        let (request, options) = (request(), CleanOptions::default());
        let values = Values::new(&request.replacements, &[]).unwrap();
        let plain = Plain::new(&request.replacements, &[]);
        let found = first_pass(
            &repo,
            (&values, &crate::removal::Matcher::default()),
            Some(&plain),
            &options,
            &Unwatched,
        )
        .unwrap();
        Self {
            repo,
            is_packed,
            seen: found.seen,
            objects,
            trees,
        }
    }

    fn number(&self, id: &ObjectId) -> ObjectNo {
        self.repo.table().find(id).unwrap()
    }
}

/// What is packed on both sides is compared entry by entry; what is loose is searched anew.
fn pack(path: &Path, is_packed: bool) {
    if is_packed {
        git(path, &["repack", "-q", "-a", "-d", "-k"]);
        git(path, &["prune-packed", "-q"]);
    }
}

fn request() -> Request {
    let value = Secret::new(VALUE.as_bytes().to_vec());
    Request::from(vec![Replacement::new(FindingId::new("x"), value)])
}

/// What the proof says of `made`, with a mapping in which every object became its counterpart.
fn reasons(source: &Source, path: &Path, made: &Contents) -> Vec<String> {
    let (new, _) = make(path, made);
    pack(path, source.is_packed);
    // An object that is missing is said to be the one before it.
    let new: Vec<ObjectId> = if new.len() == source.objects.len() {
        new
    } else {
        [&new[..5], &new[4..]].concat()
    };
    let pairs = source.objects.iter().zip(&new);
    let changed = pairs.filter(|(old, new)| old != new);
    let new_ids: HashMap<_, _> = changed
        .map(|(old, new)| (source.number(old), *new))
        .collect();
    let request = request();
    match prove(
        &source.repo,
        path,
        (&request, &Plain::new(&request.replacements, &[])),
        &Claim {
            new_ids: &new_ids,
            gone: &source.trees.iter().map(|id| source.number(id)).collect(),
            seen: &source.seen,
        },
        &CleanOptions::default(),
        &Unwatched,
    ) {
        Ok(proof) => proof
            .residue
            .into_iter()
            .map(|_| "residue".to_owned())
            .collect(),
        Err(RewriteError::NotProven { reasons }) => reasons,
        Err(other) => panic!("{other}"),
    }
}

fn every_mutation_is_caught(is_packed: bool) {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::new(&folder.path().join("source"), is_packed);
    let mut honest = contents(true);
    // Notes stand behind the files, then come the tree and the two commits.
    let second = honest.files.len() + honest.notes.len() + 2;
    honest.old_second = source.objects[second].to_string();
    let none: Vec<String> = Vec::new();
    assert_eq!(
        reasons(&source, &folder.path().join("honest"), &honest),
        none
    );
    let more: [Mutation; 2] = [
        ("points HEAD elsewhere", |c| c.head.clone_from(&c.branch)),
        ("leaves something behind", |c| {
            c.foreign = Some("left behind")
        }),
    ];
    let all = MUTATIONS.iter().chain(&more);
    let names: HashSet<&str> = all.clone().map(|mutation| mutation.0).collect();
    assert_eq!(names.len(), MUTATIONS.len() + more.len());
    for (name, mutate) in all {
        let mut made = honest.clone();
        mutate(&mut made);
        let path = folder.path().join(name.replace(' ', "-"));
        let found = reasons(&source, &path, &made);
        assert!(!found.is_empty(), "a rewriter that {name} passes");
    }
}

#[test]
fn the_proof_catches_every_way_to_break_the_rewriter() {
    every_mutation_is_caught(false);
}

#[test]
fn what_is_stored_as_in_the_source_is_no_less_proven() {
    every_mutation_is_caught(true);
}
