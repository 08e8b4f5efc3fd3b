//! What stands in commits, tags and trees. Only what is needed is parsed; nothing is changed or normalised.

use crate::{HashKind, ObjectId};

/// The headers of a commit or tag, up to the empty line. A header may go on over several lines.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    data: &'a [u8],
    at: usize,
    done: bool,
}

impl<'a> Headers<'a> {
    /// The headers of this commit or tag.
    pub fn of(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            done: false,
        }
    }

    /// Where the message begins: after the empty line.
    pub fn message_start(data: &[u8]) -> usize {
        let mut headers = Headers::of(data);
        while headers.next().is_some() {}
        headers.at
    }

    /// Where the headers end that it begins with and that do nothing but name other objects: a commit's tree and parents, a tag's
    /// object.
    pub fn links_end(data: &[u8]) -> usize {
        let is_link = |header: &Header<'_>| {
            matches!(header.name, b"tree" | b"parent" | b"object")
                && ObjectId::from_hex(header.value).is_some()
        };
        let links = Headers::of(data).take_while(is_link);
        links.last().map_or(0, |header| header.end)
    }
}

/// One header: its name, its value (with the line breaks of a value that goes on), and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name.
    pub name: &'a [u8],
    /// The value.
    pub value: &'a [u8],
    /// Where its first line begins.
    pub start: usize,
    /// Where the line after it begins.
    pub end: usize,
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        if self.done || self.at >= self.data.len() {
            return None;
        }
        let start = self.at;
        let line_end = |from: usize| {
            memchr::memchr(b'\n', &self.data[from..]).map_or(self.data.len(), |n| from + n)
        };
        let mut end = line_end(start);
        if end == start {
            self.done = true;
            self.at = start + 1;
            return None;
        }
        while self.data.get(end + 1) == Some(&b' ') {
            end = line_end(end + 1);
        }
        self.at = (end + 1).min(self.data.len());
        let line = &self.data[start..end];
        let space = memchr::memchr(b' ', line).unwrap_or(line.len());
        let value = line.get(space + 1..).unwrap_or_default();
        Some(Header {
            name: &line[..space],
            value,
            start,
            end: self.at,
        })
    }
}

/// The parts of a commit that make up its place in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitView<'a> {
    /// Its tree.
    pub tree: Option<ObjectId>,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// `Name <address>` of the author, as it stands.
    pub author: &'a [u8],
    /// The author's time, in seconds since 1970.
    pub author_time: i64,
    /// The committer's time.
    pub commit_time: i64,
}

impl<'a> CommitView<'a> {
    /// Parses a commit. What is missing or malformed is left at its default: old histories have all kinds of it.
    pub fn parse(data: &'a [u8]) -> Self {
        let mut view = Self::default();
        for header in Headers::of(data) {
            match header.name {
                b"tree" if view.tree.is_none() => view.tree = ObjectId::from_hex(header.value),
                b"parent" => view.parents.extend(ObjectId::from_hex(header.value)),
                b"author" => (view.author, view.author_time) = person(header.value),
                b"committer" => view.commit_time = person(header.value).1,
                _ => {}
            }
        }
        view
    }
}

/// Splits `Name <address> seconds zone` into the name with the address, and the seconds since 1970.
pub fn person(value: &[u8]) -> (&[u8], i64) {
    let Some(close) = memchr::memrchr(b'>', value) else {
        return (value, 0);
    };
    let seconds = value[close + 1..]
        .split(|b| *b == b' ')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let time = std::str::from_utf8(seconds)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    (&value[..=close], time)
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// The mode's digits, as they stand (old trees pad them with zeros).
    pub mode: &'a [u8],
    /// The name: any bytes but NUL.
    pub name: &'a [u8],
    /// The id's bytes.
    pub id: &'a [u8],
    /// Where the id begins in the tree.
    pub id_at: usize,
}

