//! What refs and tags name: each tag on the way down, and the commit, folder or file at the end.

use super::{Compare, by_both, mapped};
use crate::contents::Parts;

/// One object before, with us, with them.
#[derive(Clone)]
struct Sides {
    old: String,
    new: String,
    theirs: Option<String>,
}

impl Compare<'_> {
    /// What a ref names.
    pub(super) fn of_ref(
        &self,
        name: &str,
        old: &str,
        new: &str,
        theirs: Option<&str>,
        found: &mut Vec<String>,
    ) {
        let mut sides = Sides {
            old: old.to_owned(),
            new: new.to_owned(),
            theirs: theirs.map(str::to_owned),
        };
        let is_left = self.is_left_by_them(old);
        if is_left && theirs.is_some_and(|id| id != old) {
            found.push(format!("{name}: they changed it, rule 3 has gone"));
        }
        sides.theirs = sides.theirs.filter(|_| !is_left);
        while self.source.kind(&sides.old) == "tag" {
            if self.ours.kind(&sides.new) != "tag" {
                break;
            }
            let mut must = |is: bool, what: &str| {
                if !is {
                    found.push(format!("{name}: {what}"));
                }
            };
            sides = self.tag(&sides, &mut must);
        }
        self.end(name, &sides, found);
    }

    /// Rule 3: whether a ref names, without a tag, what is no commit, or a folder.
    fn is_left_by_them(&self, old: &str) -> bool {
        let (mut at, mut kind) = (old.to_owned(), self.source.kind(old));
        while kind == "tag" {
            at = on(&self.source.parts(&at));
            kind = self.source.kind(&at);
        }
        kind == "tree" || kind == "blob" && at == old
    }

    /// A tag; gives what it is on.
    fn tag(&self, sides: &Sides, must: &mut impl FnMut(bool, &str)) -> Sides {
        let (was, is) = (self.source.parts(&sides.old), self.ours.parts(&sides.new));
        let unsigned = unsigned(&was.message, &[b"PGP", b"SSH"]);
        let is_same = on(&was) == on(&is)
            && self.replaced.by_us(unsigned) == unsigned
            && self.replaced.by_us(&was.all(b"tagger").concat()) == was.all(b"tagger").concat();
        must(
            (sides.old == sides.new) == is_same,
            "changed without a reason",
        );
        if !is_same {
            let message = self.replaced.by_us(unsigned);
            must(is.message == message, "has another message");
            let tagger = self.replaced.by_us(&was.all(b"tagger").concat());
            must(is.all(b"tagger").concat() == tagger, "has another tagger");
            must(is.headers.len() == was.headers.len(), "has other headers");
        }
        let theirs = sides.theirs.as_ref().zip(self.theirs);
        let theirs = theirs.map(|(id, (all, _))| {
            let their = all.parts(id);
            // Rule 5.
            let message = match self::unsigned(&was.message, &[b"PGP"]) {
                b"" => &was.message,
                message => message,
            };
            let message = by_both(message);
            must(their.message == message, "they have another message");
            must(
                their.all(b"tagger") == was.all(b"tagger"),
                "they have another tagger",
            );
            on(&their)
        });
        Sides {
            old: on(&was),
            new: on(&is),
            theirs,
        }
    }

    /// What is no tag.
    fn end(&self, name: &str, sides: &Sides, found: &mut Vec<String>) {
        let Sides { old, new, theirs } = sides;
        let kind = self.source.kind(old);
        if kind != self.ours.kind(new) {
            found.push(format!("{name}: is of another kind"));
            return;
        }
        match kind {
            "commit" => {
                if mapped(self.our_commits, old.as_bytes()) != new.as_bytes() {
                    found.push(format!("{name}: is another commit"));
                }
                let map = self.theirs.map(|(_, map)| map);
                if theirs
                    .as_ref()
                    .zip(map)
                    .is_some_and(|(theirs, map)| map.get(old) != Some(theirs))
                {
                    found.push(format!("{name}: is another commit of theirs"));
                }
            }
            "tree" => self.tree(old, new, theirs.as_deref(), found),
            _ => self.file(old, new, theirs.as_deref(), found),
        }
    }
}

fn on(tag: &Parts) -> String {
    String::from_utf8(tag.all(b"object").concat()).unwrap()
}

/// A tag's message without a signature of these kinds.
fn unsigned<'a>(message: &'a [u8], kinds: &[&[u8]]) -> &'a [u8] {
    let begins = |kind: &&[u8]| {
        let line = [b"-----BEGIN ", *kind, b" SIGNATURE-----\n"].concat();
        memchr::memmem::find(message, &line)
    };
    let end = kinds.iter().filter_map(begins).min();
    &message[..end.unwrap_or(message.len())]
}
