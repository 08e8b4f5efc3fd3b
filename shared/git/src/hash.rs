//! Object ids and the two hash functions that Git names objects with.

use std::fmt;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::Kind;

/// Which hash function a repository uses (`extensions.objectFormat`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HashKind {
    /// 20 bytes; Git's default.
    #[default]
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl HashKind {
    /// Bytes in an id.
    #[allow(clippy::len_without_is_empty)] // a width, not a collection's length
    pub const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The name in configuration files and protocols.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The hash function of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// The id of an object with this kind and content.
    pub fn object_id(self, kind: Kind, data: &[u8]) -> ObjectId {
        let mut hasher = Hasher::new(self);
        hasher.update(kind.name().as_bytes());
        hasher.update(format!(" {}\0", data.len()).as_bytes());
        hasher.update(data);
        hasher.finish()
    }
}

/// An id of 20 or 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

impl ObjectId {
    /// From 20 or 32 bytes.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self {
            bytes,
            len: u8::try_from(raw.len()).ok()?,
        })
    }

    /// From 40 or 64 hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        if text.len() != 40 && text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
        }
        Some(Self {
            bytes,
            len: u8::try_from(text.len() / 2).ok()?,
        })
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether this is the id that stands for "no object".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// The id that stands for "no object".
    pub fn zero(kind: HashKind) -> Self {
        Self {
            bytes: [0; 32],
            len: if kind == HashKind::Sha1 { 20 } else { 32 },
        }
    }
}

fn digit(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        b'A'..=b'F' => Some(c - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 2 * HashKind::Sha256.len()];
        let digits = text.as_chunks_mut().0.iter_mut();
        for (digits, byte) in digits.zip(self.as_bytes()) {
            *digits = [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]);
        }
        let text = &text[..2 * self.as_bytes().len()];
        f.write_str(std::str::from_utf8(text).unwrap_or_default())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A running hash.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    /// A hash of nothing yet.
    pub fn new(kind: HashKind) -> Self {
        Self(match kind {
            HashKind::Sha1 => State::Sha1(Sha1::new()),
            HashKind::Sha256 => State::Sha256(Sha256::new()),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha1(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
        }
    }

    /// The hash of all bytes.
    pub fn finish(self) -> ObjectId {
        let mut bytes = [0; 32];
        let len = match self.0 {
            State::Sha1(state) => {
                bytes[..20].copy_from_slice(&state.finalize());
                20
            }
            State::Sha256(state) => {
                bytes.copy_from_slice(&state.finalize());
                32
            }
        };
        ObjectId { bytes, len }
    }
}

#[cfg(test)]
mod tests {
    use super::{HashKind, ObjectId};
    use crate::Kind;

    #[test]
    fn the_empty_blob_has_the_ids_that_git_gives_it() {
        let id = |kind: HashKind| kind.object_id(Kind::Blob, b"").to_string();
        assert_eq!(
            id(HashKind::Sha1),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(
            id(HashKind::Sha256),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn hex_round_trips_and_refuses_other_lengths() {
        let text = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
        assert_eq!(
            ObjectId::from_hex(text).unwrap().to_string().as_bytes(),
            text
        );
        assert_eq!(ObjectId::from_hex(&text[..39]), None);
        assert_eq!(
            ObjectId::from_hex(b"g69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            None
        );
    }
}
