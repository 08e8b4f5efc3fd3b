//! What is packed inside a file: the zip family, tar, and what gzip, bzip2 and xz have made smaller; and files that Git LFS keeps
//! elsewhere, of which only a pointer is here.
//!
//! An archive may be made to grow without end, so what comes out is limited ([`Budget`]). Why one was not looked at to its
//! end is always told ([`Unopened`]).

mod texts;
mod unpack;

use std::borrow::Cow;

pub use texts::texts;
pub use unpack::unpack;

/// What is known by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zip, and what is built on it: jar, docx, whl, apk.
    Zip,
    /// Tar.
    Tar,
    /// Gzip: one file.
    Gzip,
    /// Bzip2: one file.
    Bzip2,
    /// Xz: one file.
    Xz,
    /// A pointer of Git LFS.
    Pointer,
}

impl Format {
    /// The format of `data`, if it is packed.
    pub fn of(data: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| data.starts_with(magic);
        let is_tar = || data.len() >= 512 && data[257..].starts_with(b"ustar");
        match data.first()? {
            b'P' if starts(b"PK\x03\x04") => Some(Self::Zip),
            0x1f if starts(b"\x1f\x8b\x08") => Some(Self::Gzip),
            b'B' if starts(b"BZh") && data.get(4..10) == Some(b"1AY&SY") => Some(Self::Bzip2),
            b'v' if is_pointer(data) => Some(Self::Pointer),
            0xfd if starts(b"\xfd7zXZ\0") => Some(Self::Xz),
            _ => is_tar().then_some(Self::Tar),
        }
    }
}

/// Whether a file only says which one Git LFS keeps (its specification, "The Pointer": text of less than 1,024 bytes that begins with its version).
fn is_pointer(data: &[u8]) -> bool {
    let versions = [
        &b"version https://git-lfs.github.com/spec/v1\n"[..],
        b"version https://hawser.github.com/spec/v1\n",
    ];
    data.len() < 1024 && versions.iter().any(|version| data.starts_with(version))
}

/// One file of an archive.
pub struct Entry<'d> {
    /// Its path in there; empty where a single file was only made smaller.
    pub name: String,
    /// What is in it.
    pub content: Cow<'d, [u8]>,
    /// Whether it stands in the archive as it is.
    pub is_stored: bool,
}

/// Why what an object stands for was not looked at to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unopened {
    /// More comes out than is looked at.
    TooLarge,
    /// It has more files than are looked at.
    TooMany,
    /// Archives inside archives, deeper than is looked at.
    TooDeep,
    /// It is encrypted.
    Encrypted,
    /// It is compressed in a way that is not known.
    Unknown,
    /// It is damaged.
    Damaged,
    /// A pointer: the file is not in the repository.
    Elsewhere,
}

impl Unopened {
    /// The policy that it is skipped by.
    pub fn policy(self) -> &'static str {
        if self == Self::Elsewhere {
            "lfs"
        } else {
            "archives"
        }
    }

    /// For a person.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "an archive of which more comes out than is looked at",
            Self::TooMany => "an archive of more files than are looked at",
            Self::TooDeep => "archives inside archives, deeper than is looked at",
            Self::Encrypted => "an encrypted archive",
            Self::Unknown => "an archive compressed in a way that is not known",
            Self::Damaged => "a damaged archive",
            Self::Elsewhere => "a pointer of Git LFS: the file itself is not in the repository",
        }
    }
}

/// How many layers are taken off: a tar.gz in a tar.gz has four.
pub const LAYERS: u8 = 4;

/// How much may come out of one archive and of those inside it.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Bytes that may still come out.
    pub bytes: u64,
    /// Files that may still come out.
    pub files: u32,
}

impl Budget {
    /// However small the archive is, this may come out of it.
    const LEAST: u64 = 64 << 20;
    /// However large it is, not more than this.
    const MOST: u64 = 1 << 30;
    /// In between, so many times its size.
    const RATIO: u64 = 200;
    const FILES: u32 = 50_000;

    /// For an archive of so many bytes.
    pub fn of(bytes: usize) -> Self {
        let bytes = (bytes as u64).saturating_mul(Self::RATIO);
        Self {
            bytes: bytes.clamp(Self::LEAST, Self::MOST),
            files: Self::FILES,
        }
    }

    /// Takes one file of so many bytes.
    fn take(&mut self, bytes: u64) -> Result<(), Unopened> {
        self.files = self.files.checked_sub(1).ok_or(Unopened::TooMany)?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Unopened::TooLarge)?;
        Ok(())
    }
}
