//! What must be the same, and the rules for what may differ:
//!
//! 1. git-filter-repo leaves binary files (a NUL in the first 8 KB) as they are; we clean them.
//! 2. It leaves names and addresses of people; we clean them.
//! 3. It leaves a file that a ref names without a tag; we clean it.
//! 4. It leaves notes under the old ids; with us they stay with their commit.

use std::collections::HashMap;

use crate::contents::Contents;
use crate::generator::VALUES;

pub(crate) struct Compare<'a> {
    pub(crate) source: &'a Contents,
    pub(crate) ours: &'a Contents,
    pub(crate) our_commits: &'a HashMap<String, String>,
    /// Theirs, and what each commit became.
    pub(crate) theirs: Option<&'a (Contents, HashMap<String, String>)>,
}

/// What a text must become: the rule itself, in the plainest way.
fn replaced(text: &[u8]) -> Vec<u8> {
    let mut out = swapped(text, VALUES[0].as_bytes(), b"gone");
    out = swapped(&out, VALUES[1].as_bytes(), b"lost");
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
    while let Some(at) = rest.windows(what.len()).position(|window| window == what) {
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

impl Compare<'_> {
    /// Everything that no rule explains.
    pub(crate) fn all(&self) -> Vec<String> {
        let mut found = Vec::new();
        let names = |contents: &Contents| contents.refs.keys().cloned().collect::<Vec<_>>();
        if names(self.source) != names(self.ours) {
            found.push("refs have other names".to_owned());
        }
        if let Some((theirs, _)) = self.theirs
            && names(theirs) != names(self.ours)
        {
            found.push(format!(
                "they have other refs: {:?} {:?}",
                theirs.refs.len(),
                self.ours.refs.len()
            ));
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
            self.object(name, old, new, theirs.map(String::as_str), &mut found);
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

    /// What a ref names.
    fn object(
        &self,
        name: &str,
        old: &str,
        new: &str,
        theirs: Option<&str>,
        found: &mut Vec<String>,
    ) {
        let mut must = |is: bool, what: &str| {
            if !is {
                found.push(format!("{name}: {what}"));
            }
        };
        let same_kind = self.source.kind(old) == self.ours.kind(new);
        must(same_kind, "is of another kind");
        match self.source.kind(old) {
            _ if !same_kind => {}
            "commit" => {
                must(
                    self.our_commits.get(old).is_none_or(|id| id == new),
                    "is another commit",
                );
                if let (Some(theirs), Some((_, map))) = (theirs, self.theirs) {
                    must(
                        map.get(old).is_some_and(|id| id == theirs),
                        "is another commit of theirs",
                    );
                }
            }
            "blob" => {
                must(
                    self.ours.data(new) == replaced(self.source.data(old)),
                    "is another file",
                );
                let is_left = theirs.is_none_or(|id| id == old);
                must(is_left, "their file on a ref has changed: rule 3 has gone");
            }
            "tag" => {
                let (was, is) = (self.source.parts(old), self.ours.parts(new));
                must(is.message == replaced(&was.message), "has another message");
                let people = |parts: &crate::contents::Parts| parts.all(b"tagger").concat();
                must(people(&is) == replaced(&people(&was)), "has another tagger");
                let (was_on, is_on) = (was.all(b"object").concat(), is.all(b"object").concat());
                let was_on = String::from_utf8(was_on).unwrap();
                if self.source.kind(&was_on) == "blob" {
                    let is_on = String::from_utf8(is_on).unwrap();
                    let file = replaced(self.source.data(&was_on));
                    must(self.ours.data(&is_on) == file, "is on another file");
                    if let (Some(theirs), Some((all, _))) = (theirs, self.theirs) {
                        let their = all.parts(theirs);
                        must(their.message == is.message, "they have another message");
                        let their_on = String::from_utf8(their.all(b"object").concat()).unwrap();
                        self.file(&was_on, &is_on, Some(&their_on), found);
                    }
                    return;
                }
                let must_be = self.our_commits.get(&was_on).unwrap_or(&was_on);
                must(is_on == must_be.as_bytes(), "is on another commit");
                if let (Some(theirs), Some((all, map))) = (theirs, self.theirs) {
                    let their = all.parts(theirs);
                    must(their.message == is.message, "they have another message");
                    must(
                        replaced(&people(&their)) == people(&is),
                        "they have another tagger",
                    );
                    let their_on = String::from_utf8(their.all(b"object").concat()).unwrap();
                    must(
                        map.get(&was_on) == Some(&their_on),
                        "theirs is on another commit",
                    );
                }
            }
            _ => must(false, "is of no known kind"),
        }
    }

    fn commit(&self, old: &str, new: &str, theirs: Option<&str>, found: &mut Vec<String>) {
        let (was, is) = (self.source.parts(old), self.ours.parts(new));
        let mut must = |is: bool, what: &str| {
            if !is {
                found.push(format!("commit {old}: {what}"));
            }
        };
        must(is.message == replaced(&was.message), "has another message");
        let mapped = |map: &HashMap<String, String>, ids: Vec<&[u8]>| -> Vec<Vec<u8>> {
            let id = |id: &&[u8]| {
                let id = String::from_utf8_lossy(id).into_owned();
                map.get(&id).unwrap_or(&id).clone().into_bytes()
            };
            ids.iter().map(id).collect()
        };
        must(
            is.all(b"parent") == mapped(self.our_commits, was.all(b"parent")),
            "has other parents",
        );
        for person in [&b"author"[..], b"committer", b"encoding"] {
            let expected: Vec<Vec<u8>> = was.all(person).into_iter().map(replaced).collect();
            must(is.all(person) == expected, "has other people");
        }
        must(is.headers.len() == was.headers.len(), "has other headers");
        let tree = |parts: &crate::contents::Parts| {
            String::from_utf8(parts.all(b"tree").concat()).unwrap()
        };
        let mut their_tree = None;
        if let (Some(theirs), Some((all, map))) = (theirs, self.theirs) {
            let their = all.parts(theirs);
            must(their.message == is.message, "they have another message");
            must(
                their.all(b"parent") == mapped(map, was.all(b"parent")),
                "they have other parents",
            );
            for person in [&b"author"[..], b"committer", b"encoding"] {
                let expected: Vec<Vec<u8>> = their.all(person).into_iter().map(replaced).collect();
                must(is.all(person) == expected, "they have other people");
            }
            their_tree = Some(tree(&their));
        }
        self.tree(&tree(&was), &tree(&is), their_tree.as_deref(), found);
    }

    fn tree(&self, old: &str, new: &str, theirs: Option<&str>, found: &mut Vec<String>) {
        let (was, is) = (self.source.entries(old), self.ours.entries(new));
        let their = theirs.map(|id| self.theirs.unwrap().0.entries(id));
        let names = |entries: &[crate::contents::Entry]| -> Vec<(Vec<u8>, Vec<u8>)> {
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
        if is != replaced(was) {
            found.push(format!("file {old}: not what it must become"));
        }
        let Some(their) = theirs.map(|id| self.theirs.unwrap().0.data(id)) else {
            return;
        };
        // Rule 1.
        let as_theirs = if is_binary(was) { was } else { is };
        if their != as_theirs {
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
            let about = String::from_utf8(about).unwrap();
            let now = self.our_commits.get(&about).unwrap_or(&about).clone();
            expected.push((now, replaced(self.source.data(&text))));
        }
        let mut is = Vec::new();
        for (_, about, text) in tree(self.ours, new) {
            is.push((
                String::from_utf8(about).unwrap(),
                self.ours.data(&text).to_vec(),
            ));
        }
        expected.sort();
        if is != expected {
            found.push(format!("{name}: other notes"));
        }
    }
}
