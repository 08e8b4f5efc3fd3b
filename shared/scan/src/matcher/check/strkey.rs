//! Stellar's keys: Base32 of a version byte, the key and a CRC-16 (XMODEM, low byte first).

const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Whether `value` is Base32 without padding and its checksum holds.
pub(super) fn holds(value: &[u8]) -> bool {
    let Some(bytes) = decode(value) else {
        return false;
    };
    let payload = bytes.len().checked_sub(2).filter(|length| *length > 0);
    payload.is_some_and(|length| crc16(&bytes[..length]).to_le_bytes() == bytes[length..])
}

/// `payload` and its checksum.
pub(crate) fn encode(payload: &[u8]) -> Vec<u8> {
    let bytes = [payload, &crc16(payload).to_le_bytes()].concat();
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let digit = |n: usize| (0..5).fold(0, |value, at| value << 1 | bit(n * 5 + at));
    let digits = (0..(bytes.len() * 8).div_ceil(5)).map(digit);
    digits
        .filter_map(|digit: u8| DIGITS.get(usize::from(digit)).copied())
        .collect()
}

fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len() * 5 / 8);
    let (mut bits, mut count) = (0u32, 0);
    for c in value {
        let digit = DIGITS.iter().position(|digit| digit == c)?;
        bits = bits << 5 | u32::try_from(digit).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    Some(bytes)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| {
            sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{crc16, encode, holds};

    #[test]
    fn the_check_value_of_the_checksum_is_the_known_one() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn what_is_encoded_holds_and_what_is_changed_does_not() {
        let text = encode(&[0x90; 33]);
        assert_eq!(text.len(), 56);
        assert!(holds(&text) && text.starts_with(b"S"));
        let mut other = text.clone();
        other[20] = if other[20] == b'A' { b'B' } else { b'A' };
        assert!(!holds(&other) && !holds(b"S") && !holds(b"") && !holds(b"s0"));
    }
}