impl TreeEntry<'_> {
    /// Whether it is a folder.
    pub fn is_tree(&self) -> bool {
        self.significant_mode().first() == Some(&b'4')
    }

    /// Whether it is a submodule: the id is that of a commit of another repository.
    pub fn is_submodule(&self) -> bool {
        self.significant_mode().starts_with(b"16")
    }

    fn significant_mode(&self) -> &[u8] {
        let zeros = self.mode.iter().take_while(|digit| **digit == b'0').count();
        &self.mode[zeros..]
    }
}

/// The entries of a tree; the last item is an error if the tree is malformed there.
pub fn tree_entries(
    data: &[u8],
    hash: HashKind,
) -> impl Iterator<Item = Result<TreeEntry<'_>, &'static str>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = data.get(at..).filter(|rest| !rest.is_empty())?;
        let parsed = tree_entry(rest, at, hash.len());
        at = parsed.map_or(data.len(), |entry| entry.id_at + hash.len());
        Some(parsed.ok_or("a malformed tree"))
    })
}

fn tree_entry(rest: &[u8], at: usize, id_length: usize) -> Option<TreeEntry<'_>> {
    // Modes have five or six digits: look for the space nearby, then for the NUL behind the name.
    let space = memchr::memchr(b' ', rest)?;
    let nul = space + 1 + memchr::memchr(0, &rest[space + 1..])?;
    let id = rest.get(nul + 1..nul + 1 + id_length)?;
    Some(TreeEntry {
        mode: &rest[..space],
        name: &rest[space + 1..nul],
        id,
        id_at: at + nul + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::{CommitView, Headers, tree_entries};
    use crate::HashKind;

    const COMMIT: &[u8] = b"tree e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\nauthor A <a@b> 12 +0100\ncommitter C <c@d> -3 +0000\ngpgsig one\n two\n\nmessage\n";

    #[test]
    fn headers_go_on_over_lines_and_end_at_the_empty_one() {
        let names: Vec<_> = Headers::of(COMMIT).map(|h| (h.name, h.value)).collect();
        assert_eq!(names[3], (&b"gpgsig"[..], &b"one\n two"[..]));
        assert_eq!(names.len(), 4);
        assert_eq!(&COMMIT[Headers::message_start(COMMIT)..], b"message\n");
        assert_eq!(Headers::message_start(b"tree x"), 6);
    }

    #[test]
    fn only_ids_in_front_are_links() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let links = format!("tree {id}\nparent {id}\n");
        let tag = format!("object {id}\n");
        for (data, links) in [
            (format!("{links}author A\nparent {id}\n"), links.len()),
            (format!("{links}parent {id}0\n"), links.len()),
            (format!("{links}parent {id}\n more\n"), links.len()),
            (format!("{tag}type blob\n"), tag.len()),
            (format!("author A\n{links}"), 0),
            (String::new(), 0),
        ] {
            assert_eq!(Headers::links_end(data.as_bytes()), links, "{data}");
        }
    }

    #[test]
    fn a_commit_without_parents() {
        let view = CommitView::parse(COMMIT);
        assert_eq!(
            (view.author, view.author_time, view.commit_time),
            (&b"A <a@b>"[..], 12, -3)
        );
        assert!(view.parents.is_empty() && view.tree.is_some());
    }

    #[test]
    fn trees_with_padded_modes_and_cut_off_trees() {
        let mut tree = b"040000 dir\0".to_vec();
        tree.extend([7; 20]);
        tree.extend(b"160000 sub\0");
        tree.extend([8; 20]);
        let entries: Vec<_> = tree_entries(&tree, HashKind::Sha1)
            .map(Result::unwrap)
            .collect();
        assert!(entries[0].is_tree() && !entries[0].is_submodule() && entries[1].is_submodule());
        assert_eq!(entries[1].id, [8; 20]);
        assert!(
            tree_entries(&tree[..40], HashKind::Sha1)
                .last()
                .unwrap()
                .is_err()
        );
    }
}
