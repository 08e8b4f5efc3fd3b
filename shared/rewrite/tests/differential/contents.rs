//! All that a repository has, read with stock git.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use testkit::stock::{git, git_bytes};

/// Objects by id, and refs.
pub(crate) struct Contents {
    pub(crate) objects: HashMap<String, (String, Vec<u8>)>,
    pub(crate) refs: BTreeMap<String, String>,
}

/// A commit or tag, taken apart.
pub(crate) struct Parts {
    /// Names and values of headers, in order.
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) message: Vec<u8>,
}

/// One entry of a tree: mode, name, id.
pub(crate) type Entry = (Vec<u8>, Vec<u8>, String);

impl Contents {
    pub(crate) fn of(repo: &Path) -> Self {
        let all = git_bytes(repo, &["cat-file", "--batch-all-objects", "--batch"]);
        let (mut objects, mut rest) = (HashMap::new(), all.as_slice());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let words: Vec<&str> = head.split(' ').collect();
            let size: usize = words[2].parse().unwrap();
            let data = rest[end + 1..=end + size].to_vec();
            objects.insert(words[0].to_owned(), (words[1].to_owned(), data));
            rest = &rest[end + size + 2..];
        }
        let listed = git(repo, &["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pair = |line: &str| {
            line.split_once(' ')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        };
        let refs = listed.lines().filter_map(pair).collect();
        Self { objects, refs }
    }

    pub(crate) fn kind(&self, id: &str) -> &str {
        &self.objects[id].0
    }

    pub(crate) fn data(&self, id: &str) -> &[u8] {
        &self.objects[id].1
    }

    pub(crate) fn parts(&self, id: &str) -> Parts {
        let data = self.data(id);
        let end = data
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .unwrap_or(data.len() - 1);
        let header = |line: &[u8]| {
            let space = line.iter().position(|byte| *byte == b' ').unwrap();
            (line[..space].to_vec(), line[space + 1..].to_vec())
        };
        Parts {
            headers: data[..end]
                .split(|byte| *byte == b'\n')
                .map(header)
                .collect(),
            message: data.get(end + 2..).unwrap_or_default().to_vec(),
        }
    }

    pub(crate) fn entries(&self, tree: &str) -> Vec<Entry> {
        let (mut all, mut rest) = (Vec::new(), self.data(tree));
        while let Some(nul) = rest.iter().position(|byte| *byte == 0) {
            let space = rest.iter().position(|byte| *byte == b' ').unwrap();
            let id = rest[nul + 1..nul + 21]
                .iter()
                .fold(String::new(), |id, byte| format!("{id}{byte:02x}"));
            all.push((rest[..space].to_vec(), rest[space + 1..nul].to_vec(), id));
            rest = &rest[nul + 21..];
        }
        all
    }
}

impl Parts {
    pub(crate) fn all(&self, name: &[u8]) -> Vec<&[u8]> {
        let named = self.headers.iter().filter(|header| header.0 == name);
        named.map(|header| header.1.as_slice()).collect()
    }
}
