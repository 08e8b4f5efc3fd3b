//! What `git fast-import` cannot make: signed commits and tags, headers that nobody knows, tags of folders and of tags.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use git::{Base, Deflater, HashKind, Kind, ObjectId, PackWriter};
use testkit::stock::{feed, git};

use crate::contents::{Contents, Entry};
use crate::generator::{Dice, VALUES};

/// Made up: nobody checks them.
const COMMIT_SIGNATURE: &str =
    "gpgsig -----BEGIN PGP SIGNATURE-----\n \n made/up+bytes==\n -----END PGP SIGNATURE-----\n";
const MERGE_TAG: &str = "mergetag object 1234567890123456789012345678901234567890\n type commit\n tag merged\n \n open sesame\n";
const UNKNOWN: &str = "x-mood sword/fish+4711\n";
const TAG_SIGNATURES: [&str; 2] = [
    "-----BEGIN PGP SIGNATURE-----\n\nmade/up+bytes==\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN SSH SIGNATURE-----\nmade/up+bytes==\n-----END SSH SIGNATURE-----\n",
];

/// Writes all commits and tags of a repository anew, some of them signed, and adds tags.
pub(crate) fn dress(repo: &Path, dice: &mut Dice) {
    let contents = Contents::of(repo);
    let mut dressing = Dressing {
        contents: &contents,
        dice,
        new_ids: HashMap::new(),
        objects: Vec::new(),
        refs: Vec::new(),
    };
    dressing.commits(repo);
    dressing.tags();
    dressing.more_tags();
    write(repo, &dressing.objects);
    let refs = dressing.refs.join("\n") + "\n";
    feed(repo, &["update-ref", "--stdin"], refs.as_bytes());
    git(repo, &["gc", "-q", "--prune=now"]);
}

struct Dressing<'a> {
    contents: &'a Contents,
    dice: &'a mut Dice,
    /// Old to new.
    new_ids: HashMap<String, String>,
    objects: Vec<(ObjectId, Kind, Vec<u8>)>,
    /// What `git update-ref` is to do.
    refs: Vec<String>,
}

