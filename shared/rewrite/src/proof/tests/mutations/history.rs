//! A history with a value in every kind of place, made object by object with stock git.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use git::ObjectId;
use testkit::stock::{feed, git};

pub(super) const VALUE: &str = "swordfish-4711";

/// What stands in a history, place by place.
#[derive(Clone)]
pub(super) struct Contents {
    /// Mode, name, content.
    pub(super) files: Vec<(&'static str, String, Vec<u8>)>,
    pub(super) submodule: &'static str,
    pub(super) person: String,
    pub(super) date: &'static str,
    /// Headers between the committer and the message.
    pub(super) headers: String,
    pub(super) message: String,
    /// Of the second commit; `FIRST` stands for the first one's id.
    pub(super) second_message: String,
    pub(super) second_parents: usize,
    pub(super) tag_message: String,
    pub(super) tagger: String,
    pub(super) tag_of_tree: String,
    pub(super) note: String,
    /// The places of notes, where `SECOND` and `FIRST` stand for ids (`…2/2`: in a folder), `OLD` for the second one's id in the
    /// source, `LOST` for nowhere; and their texts.
    pub(super) notes: Vec<(&'static str, String)>,
    pub(super) old_second: String,
    pub(super) branch: String,
    pub(super) head: String,
    pub(super) more_refs: Vec<String>,
    pub(super) foreign: Option<&'static str>,
}

/// The history as it is (`VALUE`), or as it must become.
#[allow(clippy::too_many_lines)] // a history, place by place
pub(super) fn contents(is_clean: bool) -> Contents {
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
    let mixed = if is_clean {
        hex.clone()
    } else {
        // The last of its letters only.
        let at = hex
            .rfind(|digit: char| digit.is_ascii_alphabetic())
            .unwrap();
        format!("{}{}", &hex[..at], hex[at..].to_uppercase())
    };
    // So many bytes stand before it that the value shares no digit of the outer base64.
    let twice = BASE64_STANDARD.encode([b" ", &base64[..]].concat());
    let of_utf16 = BASE64_STANDARD.encode(utf16(filled));
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
        ("100644", "mixed", mixed.into_bytes()),
        ("100644", "twice", twice.into_bytes()),
        ("100644", "base64-of-utf16", of_utf16.into_bytes()),
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
pub(super) fn make(path: &Path, contents: &Contents) -> (Vec<ObjectId>, Vec<ObjectId>) {
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
