//! The refs of a server that speaks version 2 of the protocol, where they are asked for (gitprotocol-v2, `ls-refs`).

use std::io::Read;

use super::RemoteError;
use super::advertisement::{Advertisement, split_once};
use super::packet::{self, Packet, PacketError};
use crate::ObjectId;

/// The request for all refs, and for what HEAD is.
pub(super) fn request(server: &Advertisement) -> Vec<u8> {
    let mut out = Vec::new();
    command("ls-refs", server, &mut out);
    packet::write(b"symrefs\n", &mut out);
    if server.offers_feature("ls-refs", "unborn") {
        packet::write(b"unborn\n", &mut out);
    }
    packet::flush(&mut out);
    out
}

/// Begins a request of version 2.
pub(super) fn command(name: &str, server: &Advertisement, out: &mut Vec<u8>) {
    packet::write(format!("command={name}\n").as_bytes(), out);
    let format = format!("object-format={}", server.hash.name());
    if server.offers(&format) {
        packet::write(format!("{format}\n").as_bytes(), out);
    }
    packet::delimiter(out);
}

/// Reads the answer into `server`.
pub(super) fn read(
    input: &mut impl Read,
    server: &mut Advertisement,
    host: &str,
) -> Result<(), RemoteError> {
    loop {
        match packet::read(input).map_err(|error| error.in_answer(host))? {
            Some(Packet::Data(line)) => take(&line, server)
                .unwrap_or_else(|| Err(PacketError::Malformed.in_answer(host)))?,
            Some(Packet::Flush) => return Ok(()),
            Some(Packet::Delimiter) => return Err(PacketError::Malformed.in_answer(host)),
            None => return Err(PacketError::Ended.in_answer(host)),
        }
    }
}

/// `id name attributes…`, or `unborn HEAD symref-target:…`; none if it is neither.
fn take(line: &[u8], server: &mut Advertisement) -> Option<Result<(), RemoteError>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if line.starts_with(b"ERR ") {
        return Some(Err(RemoteError::Protocol {
            what: "refused to list its refs",
        }));
    }
    let (id, rest) = split_once(line)?;
    let (name, attributes) = split_once(rest).unwrap_or((rest, b""));
    let mut attributes = attributes.split(|b| *b == b' ');
    let target = attributes.find_map(|attribute| attribute.strip_prefix(b"symref-target:"));
    if let Some(target) = target.filter(|_| name == b"HEAD") {
        server.set_head_branch(target);
    }
    if id != b"unborn" {
        server.add(name, ObjectId::from_hex(id)?);
    }
    Some(Ok(()))
}