impl Dressing<'_> {
    fn add(&mut self, kind: Kind, data: Vec<u8>) -> String {
        let id = HashKind::Sha1.object_id(kind, &data);
        self.objects.push((id, kind, data));
        id.to_string()
    }

    fn now(&self, old: &str) -> String {
        self.new_ids.get(old).map_or(old, String::as_str).to_owned()
    }

    /// Parents first, and what notes are about before the notes.
    fn commits(&mut self, repo: &Path) {
        let args = ["rev-list", "--reverse", "--topo-order"];
        for which in [
            ["--exclude=refs/notes/*", "--all"],
            ["--glob=refs/notes/*", "--"],
        ] {
            for old in git(repo, &[&args[..], &which[..]].concat()).lines() {
                let data = self.commit(old, which[1] == "--");
                let new = self.add(Kind::Commit, data);
                self.new_ids.insert(old.to_owned(), new);
            }
        }
        for (name, old) in &self.contents.refs {
            if let Some(new) = self.new_ids.get(old) {
                self.refs.push(format!("update {name} {new}"));
            }
        }
    }

    fn commit(&mut self, old: &str, is_of_notes: bool) -> Vec<u8> {
        let parts = self.contents.parts(old);
        let mut data = Vec::new();
        for (name, value) in &parts.headers {
            let text = String::from_utf8_lossy(value).into_owned();
            let value = match name.as_slice() {
                b"parent" => self.now(&text).into_bytes(),
                b"tree" if is_of_notes => self.notes(&text).into_bytes(),
                _ => value.clone(),
            };
            data.extend([name, &b" "[..], &value, b"\n"].concat());
        }
        let is_merge = parts.all(b"parent").len() > 1;
        for (header, times) in [(MERGE_TAG, 3), (COMMIT_SIGNATURE, 4), (UNKNOWN, 9)] {
            if self.dice.one_in(times) && (is_merge || header != MERGE_TAG) {
                data.extend(header.bytes());
            }
        }
        data.push(b'\n');
        data.extend(parts.message);
        data
    }

    /// Notes are under the ids of what they are about.
    fn notes(&mut self, tree: &str) -> String {
        let renamed = |(mode, about, text): Entry| {
            let about = String::from_utf8(about).unwrap();
            (self.now(&about), mode, text)
        };
        let entries = self.contents.entries(tree).into_iter();
        let mut entries: Vec<_> = entries.map(renamed).collect();
        entries.sort();
        let mut data = Vec::new();
        for (about, mode, text) in entries {
            data.extend([&mode, &b" "[..], about.as_bytes(), b"\0"].concat());
            data.extend(ObjectId::from_hex(text.as_bytes()).unwrap().as_bytes());
        }
        self.add(Kind::Tree, data)
    }

    fn tags(&mut self) {
        for (name, old) in &self.contents.refs {
            if self.contents.kind(old) != "tag" {
                continue;
            }
            let parts = self.contents.parts(old);
            let on = String::from_utf8(parts.all(b"object").concat()).unwrap();
            let text = String::from_utf8_lossy(self.contents.data(old)).into_owned();
            let mut text = text.replacen(&on, &self.now(&on), 1);
            self.sign(&mut text);
            let new = self.add(Kind::Tag, text.into_bytes());
            self.refs.push(format!("update {name} {new}"));
            self.new_ids.insert(old.clone(), new);
        }
    }

    fn sign(&mut self, tag: &mut String) {
        if self.dice.one_in(3) {
            let is_begun = tag.ends_with('\n');
            tag.push_str(if is_begun { "" } else { "\n" });
            tag.push_str(TAG_SIGNATURES[self.dice.roll(2)]);
        }
    }

    /// Tags of folders, of tags of them, and of tags of all kinds.
    fn more_tags(&mut self) {
        let mut targets: Vec<(String, &str)> = Vec::new();
        // Not of notes, which have a rule of their own.
        let is_about = |(name, _): &(&String, _)| !name.starts_with("refs/notes/");
        let refs = self.contents.refs.iter().filter(is_about);
        let commits: Vec<&String> = refs
            .map(|(_, id)| id)
            .filter(|id| self.contents.kind(id) == "commit")
            .collect();
        for _ in 0..commits.len() / 10 {
            let commit = commits[self.dice.roll(commits.len())];
            let tree = self.contents.parts(commit).all(b"tree").concat();
            targets.push((String::from_utf8(tree).unwrap(), "tree"));
        }
        for old in self.contents.refs.values() {
            if self.contents.kind(old) == "tag" && self.dice.one_in(4) {
                targets.push((self.now(old), "tag"));
            }
        }
        for (number, (on, kind)) in targets.into_iter().enumerate() {
            let first = self.one_more(&on, kind, number, "on");
            if self.dice.one_in(2) {
                self.one_more(&first, "tag", number, "twice");
            }
        }
    }

    fn one_more(&mut self, on: &str, kind: &str, number: usize, name: &str) -> String {
        let value = VALUES[self.dice.roll(2)];
        let name = format!("more/{name}{number}");
        let mut text = format!(
            "object {on}\ntype {kind}\ntag {name}\ntagger A <a@b> 1600000000 +0000\n\nOf {value}\n"
        );
        self.sign(&mut text);
        let id = self.add(Kind::Tag, text.into_bytes());
        self.refs.push(format!("create refs/tags/{name} {id}"));
        id
    }
}

fn write(repo: &Path, objects: &[(ObjectId, Kind, Vec<u8>)]) {
    let mut seen = HashSet::new();
    let once: Vec<_> = objects.iter().filter(|one| seen.insert(one.0)).collect();
    let count = u32::try_from(once.len()).unwrap();
    let mut pack = PackWriter::create(&repo.join("objects/pack"), HashKind::Sha1, count).unwrap();
    let mut deflater = Deflater::new();
    for (id, kind, data) in once {
        let payload = deflater.deflate(data);
        pack.add(*id, Base::None(*kind), data.len() as u64, &payload)
            .unwrap();
    }
    pack.finish().unwrap();
}
