//! The characters of base64, in either alphabet: one alone, and many at once.

use wide::i8x16;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;
/// Bytes of a register.
const LANES: usize = 16;

/// Whether a character is one of base64, in either alphabet.
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Which of the first [`BLOCK`] bytes are characters of base64: a bit each, the first one lowest.
pub(super) fn members(data: &[u8]) -> u64 {
    bits(data, |bytes| {
        let is_letter = is_in(bytes | all(0x20), b'a'..=b'z');
        let is_other = is_in(bytes, b'+'..=b'9');
        let is_comma_or_dot = (bytes | all(b',' ^ b'.')).simd_eq(all(b'.'));
        let is_underscore = bytes.simd_eq(all(b'_'));
        is_letter | is_underscore | (is_other & !is_comma_or_dot)
    })
}

/// Which of the first [`BLOCK`] bytes may be such characters: none that is a space, a quote, a parenthesis or another character before
/// them. A fifth of the work.
pub(super) fn candidates(data: &[u8]) -> u64 {
    bits(data, |bytes| bytes.simd_gt(all(b'+' - 1)))
}

/// For which of the first [`BLOCK`] bytes something is so: a bit each.
#[inline]
fn bits(data: &[u8], is_so: impl Fn(i8x16) -> i8x16) -> u64 {
    let of_block = |block: &[u8; BLOCK]| {
        let parts = block.as_chunks::<LANES>().0.iter();
        let bits = parts.map(|part| is_so(i8x16::new(part.map(u8::cast_signed))).to_bitmask());
        let placed = |(n, bits)| u64::from(bits) << (n * LANES);
        (0..).zip(bits).map(placed).fold(0, |all, bits| all | bits)
    };
    data.first_chunk()
        .map_or_else(|| of_block(&padded(data)), of_block)
}

/// With zeros at its end.
#[cold]
fn padded(data: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..data.len()].copy_from_slice(data);
    block
}

/// Which bytes are in a range: counted from its first one, they are the lowest of all.
#[inline]
fn is_in(bytes: i8x16, range: std::ops::RangeInclusive<u8>) -> i8x16 {
    let lowest = i8::MIN.cast_unsigned();
    let counted = bytes + all(lowest.wrapping_sub(*range.start()));
    counted.simd_lt(all(lowest + (range.end() - range.start()) + 1))
}

fn all(byte: u8) -> i8x16 {
    i8x16::splat(byte.cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, candidates, is_base64, members};

    #[test]
    fn many_at_once_are_what_each_is_alone() {
        for byte in 0..=u8::MAX {
            let bits = if is_base64(byte) { u64::MAX } else { 0 };
            assert_eq!(members(&[byte; BLOCK]), bits, "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn each_has_its_bit(data in prop::collection::vec(any::<u8>(), 0..80)) {
            let (bits, candidates) = (members(&data), candidates(&data));
            prop_assert_eq!(bits & !candidates, 0);
            for place in 0..BLOCK {
                let is_one = data.get(place).is_some_and(|byte| is_base64(*byte));
                prop_assert_eq!(bits >> place & 1 == 1, is_one, "{}", place);
            }
        }
    }
}
