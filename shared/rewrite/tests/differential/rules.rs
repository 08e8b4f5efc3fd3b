//! What must be the same, and the rules for what may differ:
//!
//! 1. git-filter-repo leaves binary files (a NUL in the first 8 KB) as they are; we clean them.
//! 2. It leaves names and addresses of people; we clean them.
//! 3. It leaves a file that a ref names without a tag, and a folder that a tag names; we clean them.
//! 4. It leaves notes under the old ids; with us they stay with their commit.
//! 5. It leaves out of every commit its signatures and the headers that it does not know, and of every tag its PGP signature (no
//!    other, and not where it is the whole message). We leave out the signatures of those that change, and keep all headers.
//! 6. It leaves values that are encoded; we clean them.

mod tags;

use std::collections::HashMap;

use crate::contents::{Contents, Entry, Parts};
use crate::encodings::{self, WITH};
use crate::generator::VALUES;

pub(crate) struct Compare<'a> {
    pub(crate) source: &'a Contents,
    pub(crate) ours: &'a Contents,
    pub(crate) our_commits: &'a HashMap<String, String>,
    /// Theirs, and what each commit became.
    pub(crate) theirs: Option<&'a (Contents, HashMap<String, String>)>,
    pub(crate) replaced: &'a Replaced,
}

/// What a text must become: the rule itself, in the plainest way.
pub(crate) struct Replaced {
    encoded: Vec<encodings::Encoded>,
}

impl Replaced {
    pub(crate) fn new() -> Self {
        Self {
            encoded: encodings::all(),
        }
    }

    /// With us.
    fn by_us(&self, text: &[u8]) -> Vec<u8> {
        let mut out = by_both(text);
        for encoded in &self.encoded {
            out = swapped(&out, &encoded.own, &encoded.becomes);
        }
        out
    }
}

/// Rule 6: with both, what is not encoded.
fn by_both(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    for (value, with) in VALUES.into_iter().zip(WITH) {
        out = swapped(&out, value.as_bytes(), with.as_bytes());
    }
    let mut done = Vec::new();
    let mut rest = out.as_slice();
    while let Some(at) = rest.windows(4).position(|window| window == b"pin=") {
        let digits = rest[at + 4..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        done.extend_from_slice(&rest[..at + 4]);
        done.extend((digits > 0).then_some(b'#'));
        rest = &rest[at + 4 + digits..];
    }
    done.extend_from_slice(rest);
    done
}

fn swapped(text: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(at) = memchr::memmem::find(rest, what) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}

fn is_binary(data: &[u8]) -> bool {
    data[..data.len().min(8192)].contains(&0)
}

fn is_signature(header: &[u8]) -> bool {
    [&b"gpgsig"[..], b"mergetag"].contains(&header)
}

/// A header with the lines that continue it, as one.
fn whole_headers(parts: &Parts) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut whole: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (name, value) in &parts.headers {
        match whole.last_mut().filter(|_| name.is_empty()) {
            Some(last) => last.1.extend([b"\n ", value.as_slice()].concat()),
            None => whole.push((name.clone(), value.clone())),
        }
    }
    whole
}

