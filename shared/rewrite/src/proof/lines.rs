//! A commit or tag beside what it became: every line is the same, or differs in a way that has a reason.

use git::{Kind, ObjectId};

/// What may differ, and how.
pub(super) struct Lines<'a> {
    /// Replaces values.
    pub(super) replace: &'a dyn Fn(&[u8]) -> Vec<u8>,
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
        let (mut out, mut signed) = (Vec::with_capacity(head.len()), false);
        for line in head.split_inclusive(|byte| *byte == b'\n') {
            let goes_on = line.first() == Some(&b' ');
            signed = if goes_on { signed } else { is_signed(line) };
            if signed {
                continue;
            }
            let id = ["tree ", "parent ", "object "].iter().find_map(|name| {
                ObjectId::from_hex(line.strip_prefix(name.as_bytes())?.trim_ascii_end())
            });
            match id {
                Some(id) if !goes_on => {
                    let name = line.split(|byte| *byte == b' ').next().unwrap_or_default();
                    let now = (self.become_of)(&id).unwrap_or(id);
                    out.extend_from_slice(name);
                    out.extend_from_slice(format!(" {now}\n").as_bytes());
                }
                _ => out.extend_from_slice(line),
            }
        }
        // A value may go on over lines.
        if head.is_empty() {
            out
        } else {
            self.replace_outside_ids(&out)
        }
    }

    fn replace_outside_ids(&self, head: &[u8]) -> Vec<u8> {
        (self.replace)(head)
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

fn is_signed(line: &[u8]) -> bool {
    ["gpgsig ", "gpgsig-sha256 ", "mergetag "]
        .iter()
        .any(|name| line.starts_with(name.as_bytes()))
}

/// Headers, and (with the empty line before it) the message.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(data, b"\n\n") {
        Some(at) => data.split_at(at + 1),
        None => (data, &[]),
    }
}

fn without_signature(text: &[u8]) -> &[u8] {
    let marks = [
        "-----BEGIN PGP SIGNATURE-----",
        "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SIGNED MESSAGE-----",
    ];
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if marks.iter().any(|mark| line.starts_with(mark.as_bytes())) {
            return &text[..at];
        }
        at += line.len();
    }
    text
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
