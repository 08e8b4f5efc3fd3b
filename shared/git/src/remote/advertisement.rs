//! What a server says of a repository before anything is fetched or pushed: refs and capabilities (gitprotocol-pack, gitprotocol-v2).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::RemoteError;
use super::names::is_ref_name;
use super::packet::{self, Packet, PacketError};
use crate::{HashKind, ObjectId};

/// The refs and capabilities of a repository on a server.
#[derive(Clone, Debug, Default)]
pub(super) struct Advertisement {
    /// Name → object, HEAD left out. Every name is one that Git accepts.
    pub(super) refs: BTreeMap<String, ObjectId>,
    /// The objects of refs with other names. Git leaves these refs out; what they lead to is part of the history all the same.
    pub(super) unnamed: BTreeSet<ObjectId>,
    /// What HEAD names.
    pub(super) head: Option<ObjectId>,
    /// The ref that HEAD is, which need not exist yet.
    pub(super) head_branch: Option<String>,
    pub(super) hash: HashKind,
    /// Where the server's own history is cut off: the parents of these commits are not there.
    pub(super) shallow: BTreeSet<ObjectId>,
    /// Whether the server speaks version 2 of the protocol, in which the refs have to be asked for.
    pub(super) is_version_2: bool,
    capabilities: Vec<String>,
}

impl Advertisement {
    /// Parses the answer to `GET info/refs?service=…`.
    pub(super) fn read(input: &mut impl Read, host: &str) -> Result<Self, RemoteError> {
        let mut lines = Lines { input, host };
        let mut found = Self::default();
        let mut line = lines.next()?;
        // `# service=…` and a flush; a server of version 2 may leave them out.
        let announced = line
            .as_ref()
            .is_some_and(|line| line.starts_with(b"# service="));
        if announced {
            if lines.next()?.is_some() {
                return Err(lines.not_a_repository());
            }
            line = lines.next()?;
        }
        match line.as_deref().map(<[u8]>::trim_ascii_end) {
            Some(b"version 2") => found.is_version_2 = true,
            Some(b"version 1") => {}
            Some(_) if announced => found.ref_line(&line.unwrap_or_default(), &lines)?,
            None if announced => return Ok(found),
            _ => return Err(lines.not_a_repository()),
        }
        while let Some(line) = lines.next()? {
            if found.is_version_2 {
                let text = std::str::from_utf8(&line).map_err(|_| lines.not_a_repository())?;
                found.capabilities.push(text.trim_end().to_owned());
            } else {
                found.ref_line(&line, &lines)?;
            }
        }
        if found.is_version_2 {
            found
                .read_capabilities()
                .ok_or_else(|| lines.not_a_repository())?;
        }
        Ok(found)
    }

    /// Whether the server offers a capability.
    pub(super) fn offers(&self, capability: &str) -> bool {
        let mut offered = self.capabilities.iter();
        offered.any(|offered| offered == capability)
    }

    /// Whether the server offers a feature of a command of version 2: `ls-refs=unborn`.
    pub(super) fn offers_feature(&self, command: &str, feature: &str) -> bool {
        let mut commands = self.capabilities.iter().filter_map(|c| c.split_once('='));
        commands
            .any(|(name, features)| name == command && features.split(' ').any(|f| f == feature))
    }

    /// Everything that something names.
    pub(super) fn objects(&self) -> BTreeSet<ObjectId> {
        let named = self.refs.values().chain(&self.head);
        named.chain(&self.unnamed).copied().collect()
    }

    /// Takes a ref.
    pub(super) fn add(&mut self, name: &[u8], id: ObjectId) {
        // What a server says of a ref that leads nowhere.
        if id.is_zero() {
            return;
        }
        match std::str::from_utf8(name).ok() {
            Some("HEAD") => self.head = Some(id),
            Some(name) if is_ref_name(name) => drop(self.refs.insert(name.to_owned(), id)),
            _ => drop(self.unnamed.insert(id)),
        }
    }

    /// Takes the ref that HEAD is.
    pub(super) fn set_head_branch(&mut self, name: &[u8]) {
        let name = std::str::from_utf8(name).ok();
        self.head_branch = name.filter(|name| is_ref_name(name)).map(str::to_owned);
    }

    /// A line of version 0 or 1: `id name`, the first one with the capabilities after a NUL.
    fn ref_line<R>(&mut self, line: &[u8], lines: &Lines<'_, R>) -> Result<(), RemoteError> {
        let not_a_repository = || lines.not_a_repository();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mut halves = line.splitn(2, |b| *b == 0);
        let reference = halves.next().unwrap_or_default();
        if let Some(capabilities) = halves.next().filter(|_| self.capabilities.is_empty()) {
            let text = String::from_utf8_lossy(capabilities);
            let words = text.split(' ').filter(|word| !word.is_empty());
            self.capabilities = words.map(str::to_owned).collect();
            self.read_capabilities().ok_or_else(not_a_repository)?;
            self.read_head();
        }
        if let Some(id) = reference.strip_prefix(b"shallow ") {
            let id = ObjectId::from_hex(id).ok_or_else(not_a_repository)?;
            self.shallow.insert(id);
            return Ok(());
        }
        let (id, name) = split_once(reference).ok_or_else(not_a_repository)?;
        let id = ObjectId::from_hex(id).ok_or_else(not_a_repository)?;
        // `tag^{}` is what an annotated tag leads to, which the tag itself says; `.have` is an object that is there without a ref.
        if name.ends_with(b"^{}") || name == b".have" {
            return Ok(());
        }
        self.add(name, id);
        Ok(())
    }