impl Compare<'_> {
    /// Everything that no rule explains.
    pub(crate) fn all(&self) -> Vec<String> {
        let mut found = Vec::new();
        let names = |contents: &Contents| contents.refs.keys().cloned().collect::<Vec<_>>();
        if names(self.source) != names(self.ours) {
            found.push("refs have other names".to_owned());
        }
        if self
            .theirs
            .is_some_and(|(theirs, _)| names(theirs) != names(self.ours))
        {
            found.push("they have other refs".to_owned());
        }
        for (name, old) in &self.source.refs {
            let Some(new) = self.ours.refs.get(name) else {
                continue;
            };
            if name.starts_with("refs/notes/") {
                self.notes(name, old, new, &mut found);
                continue;
            }
            let theirs = self.theirs.and_then(|(theirs, _)| theirs.refs.get(name));
            self.of_ref(name, old, new, theirs.map(String::as_str), &mut found);
        }
        let commits = self
            .source
            .objects
            .iter()
            .filter(|(_, (kind, _))| kind == "commit");
        for (old, _) in commits {
            let new = self.our_commits.get(old).unwrap_or(old);
            let theirs = self.theirs.and_then(|(_, map)| map.get(old));
            if self.ours.objects.contains_key(new) && !self.is_of_notes(old) {
                self.commit(old, new, theirs.map(String::as_str), &mut found);
            } else if !self.ours.objects.contains_key(new) {
                found.push(format!("commit {old} is lost"));
            }
        }
        found
    }

    fn is_of_notes(&self, commit: &str) -> bool {
        self.source
            .refs
            .iter()
            .any(|(name, id)| id == commit && name.starts_with("refs/notes/"))
    }

    fn commit(&self, old: &str, new: &str, theirs: Option<&str>, found: &mut Vec<String>) {
        let (was, is) = (self.source.parts(old), self.ours.parts(new));
        let mut must = |is: bool, what: &str| {
            if !is {
                found.push(format!("commit {old}: {what}"));
            }
        };
        must(
            is.message == self.replaced.by_us(&was.message),
            "has another message",
        );
        must(
            whole_headers(&is) == self.headers(&was, &is, old != new),
            "has other headers",
        );
        let has_changed = is.message != was.message
            || ["tree", "parent", "author", "committer", "x-mood"]
                .iter()
                .any(|name| is.all(name.as_bytes()) != was.all(name.as_bytes()));
        must(has_changed == (old != new), "changed without a reason");
        let tree = |parts: &Parts| String::from_utf8(parts.all(b"tree").concat()).unwrap();
        let mut their_tree = None;
        if let (Some(theirs), Some((all, map))) = (theirs, self.theirs) {
            let their = all.parts(theirs);
            must(
                their.message == by_both(&was.message),
                "they have another message",
            );
            their_tree = Some(tree(&their));
            // Rules 2 and 5.
            let mut expected = was;
            let known = ["tree", "parent", "author", "committer", "encoding"];
            expected
                .headers
                .retain(|(name, _)| known.iter().any(|known| known.as_bytes() == name));
            for (name, value) in &mut expected.headers {
                match name.as_slice() {
                    b"tree" => *value = tree(&their).into_bytes(),
                    b"parent" => *value = mapped(map, value),
                    _ => {}
                }
            }
            must(their.headers == expected.headers, "they have other headers");
        }
        let was = self.source.parts(old);
        self.tree(&tree(&was), &tree(&is), their_tree.as_deref(), found);
    }

    /// What the headers of a commit must be, but for its tree, which `is` says.
    fn headers(&self, was: &Parts, is: &Parts, has_changed: bool) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut headers = whole_headers(was);
        headers.retain(|(name, _)| !has_changed || !is_signature(name));
        for (name, value) in &mut headers {
            *value = match name.as_slice() {
                b"tree" => is.all(b"tree").concat(),
                b"parent" => mapped(self.our_commits, value),
                _ if is_signature(name) => value.clone(),
                _ => self.replaced.by_us(value),
            };
        }
        headers
    }

    fn tree(&self, old: &str, new: &str, theirs: Option<&str>, found: &mut Vec<String>) {
        let (was, is) = (self.source.entries(old), self.ours.entries(new));
        let their = theirs.map(|id| self.theirs.unwrap().0.entries(id));
        let names = |entries: &[Entry]| -> Vec<(Vec<u8>, Vec<u8>)> {
            entries
                .iter()
                .map(|(mode, name, _)| (mode.clone(), name.clone()))
                .collect()
        };
        if names(&was) != names(&is)
            || their
                .as_ref()
                .is_some_and(|their| names(their) != names(&is))
        {
            found.push(format!("tree {old}: other names"));
            return;
        }
        for (n, (mode, _, old)) in was.iter().enumerate() {
            let (new, theirs) = (&is[n].2, their.as_ref().map(|their| their[n].2.as_str()));
            match mode.as_slice() {
                b"40000" => self.tree(old, new, theirs, found),
                b"160000" if old == new && theirs.is_none_or(|id| id == new) => {}
                b"160000" => found.push(format!("module {old}: moved")),
                _ => self.file(old, new, theirs, found),
            }
        }
    }

    fn file(&self, old: &str, new: &str, theirs: Option<&str>, found: &mut Vec<String>) {
        let (was, is) = (self.source.data(old), self.ours.data(new));
        if is != self.replaced.by_us(was) {
            found.push(format!("file {old}: not what it must become"));
        }
        let Some(their) = theirs.map(|id| self.theirs.unwrap().0.data(id)) else {
            return;
        };
        // Rule 1.
        let is_theirs = if is_binary(was) {
            their == was
        } else {
            their == by_both(was)
        };
        if !is_theirs {
            found.push(format!("file {old}: theirs is another"));
        }
    }

    /// Rule 4: each note is, cleaned, where its commit is now.
    fn notes(&self, name: &str, old: &str, new: &str, found: &mut Vec<String>) {
        let tree = |contents: &Contents, commit: &str| {
            let id = String::from_utf8(contents.parts(commit).all(b"tree").concat()).unwrap();
            contents.entries(&id)
        };
        let mut expected = Vec::new();
        for (_, about, text) in tree(self.source, old) {
            let text = self.replaced.by_us(self.source.data(&text));
            expected.push((mapped(self.our_commits, &about), text));
        }
        let entries = tree(self.ours, new).into_iter();
        let is: Vec<_> = entries
            .map(|(_, about, text)| (about, self.ours.data(&text).to_vec()))
            .collect();
        expected.sort();
        if is != expected {
            found.push(format!("{name}: other notes"));
        }
    }
}

fn mapped(map: &HashMap<String, String>, id: &[u8]) -> Vec<u8> {
    let id = String::from_utf8_lossy(id).into_owned();
    map.get(&id).unwrap_or(&id).clone().into_bytes()
}
