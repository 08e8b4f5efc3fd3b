//! `Base58Check`, as Bitcoin writes private keys: the last four bytes are those of a double SHA-256.

use sha2::{Digest, Sha256};

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const CHECKSUM: usize = 4;

/// Whether `value` is Base58 and its checksum holds.
pub(super) fn holds(value: &[u8]) -> bool {
    let Some(bytes) = decode(value) else {
        return false;
    };
    let payload = bytes.len().checked_sub(CHECKSUM);
    payload.is_some_and(|length| {
        let (payload, sum) = bytes.split_at(length);
        !payload.is_empty() && checksum(payload) == sum
    })
}

/// `payload` and its checksum.
pub(crate) fn encode(payload: &[u8]) -> Vec<u8> {
    let bytes = [payload, &checksum(payload)].concat();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut digits = rebase(bytes.iter().copied(), 256, 58);
    digits.extend(std::iter::repeat_n(0, zeros));
    let digit = |digit: &u8| DIGITS.get(usize::from(*digit)).copied();
    digits.iter().rev().filter_map(digit).collect()
}

fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let digit = |c: &u8| {
        let at = DIGITS.iter().position(|digit| digit == c)?;
        u8::try_from(at).ok()
    };
    let digits = value.iter().map(digit).collect::<Option<Vec<_>>>()?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let mut bytes = rebase(digits.into_iter(), 58, 256);
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}

/// Digits of one base, highest first, as digits of another, lowest first.
fn rebase(digits: impl Iterator<Item = u8>, from: u32, to: u32) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for digit in digits {
        let mut carry = u32::from(digit);
        for place in &mut out {
            carry += u32::from(*place) * from;
            *place = low(carry % to);
            carry /= to;
        }
        while carry > 0 {
            out.push(low(carry % to));
            carry /= to;
        }
    }
    out
}

/// The lowest byte; a digit has no other.
fn low(digit: u32) -> u8 {
    digit.to_le_bytes()[0]
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(Sha256::digest(payload)));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::{encode, holds};

    #[test]
    fn what_is_encoded_holds_and_what_is_changed_does_not() {
        for payload in [&[0x80; 33][..], &[0, 0, 7, 9], b"a"] {
            let text = encode(payload);
            assert!(holds(&text));
            let mut other = text.clone();
            other[1] = if other[1] == b'2' { b'3' } else { b'2' };
            assert!(!holds(&other));
        }
        assert!(!holds(b"") && !holds(b"1111") && !holds(b"0OIl"));
    }

    #[test]
    fn the_address_of_the_first_block_holds() {
        assert!(holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    }
}
