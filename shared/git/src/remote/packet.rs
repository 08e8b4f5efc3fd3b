//! Packet lines: four hexadecimal digits of length, then the payload (gitprotocol-common).

use std::io::{self, ErrorKind, Read};

use super::RemoteError;

/// The longest packet: the length counts its own four digits.
const MAX: usize = 65520;

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// `0000`: the end of a list.
    Flush,
    /// `0001`: the end of a section (protocol version 2).
    Delimiter,
    /// Some bytes.
    Data(Vec<u8>),
}

/// Why no packet could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketError {
    /// The input broke off.
    Ended,
    /// The input did not go on in time.
    Silent,
    /// What came is no packet.
    Malformed,
}

impl PacketError {
    /// What it means when it happens in the middle of an answer of `host`.
    pub(super) fn in_answer(self, host: &str) -> RemoteError {
        let reason = match self {
            Self::Silent => {
                return RemoteError::Unreachable {
                    host: host.to_owned(),
                    reason: "it fell silent in the middle of its answer",
                };
            }
            Self::Ended => "the connection broke off before everything had come",
            Self::Malformed => "the answer is not in the form of the protocol",
        };
        RemoteError::Corrupt {
            reason: reason.to_owned(),
        }
    }

    fn of(error: &io::Error) -> Self {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        let timed_out =
            error.kind() == ErrorKind::TimedOut || matches!(cause, Some(ureq::Error::Timeout(_)));
        if timed_out { Self::Silent } else { Self::Ended }
    }
}

/// Reads the next packet; none at the end of the input.
pub(super) fn read(input: &mut impl Read) -> Result<Option<Packet>, PacketError> {
    let mut digits = [0; 4];
    let mut filled = 0;
    while filled < 4 {
        match input.read(&mut digits[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(PacketError::Ended),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(PacketError::of(&error)),
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
        1 => Ok(Some(Packet::Delimiter)),
        4..=MAX => {
            let mut data = vec![0; length - 4];
            let whole = input.read_exact(&mut data);
            whole.map_err(|error| PacketError::of(&error))?;
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

/// Appends the end of a section.
pub(super) fn delimiter(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0001");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Packet, PacketError, delimiter, flush, read, write};

    #[test]
    fn what_breaks_off_is_told_from_what_is_no_packet() {
        let outcome = |bytes: &[u8]| read(&mut &bytes[..]);
        assert_eq!(outcome(b""), Ok(None));
        for cut in [&b"0"[..], b"000", b"0005", b"0010abc"] {
            assert_eq!(outcome(cut), Err(PacketError::Ended), "{cut:?}");
        }
        for other in [&b"<htm"[..], b"0003", b"+005a", b"fff1", b"ffff"] {
            assert_eq!(outcome(other), Err(PacketError::Malformed), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn packets_round_trip(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8)) {
            let mut bytes = Vec::new();
            payloads.iter().for_each(|payload| write(payload, &mut bytes));
            delimiter(&mut bytes);
            flush(&mut bytes);
            let mut input = &bytes[..];
            for payload in payloads {
                prop_assert_eq!(read(&mut input).unwrap(), Some(Packet::Data(payload)));
            }
            prop_assert_eq!(read(&mut input).unwrap(), Some(Packet::Delimiter));
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
