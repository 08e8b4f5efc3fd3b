//! A commit or tag beside what it became: every line is the same, or differs in a way that has a reason.

use git::{Kind, ObjectId};

/// What may differ, and how.
pub(super) struct Lines<'a> {
    /// Replaces values in a message.
    pub(super) replace: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// Replaces values in a header.
    pub(super) replace_in_header: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// Replaces values in the name of a tag.
    pub(super) replace_in_tag_name: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// What an object became; none if it did not change.
    pub(super) become_of: &'a dyn Fn(&ObjectId) -> Option<ObjectId>,
    /// The same for an id that may be abbreviated.
    pub(super) named: &'a dyn Fn(&[u8]) -> Option<ObjectId>,
}

impl Lines<'_> {
    /// Checks `new` against `old`.
    pub(super) fn check(&self, kind: Kind, old: &[u8], new: &[u8]) -> Result<(), &'static str> {
        let (old_head, old_text) = split(old);
        let (new_head, new_text) = split(new);
        if self.headers(old_head) != new_head {
            return Err("has other headers than it should");
        }
        let old_text = if kind == Kind::Tag {
            without_signature(old_text)
        } else {
            old_text
        };
        if self.same_text(&(self.replace)(old_text), new_text) {
            Ok(())
        } else {
            Err("has another message than it should")
        }
    }

    /// What the headers must be now.
    fn headers(&self, head: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(head.len());
        for header in headers(head) {
            match meaning(header) {
                Meaning::Signature => {}
                Meaning::Id(name, id) => {
                    let now = (self.become_of)(&id).unwrap_or(id);
                    out.extend_from_slice(name);
                    out.extend_from_slice(format!(" {now}\n").as_bytes());
                }
                Meaning::Text(name, text, rest) => {
                    out.extend_from_slice(name);
                    out.extend(if name == b"tag " {
                        (self.replace_in_tag_name)(text)
                    } else {
                        (self.replace_in_header)(text)
                    });
                    out.extend_from_slice(rest);
                    if header.ends_with(b"\n") && !out.ends_with(b"\n") {
                        out.push(b'\n');
                    }
                }
            }
        }
        out
    }

    /// Whether two messages are the same but for ids of objects that changed.
    fn same_text(&self, old: &[u8], new: &[u8]) -> bool {
        if old == new {
            return true;
        }
        let mut at = 0;
        while at < old.len() {
            let word = old[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
            let length = word.max(1);
            let (Some(was), Some(is)) = (old.get(at..at + length), new.get(at..at + length)) else {
                return false;
            };
            if was != is
                && !(self.named)(was).is_some_and(|id| id.to_string().as_bytes().starts_with(is))
            {
                return false;
            }
            at += length;
        }
        at == new.len()
    }
}

/// A part of a commit or tag that people write: there, and only there, may no value be left.
pub(super) enum Written<'a> {
    Header(&'a [u8]),
    /// Patterns do not look there.
    TagName(&'a [u8]),
    /// A message, or a signature.
    Message(&'a [u8]),
}

/// All of these.
pub(super) fn texts(data: &[u8]) -> Vec<Written<'_>> {
    let (head, message) = split(data);
    let text = |header| match meaning(header) {
        Meaning::Text(b"tag ", text, _) => Some(Written::TagName(text)),
        Meaning::Text(_, text, _) => Some(Written::Header(text)),
        Meaning::Signature => Some(Written::Message(header)),
        Meaning::Id(..) => None,
    };
    let texts = headers(head).into_iter().filter_map(text);
    texts.chain([Written::Message(message)]).collect()
}

/// What a header is for.
enum Meaning<'a> {
    Signature,
    /// Its name, and the object it names.
    Id(&'a [u8], ObjectId),
    /// The header's name, what somebody wrote, and what follows that nobody did (a date, a fixed word).
    Text(&'a [u8], &'a [u8], &'a [u8]),
}

fn meaning(header: &[u8]) -> Meaning<'_> {
    let space = header.iter().position(|byte| *byte == b' ');
    let (name, value) = header.split_at(space.unwrap_or(header.len()));
    match name {
        b"gpgsig" | b"gpgsig-sha256" | b"mergetag" => Meaning::Signature,
        b"type" => Meaning::Text(&[], &[], header),
        b"tree" | b"parent" | b"object" => match ObjectId::from_hex(value.trim_ascii()) {
            Some(id) => Meaning::Id(name, id),
            None => Meaning::Text(&[], &[], header),
        },
        b"author" | b"committer" | b"tagger" => {
            let date = header
                .rsplit(|byte| *byte == b'>')
                .next()
                .unwrap_or_default();
            let is_date = date.len() < header.len()
                && date.iter().all(|byte| b"0123456789 +-\n".contains(byte));
            let (text, date) = header.split_at(header.len() - if is_date { date.len() } else { 0 });
            let (name, text) = text.split_at(text.len().min(name.len() + 1));
            Meaning::Text(name, text, date)
        }
        b"tag" | b"encoding" => {
            let (name, text) = header.split_at(header.len().min(name.len() + 1));
            Meaning::Text(name, text, &[])
        }
        _ => Meaning::Text(&[], header, &[]),
    }
}

/// Headers with the lines that continue them (those begin with a space).
fn headers(head: &[u8]) -> Vec<&[u8]> {
    let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', head)
        .map(|at| at + 1)
        .filter(|end| head.get(*end) != Some(&b' '))
        .collect();
    if ends.last() != Some(&head.len()) {
        ends.push(head.len());
    }
    let mut start = 0;
    let mut cut = |end| &head[std::mem::replace(&mut start, end)..end];
    ends.into_iter().map(&mut cut).collect()
}

/// Headers, and (with the empty line before it) the message.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    if data.starts_with(b"\n") {
        return (&[], data);
    }
    match memchr::memmem::find(data, b"\n\n") {
        Some(at) => data.split_at(at + 1),
        None => (data, &[]),
    }
}

/// A tag's message up to the last line that begins a signature.
fn without_signature(text: &[u8]) -> &[u8] {
    let marks = [
        "-----BEGIN PGP SIGNATURE-----",
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SIGNED MESSAGE-----",
    ];
    let (mut at, mut end) = (0, text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if marks.iter().any(|mark| line.starts_with(mark.as_bytes())) {
            end = at;
        }
        at += line.len();
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use git::Kind;

    use super::Lines;

    fn check(old: &str, new: &str) -> Result<(), &'static str> {
        let replace = |text: &[u8]| {
            String::from_utf8_lossy(text)
                .replace("secret", "XX")
                .into_bytes()
        };
        let lines = Lines {
            replace: &replace,
            replace_in_header: &replace,
            replace_in_tag_name: &replace,
            become_of: &|_| None,
            named: &|_| None,
        };
        lines.check(Kind::Commit, old.as_bytes(), new.as_bytes())
    }

    #[test]
    fn only_what_has_a_reason_may_differ() {
        let old = "author A secret\ngpgsig x\n y\nother z\n\nsecret message\n";
        assert_eq!(check(old, "author A XX\nother z\n\nXX message\n"), Ok(()));
        for wrong in [
            "author A secret\nother z\n\nXX message\n",
            "author A XX\ngpgsig x\n y\nother z\n\nXX message\n",
            "author A XX\n\nXX message\n",
            "author A XX\nother z\n\nXX massage\n",
            "author A XX\nother z\n\nXX message",
            "author A XX\nother z\n\nXX message\n\n",
        ] {
            assert!(check(old, wrong).is_err(), "{wrong}");
        }
    }
}
