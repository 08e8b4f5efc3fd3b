//! What a broken rewriter would deliver: a whole history, made by stock git, that is wrong in one place, with a mapping that says
//! that all is well.

#![allow(clippy::semicolon_if_nothing_returned)] // one mutation a line

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{FindingId, Secret, Unwatched};
use git::{ObjectId, Repository};
use testkit::stock::{feed, git};

use crate::proof::{Claim, prove};
use crate::{CleanOptions, Replacement, Request, RewriteError};

const VALUE: &str = "swordfish-4711";

/// What stands in a history, place by place.
#[derive(Clone)]
struct Contents {
    /// Mode, name, content.
    files: Vec<(&'static str, String, Vec<u8>)>,
    submodule: &'static str,
    person: String,
    date: &'static str,
    /// Headers between the committer and the message.
    headers: String,
    message: String,
    /// Of the second commit; `FIRST` stands for the first one's id.
    second_message: String,
    second_parents: usize,
    tag_message: String,
    tagger: String,
    tag_of_tree: String,
    note: String,
    /// The places of notes, where `SECOND` and `FIRST` stand for ids (`…2/2`: in a folder), `OLD` for the second one's id in the
    /// source, `LOST` for nowhere; and their texts.
    notes: Vec<(&'static str, String)>,
    old_second: String,
    branch: String,
    head: String,
    more_refs: Vec<String>,
    foreign: Option<&'static str>,
}

/// The history as it is (`VALUE`), or as it must become.
fn contents(is_clean: bool) -> Contents {
    let (raw, name) = if is_clean {
        ("***REMOVED***", "REMOVED")
    } else {
        (VALUE, VALUE)
    };
    let filled = if is_clean { "REMOVED*******" } else { VALUE };
    let mut base64 = BASE64_STANDARD.encode(format!("a{VALUE}b")).into_bytes();
    if is_clean {
        // The digits at the ends are shared with the neighbours.
        let new = BASE64_STANDARD.encode(format!("a{filled}b"));
        base64[2..20].copy_from_slice(&new.as_bytes()[2..20]);
    }
    let mut wrapped = base64.clone();
    wrapped.insert(9, b'\n');
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let every = |text: &str| {
        text.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<Vec<_>>()
            .concat()
    };
    let hex = filled
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat();
    let percent = every(raw);
    let files = [
        ("100644", "base64", base64),
        ("100644", "hex", hex.into_bytes()),
        ("100755", "percent", percent.into_bytes()),
        ("100644", "plain", format!("a {raw} b\r\n").into_bytes()),
        ("120000", "link", format!("to/{raw}").into_bytes()),
        ("100644", "untouched", b"nothing here".to_vec()),
        ("100644", "utf16", utf16(raw)),
        ("100644", "wrapped", wrapped),
        (
            "100644",
            "binary",
            [b"\0\xff", raw.as_bytes(), b"\0"].concat(),
        ),
        ("100644", &format!("z-{name}"), b"named".to_vec()),
    ];
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n";
    Contents {
        files: files
            .into_iter()
            .map(|(mode, name, data)| (mode, name.to_owned(), data))
            .collect(),
        submodule: "1234567890123456789012345678901234567890",
        person: format!("A {raw} <a@b>"),
        date: "1700000000 +051800",
        headers: format!(
            "encoding ISO-8859-1\nx-odd {raw}\n{}",
            if is_clean { "" } else { signature }
        ),
        message: format!("First, with {raw}\n"),
        second_message: "Fixes FIRST, not abcdef0\n".to_owned(),
        second_parents: 1,
        tag_message: format!("Release {raw}\n"),
        tagger: format!("T {raw} <t@b>"),
        tag_of_tree: "of a tree\n".to_owned(),
        note: format!("noted {raw}\n"),
        notes: vec![
            ("SECOND2/2", format!("on the second, {raw}\n")),
            ("FIRST2/2", "on the first\n".to_owned()),
            ("README", format!("no note, {raw}\n")),
        ],
        old_second: String::new(),
        branch: format!("refs/heads/b-{name}"),
        head: "refs/heads/main".to_owned(),
        more_refs: Vec::new(),
        foreign: None,
    }
}

/// Makes the history; gives its objects, in an order that depends on nothing, and its trees of notes.
#[allow(clippy::too_many_lines)] // a history, object by object
fn make(path: &Path, contents: &Contents) -> (Vec<ObjectId>, Vec<ObjectId>) {
    std::fs::create_dir(path).unwrap();
    git(path, &["init", "-q", "--bare", "-b", "main", "."]);
    let write = |kind: &str, data: &[u8]| {
        let args = ["hash-object", "-w", "--literally", "-t", kind, "--stdin"];
        feed(path, &args, data).trim().to_owned()
    };
    let mut objects: Vec<String> = contents
        .files
        .iter()
        .map(|file| write("blob", &file.2))
        .collect();
    let mut list: Vec<u8> = Vec::new();
    for ((mode, name, _), id) in contents.files.iter().zip(&objects) {
        let kind = if *mode == "160000" { "commit" } else { "blob" };
        list.extend(format!("{mode} {kind} {id}\t{name}\n").into_bytes());
    }
    list.extend(format!("160000 commit {}\tsub\n", contents.submodule).into_bytes());
    let tree = feed(path, &["mktree", "--missing"], &list)
        .trim()
        .to_owned();
    let Contents {
        person,
        date,
        headers,
        message,
        ..
    } = contents;
    let people = format!("author {person} {date}\ncommitter {person} {date}\n");
    let first = write(
        "commit",
        format!("tree {tree}\n{people}{headers}\n{message}").as_bytes(),
    );
    let parents = format!("parent {first}\n").repeat(contents.second_parents);
    let second_message = contents.second_message.replace("FIRST", &first);
    let second = write(
        "commit",
        format!("tree {tree}\n{parents}{people}\n{second_message}").as_bytes(),
    );
    let tag = |object: &str, kind: &str, name: &str, message: &str| {
        let tagger = &contents.tagger;
        write(
            "tag",
            format!(
                "object {object}\ntype {kind}\ntag {name}\ntagger {tagger} {date}\n\n{message}"
            )
            .as_bytes(),
        )
    };
    let release = tag(&second, "commit", "v1", &contents.tag_message);
    let of_tree = tag(&tree, "tree", "tree", &contents.tag_of_tree);
    let note = write("blob", contents.note.as_bytes());
    let mut trees = Vec::new();
    let mut folders: BTreeMap<String, Vec<u8>> = BTreeMap::from([(String::new(), Vec::new())]);
    for (place, text) in &contents.notes {
        let blob = write("blob", text.as_bytes());
        let mut place = place.replace("SECOND2/2", &format!("{}/{}", &second[..2], &second[2..]));
        place = place.replace("FIRST2/2", &format!("{}/{}", &first[..2], &first[2..]));
        place = place.replace("SECOND", &second).replace("FIRST", &first);
        place = place.replace("OLD", &contents.old_second);
        let (folder, name) = place.split_once('/').unwrap_or(("", &place));
        if name != "LOST" {
            let entry = format!("100644 blob {blob}\t{name}\n");
            let list = folders.entry(folder.to_owned()).or_default();
            list.extend(entry.into_bytes());
        }
        objects.push(blob);
    }
    let mut root = folders.remove("").unwrap_or_default();
    for (name, list) in folders {
        let tree = feed(path, &["mktree"], &list).trim().to_owned();
        root.extend(format!("040000 tree {tree}\t{name}\n").into_bytes());
        trees.push(tree);
    }
    let root = feed(path, &["mktree"], &root).trim().to_owned();
    let noted = write(
        "commit",
        format!("tree {root}\n{people}\nNotes\n").as_bytes(),
    );
    trees.push(root);
    let mut refs = vec![
        ("refs/notes/commits".to_owned(), &noted),
        ("refs/heads/main".to_owned(), &second),
        (contents.branch.clone(), &first),
        ("refs/tags/v1".to_owned(), &release),
        ("refs/tags/tree".to_owned(), &of_tree),
        ("refs/tags/note".to_owned(), &note),
    ];
    refs.extend(
        contents
            .more_refs
            .iter()
            .map(|name| (name.clone(), &second)),
    );
    for (name, id) in refs {
        git(path, &["update-ref", &name, id]);
    }
    git(path, &["symbolic-ref", "HEAD", &contents.head]);
    if let Some(text) = contents.foreign {
        write("blob", text.as_bytes());
    }
    objects.extend([tree, first, second, release, of_tree, note, noted]);
    let ids = |ids: Vec<String>| {
        let id = |id: &String| ObjectId::from_hex(id.as_bytes()).unwrap();
        ids.iter().map(id).collect()
    };
    (ids(objects), ids(trees))
}

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
fn skip(contents: &mut Contents, name: &str) {
    let old = super::mutations::contents(false);
    let data = old.files.into_iter().find(|file| file.1 == name).unwrap().2;
    put(contents, name, data);
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
    ("skips a message", |c| {
        c.message = super::mutations::contents(false).message
    }),
    ("shortens a message", |c| c.message.truncate(5)),
    ("skips a person", |c| {
        c.person = super::mutations::contents(false).person
    }),
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
        &request,
        &Claim {
            new_ids: &new_ids,
            gone: &trees.iter().map(number).collect(),
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
