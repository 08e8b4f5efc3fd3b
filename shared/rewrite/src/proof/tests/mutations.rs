//! What a broken rewriter would deliver: a whole history, made by stock git, that is wrong in one place, with a mapping that says
//! that all is well.

#![allow(clippy::semicolon_if_nothing_returned)] // one mutation a line

mod history;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::{FindingId, Secret, Unwatched};
use git::{ObjectId, Repository};

use crate::proof::{Claim, Plain, Seen, prove};
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

const MUTATIONS: [Mutation; 45] = [
    ("skips a file", |c| skip(c, "plain")),
    ("skips a binary file", |c| skip(c, "binary")),
    ("skips a symbolic link", |c| skip(c, "link")),
    ("skips base64", |c| skip(c, "base64")),
    ("skips base64 over two lines", |c| skip(c, "wrapped")),
    ("skips hexadecimal digits", |c| skip(c, "hex")),
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

/// What the proof says of `made`, with a mapping in which every object became its counterpart.
fn reasons(
    folder: &Path,
    source: &Repository,
    (old, trees): &(Vec<ObjectId>, Vec<ObjectId>),
    name: &str,
    made: &Contents,
) -> Vec<String> {
    let path = folder.join(name.replace(' ', "-"));
    let (new, _) = make(&path, made);
    // An object that is missing is said to be the one before it.
    let new: Vec<ObjectId> = if new.len() == old.len() {
        new
    } else {
        [&new[..5], &new[4..]].concat()
    };
    let pairs = old.iter().zip(&new).filter(|(old, new)| old != new);
    let number = |id: &ObjectId| source.table().find(id).unwrap();
    let new_ids: HashMap<_, _> = pairs.map(|(old, new)| (number(old), *new)).collect();
    let value = Secret::new(VALUE.as_bytes().to_vec());
    let request = Request::from(vec![Replacement::new(FindingId::new("x"), value)]);
    match prove(
        source,
        &path,
        (&request, &Plain::new(&request.replacements, &[])),
        &Claim {
            new_ids: &new_ids,
            gone: &trees.iter().map(number).collect(),
            seen: &Seen::default(),
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

#[test]
fn the_proof_catches_every_way_to_break_the_rewriter() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    let old = make(&source, &contents(false));
    let source = Repository::open(&source).unwrap();
    let mut honest = contents(true);
    // Notes stand behind the files, then come the tree and the two commits.
    let second = honest.files.len() + honest.notes.len() + 2;
    honest.old_second = old.0[second].to_string();
    let none: Vec<String> = Vec::new();
    assert_eq!(
        reasons(folder.path(), &source, &old, "honest", &honest),
        none
    );
    let more: [Mutation; 2] = [
        ("points HEAD elsewhere", |c| c.head.clone_from(&c.branch)),
        ("leaves something behind", |c| {
            c.foreign = Some("left behind")
        }),
    ];
    let names: HashSet<&str> = MUTATIONS
        .iter()
        .chain(&more)
        .map(|mutation| mutation.0)
        .collect();
    assert_eq!(names.len(), MUTATIONS.len() + more.len());
    for (name, mutate) in MUTATIONS.iter().chain(&more) {
        let mut made = honest.clone();
        mutate(&mut made);
        let found = reasons(folder.path(), &source, &old, name, &made);
        assert!(!found.is_empty(), "a rewriter that {name} passes");
    }
}
