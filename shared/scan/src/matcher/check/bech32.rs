//! Bech32 and Bech32m: a readable part, `1`, data, and six characters that catch mistakes.

const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM: usize = 6;
/// What a whole text amounts to, in the first form and in the second (BIP-350).
const FORMS: [u32; 2] = [1, 0x2bc8_30a3];

/// Whether the checksum of `value` holds, in either form; all letters are of one case.
pub(super) fn holds(value: &[u8]) -> bool {
    let mixed =
        value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
    let text = value.to_ascii_lowercase();
    let Some(split) = text.iter().rposition(|byte| *byte == b'1') else {
        return false;
    };
    let digit = |c: &u8| {
        let at = DIGITS.iter().position(|digit| digit == c)?;
        u8::try_from(at).ok()
    };
    let data: Option<Vec<_>> = text.iter().skip(split + 1).map(digit).collect();
    let name = text.get(..split).unwrap_or_default();
    let whole = |data: Vec<u8>| data.len() >= CHECKSUM && FORMS.contains(&remainder(name, &data));
    !mixed && split > 0 && data.is_some_and(whole)
}

/// The bytes under a name, with the checksum of the first form.
pub(crate) fn encode(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut data = quintets(bytes);
    data.extend([0; CHECKSUM]);
    let sum = remainder(name.as_bytes(), &data) ^ FORMS[0];
    data.truncate(data.len() - CHECKSUM);
    let digit_of_sum = |place: usize| (sum >> (5 * place) & 31).to_le_bytes()[0];
    data.extend((0..CHECKSUM).rev().map(digit_of_sum));
    let digit = |digit: &u8| DIGITS.get(usize::from(*digit)).copied();
    let data = data.iter().filter_map(digit);
    name.bytes().chain([b'1']).chain(data).collect()
}

/// Bytes cut into five bits each, the last filled up with zeros.
fn quintets(bytes: &[u8]) -> Vec<u8> {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let one = |n: usize| (0..5).fold(0, |value, at| value << 1 | bit(n * 5 + at));
    (0..(bytes.len() * 8).div_ceil(5)).map(one).collect()
}

/// The remainder of the code's polynomial over name and data (BIP-173).
fn remainder(name: &[u8], data: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let high = name.iter().map(|byte| byte >> 5);
    let low = name.iter().map(|byte| byte & 31);
    let all = high.chain([0]).chain(low).chain(data.iter().copied());
    all.fold(1, |sum, value| {
        let shifted = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        let taken = |(n, _): &(usize, &u32)| sum >> (25 + n) & 1 == 1;
        let terms = GENERATOR.iter().enumerate().filter(taken);
        terms.fold(shifted, |sum, (_, term)| sum ^ term)
    })
}

#[cfg(test)]
mod tests {
    use super::{encode, holds};

    #[test]
    fn what_is_encoded_holds_and_what_is_changed_does_not() {
        let text = encode("nsec", &[7; 32]);
        assert_eq!(text.len(), 63);
        assert!(holds(&text) && holds(&text.to_ascii_uppercase()));
        let mut other = text.clone();
        other[20] = if other[20] == b'q' { b'p' } else { b'q' };
        assert!(!holds(&other));
    }

    #[test]
    fn the_samples_of_the_specifications_hold() {
        for valid in [
            "A12UEL5L",
            "A1LQFN3A",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        ] {
            assert!(holds(valid.as_bytes()), "{valid}");
        }
        for invalid in ["A12UEL5M", "1qzzfhee", "a12UEL5L", ""] {
            assert!(!holds(invalid.as_bytes()), "{invalid}");
        }
    }
}