    fn read_capabilities(&mut self) -> Option<()> {
        let mut capabilities = self.capabilities.iter();
        if let Some(format) = capabilities.find_map(|c| c.strip_prefix("object-format=")) {
            self.hash = HashKind::from_name(format)?;
        }
        Some(())
    }

    fn read_head(&mut self) {
        let mut capabilities = self.capabilities.iter();
        let head = capabilities.find_map(|c| c.strip_prefix("symref=HEAD:"));
        if let Some(name) = head.map(str::to_owned) {
            self.set_head_branch(name.as_bytes());
        }
    }
}

/// The two words before and after the first space.
pub(super) fn split_once(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = line.iter().position(|b| *b == b' ')?;
    Some((&line[..space], &line[space + 1..]))
}

/// The lines of an answer, up to the next flush.
struct Lines<'a, R> {
    input: &'a mut R,
    host: &'a str,
}

impl<R: Read> Lines<'_, R> {
    /// The next line; none at a flush.
    fn next(&mut self) -> Result<Option<Vec<u8>>, RemoteError> {
        match packet::read(self.input) {
            Ok(Some(Packet::Data(line))) => Ok(Some(line)),
            Ok(Some(Packet::Flush)) => Ok(None),
            Ok(Some(Packet::Delimiter) | None) | Err(PacketError::Malformed) => {
                Err(self.not_a_repository())
            }
            Err(PacketError::Ended | PacketError::Silent) => Err(RemoteError::Unreachable {
                host: self.host.to_owned(),
                reason: "the connection broke off",
            }),
        }
    }
}

impl<R> Lines<'_, R> {
    fn not_a_repository(&self) -> RemoteError {
        RemoteError::NotARepository {
            host: self.host.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::packet::{flush, write};
    use super::{Advertisement, RemoteError};
    use crate::HashKind;

    const ID: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    fn answer(lines: &[&str]) -> Result<Advertisement, RemoteError> {
        let mut bytes = Vec::new();
        for line in lines {
            if line.is_empty() {
                flush(&mut bytes);
            } else {
                write(line.as_bytes(), &mut bytes);
            }
        }
        Advertisement::read(&mut &bytes[..], "host")
    }

    #[test]
    fn both_versions_are_read() {
        let head = format!("{ID} HEAD\0ofs-delta symref=HEAD:refs/heads/main object-format=sha1\n");
        let (branch, tag) = (
            format!("{ID} refs/heads/main\n"),
            format!("{ID} refs/tags/v1\n"),
        );
        let peeled = format!("{ID} refs/tags/v1^{{}}\n");
        let old = answer(&[
            "# service=git-upload-pack\n",
            "",
            &head,
            &branch,
            &tag,
            &peeled,
            "",
        ])
        .unwrap();
        assert_eq!(
            old.refs.keys().collect::<Vec<_>>(),
            ["refs/heads/main", "refs/tags/v1"]
        );
        assert_eq!(old.head_branch.as_deref(), Some("refs/heads/main"));
        assert!(old.head.is_some() && old.offers("ofs-delta") && !old.is_version_2);
        for announcement in [&["# service=git-upload-pack\n", ""][..], &[]] {
            let rest = [
                "version 2\n",
                "ls-refs=x unborn\n",
                "object-format=sha256\n",
                "",
            ];
            let new = answer(&[announcement, &rest[..]].concat()).unwrap();
            assert!(new.is_version_2 && new.offers_feature("ls-refs", "unborn"));
            assert_eq!(new.hash, HashKind::Sha256);
        }
    }

    #[test]
    fn a_name_that_would_lie_in_a_file_names_nothing_but_its_object_is_wanted() {
        for name in [
            "refs/heads/a\nb",
            "refs/heads/../x",
            "main",
            "refs/heads/a b",
        ] {
            let head = name.replace(' ', "~");
            let line = format!("{ID} {name}\0x symref=HEAD:{head}\n");
            let found = answer(&["# service=git-upload-pack\n", "", &line, ""]).unwrap();
            assert!(found.refs.is_empty() && found.head_branch.is_none());
            assert_eq!(found.objects().len(), 1, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(lines in proptest::collection::vec("(# service=git-upload-pack\n|version [12]\n|shallow |[0-9a-f]{40} [a-zA-Z/^{}]{0,12}|object-format=x|\0|\n){0,4}", 0..6)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let _ = answer(&lines);
        }
    }
}
