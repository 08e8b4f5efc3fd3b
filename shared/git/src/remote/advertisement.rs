//! What a server says of a repository before anything is fetched or pushed: refs and capabilities (gitprotocol-pack).

use std::collections::BTreeMap;
use std::io::Read;

use super::RemoteError;
use super::packet::{self, Packet, PacketError};
use crate::{HashKind, ObjectId};

/// The refs and capabilities of a repository on a server.
#[derive(Clone, Debug)]
pub(super) struct Advertisement {
    /// Name → object, HEAD and peeled tags left out.
    pub(super) refs: BTreeMap<String, ObjectId>,
    /// Tag → the object at the end of its chain.
    pub(super) peeled: BTreeMap<String, ObjectId>,
    /// What HEAD names.
    pub(super) head: Option<ObjectId>,
    /// The branch that HEAD is.
    pub(super) head_branch: Option<String>,
    pub(super) hash: HashKind,
    capabilities: Vec<String>,
}

impl Advertisement {
    /// Parses the answer to `GET info/refs?service=…`.
    pub(super) fn read(input: &mut impl Read, host: &str) -> Result<Self, RemoteError> {
        let not_a_repository = || RemoteError::NotARepository {
            host: host.to_owned(),
        };
        let mut found = Self {
            refs: BTreeMap::new(),
            peeled: BTreeMap::new(),
            head: None,
            head_branch: None,
            hash: HashKind::Sha1,
            capabilities: Vec::new(),
        };
        // `# service=…`, a flush; then the refs, the first with the capabilities, and a flush.
        match packet::read(input) {
            Ok(Some(Packet::Data(line))) if line.starts_with(b"# service=") => {}
            Ok(Some(_) | None) | Err(PacketError::Malformed) => return Err(not_a_repository()),
            Err(PacketError::Read) => return Err(broken(host)),
        }
        let mut flushes = 0;
        while flushes < 2 {
            match packet::read(input) {
                Ok(Some(Packet::Flush)) => flushes += 1,
                Ok(Some(Packet::Data(line))) => found.line(&line).ok_or_else(not_a_repository)?,
                Ok(None) | Err(PacketError::Malformed) => return Err(not_a_repository()),
                Err(PacketError::Read) => return Err(broken(host)),
            }
        }
        found.peeled.retain(|name, _| found.refs.contains_key(name));
        Ok(found)
    }

    /// Whether the server offers a capability.
    pub(super) fn offers(&self, capability: &str) -> bool {
        self.capabilities
            .iter()
            .any(|offered| offered == capability)
    }

    fn line(&mut self, line: &[u8]) -> Option<()> {
        let line = std::str::from_utf8(line).ok()?.trim_end_matches('\n');
        let (line, capabilities) = line.split_once('\0').unwrap_or((line, ""));
        if self.capabilities.is_empty() {
            self.capabilities = capabilities
                .split(' ')
                .filter(|c| !c.is_empty())
                .map(str::to_owned)
                .collect();
            self.read_capabilities()?;
        }
        let (id, name) = line.split_once(' ')?;
        let id = ObjectId::from_hex(id.as_bytes())?;
        match (name, name.strip_suffix("^{}")) {
            ("capabilities^{}" | ".have", _) => {}
            ("HEAD", _) => self.head = Some(id),
            (_, Some(tag)) => drop(self.peeled.insert(tag.to_owned(), id)),
            (name, None) => drop(self.refs.insert(name.to_owned(), id)),
        }
        Some(())
    }

    fn read_capabilities(&mut self) -> Option<()> {
        for capability in &self.capabilities {
            if let Some(branch) = capability.strip_prefix("symref=HEAD:") {
                self.head_branch = Some(branch.to_owned());
            }
            if let Some(format) = capability.strip_prefix("object-format=") {
                self.hash = HashKind::from_name(format)?;
            }
        }
        Some(())
    }
}

fn broken(host: &str) -> RemoteError {
    RemoteError::Unreachable {
        host: host.to_owned(),
        reason: "the connection broke off",
    }
}
