//! Packet lines: four hexadecimal digits of length, then the payload (gitprotocol-common).

use std::io::Read;

/// The longest packet: the length counts its own four digits.
const MAX: usize = 65520;

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// `0000`: the end of a list.
    Flush,
    /// Some bytes.
    Data(Vec<u8>),
}

/// Why no packet could be read.
#[derive(Clone, Copy, Debug)]
pub(super) enum PacketError {
    /// The input ended, or broke off.
    Read,
    /// What came is no packet.
    Malformed,
}

/// Reads the next packet; none at the end of the input.
pub(super) fn read(input: &mut impl Read) -> Result<Option<Packet>, PacketError> {
    let mut digits = [0; 4];
    let mut filled = 0;
    while filled < 4 {
        match input.read(&mut digits[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(PacketError::Malformed),
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(PacketError::Read),
        }
    }
    let text = std::str::from_utf8(&digits)
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
    let length = text
        .and_then(|text| usize::from_str_radix(text, 16).ok())
        .ok_or(PacketError::Malformed)?;
    match length {
        0 => Ok(Some(Packet::Flush)),
        4..=MAX => {
            let mut data = vec![0; length - 4];
            input.read_exact(&mut data).map_err(|_| PacketError::Read)?;
            Ok(Some(Packet::Data(data)))
        }
        _ => Err(PacketError::Malformed),
    }
}

/// Appends a packet with this payload (which must be below 65,516 bytes).
pub(super) fn write(payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{:04x}", payload.len() + 4).as_bytes());
    out.extend_from_slice(payload);
}

/// Appends the end of a list.
pub(super) fn flush(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0000");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Packet, flush, read, write};

    proptest! {
        #[test]
        fn packets_round_trip(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8)) {
            let mut bytes = Vec::new();
            payloads.iter().for_each(|payload| write(payload, &mut bytes));
            flush(&mut bytes);
            let mut input = &bytes[..];
            for payload in payloads {
                prop_assert_eq!(read(&mut input).unwrap(), Some(Packet::Data(payload)));
            }
            prop_assert_eq!(read(&mut input).unwrap(), Some(Packet::Flush));
            prop_assert_eq!(read(&mut input).unwrap(), None);
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut input = &bytes[..];
            while let Ok(Some(_)) = read(&mut input) {}
        }
    }
}
