//! The header in front of every entry of a pack (gitformat-pack, "pack entry").

use crate::{HashKind, Kind, ObjectId};

/// What an entry is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing: the entry holds the whole object.
    None(Kind),
    /// The entry that begins this many bytes earlier.
    Offset(u64),
    /// The entry of the object with this id.
    Id(ObjectId),
}

/// A parsed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// What it is built on.
    pub(crate) base: Base,
    /// Bytes of the inflated payload (the object, or the delta).
    pub(crate) size: u64,
    /// Bytes of the header.
    pub(crate) length: usize,
}

/// Parses the header at the start of `data`.
pub(crate) fn parse(data: &[u8], hash: HashKind) -> Option<Header> {
    let mut at = 0;
    let mut next = || {
        let byte = data.get(at).copied();
        at += 1;
        byte
    };
    let first = next()?;
    let mut size = u64::from(first & 15);
    let (mut shift, mut more) = (4, first & 0x80 != 0);
    while more {
        let byte = next()?;
        let bits = u64::from(byte & 0x7f);
        size |= bits
            .checked_shl(shift)
            .filter(|shifted| shifted >> shift == bits)?;
        shift += 7;
        more = byte & 0x80 != 0;
    }
    let base = match (first >> 4) & 7 {
        6 => {
            let mut byte = next()?;
            let mut distance = u64::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                byte = next()?;
                distance = (distance + 1).checked_mul(128)? | u64::from(byte & 0x7f);
            }
            Base::Offset(distance)
        }
        7 => {
            let id = ObjectId::from_bytes(data.get(at..at + hash.len())?)?;
            at += hash.len();
            Base::Id(id)
        }
        number => Base::None(Kind::from_number(number)?),
    };
    Some(Header {
        base,
        size,
        length: at,
    })
}

/// Writes a header.
pub(crate) fn write(base: Base, size: u64, out: &mut Vec<u8>) {
    let number = match base {
        Base::None(kind) => kind as u8,
        Base::Offset(_) => 6,
        Base::Id(_) => 7,
    };
    let low = |value: u64| (value & 0x7f) as u8;
    let mut byte = (number << 4) | (size & 15) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        out.push(byte | 0x80);
        byte = low(rest);
        rest >>= 7;
    }
    out.push(byte);
    match base {
        Base::None(_) => {}
        Base::Id(id) => out.extend_from_slice(id.as_bytes()),
        Base::Offset(distance) => {
            let mut bytes = vec![low(distance)];
            let mut rest = distance >> 7;
            while rest > 0 {
                rest -= 1;
                bytes.push(0x80 | low(rest));
                rest >>= 7;
            }
            out.extend(bytes.iter().rev());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Base, parse, write};
    use crate::{HashKind, Kind, ObjectId};

    fn base() -> impl Strategy<Value = Base> {
        prop_oneof![
            Just(Base::None(Kind::Blob)),
            (1..1_u64 << 55).prop_map(Base::Offset),
            any::<[u8; 20]>().prop_map(|id| Base::Id(ObjectId::from_bytes(&id).unwrap())),
        ]
    }

    proptest! {
        #[test]
        fn headers_round_trip(base in base(), size in 0..1_u64 << 60) {
            let mut bytes = Vec::new();
            write(base, size, &mut bytes);
            let header = parse(&bytes, HashKind::Sha1).unwrap();
            prop_assert_eq!((header.base, header.size, header.length), (base, size, bytes.len()));
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse(&bytes, HashKind::Sha256);
        }
    }
}
