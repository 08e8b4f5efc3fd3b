//! `Base58Check`: the last four bytes are those of a double SHA-256. Bitcoin writes private keys so, and the XRP Ledger seeds, in another
//! order of the digits.

use bs58::Alphabet;
use sha2::{Digest, Sha256};

const CHECKSUM: usize = 4;

/// What seeds of either kind of key begin with, once they are bytes; 16 random ones follow.
const SEEDS: [&[u8]; 2] = [&[0x21], &[0x01, 0xe1, 0x4b]];
const SEED: usize = 16;

/// Whether `value` is Base58 and its checksum holds.
pub(super) fn holds(value: &[u8]) -> bool {
    payload(value, Alphabet::BITCOIN).is_some_and(|payload| !payload.is_empty())
}

/// Whether `value` is a seed of the XRP Ledger.
pub(super) fn is_family_seed(value: &[u8]) -> bool {
    let payload = payload(value, Alphabet::RIPPLE).unwrap_or_default();
    let is_seed = |start: &&[u8]| {
        let rest = payload.strip_prefix(*start);
        rest.is_some_and(|rest| rest.len() == SEED)
    };
    SEEDS.iter().any(is_seed)
}

/// `payload` and its checksum.
pub(crate) fn encode(payload: &[u8]) -> Vec<u8> {
    written(payload, Alphabet::BITCOIN)
}

/// The same, as the XRP Ledger writes it.
pub(crate) fn family_seed(payload: &[u8]) -> Vec<u8> {
    written(payload, Alphabet::RIPPLE)
}

fn written(payload: &[u8], alphabet: &Alphabet) -> Vec<u8> {
    let bytes = [payload, &checksum(payload)].concat();
    bs58::encode(bytes).with_alphabet(alphabet).into_vec()
}

/// What stands before a checksum that holds.
fn payload(value: &[u8], alphabet: &Alphabet) -> Option<Vec<u8>> {
    let bytes = bs58::decode(value).with_alphabet(alphabet).into_vec();
    let mut bytes = bytes.ok()?;
    let (payload, sum) = bytes.split_last_chunk::<CHECKSUM>()?;
    let (length, holds) = (payload.len(), checksum(payload) == *sum);
    bytes.truncate(length);
    holds.then_some(bytes)
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(Sha256::digest(payload)));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{encode, family_seed, holds, is_family_seed};

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
    fn published_ones_hold() {
        assert!(holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        // of the XRP Ledger's documentation
        let seed = ["sn3nxiW7v8KXz", "PzAqzyHXbSSKNuN9"].concat();
        assert!(is_family_seed(seed.as_bytes()));
    }

    proptest! {
        #[test]
        fn whole_seeds_hold_and_damaged_ones_do_not(
            entropy: [u8; 16],
            at in any::<prop::sample::Index>(),
        ) {
            let [payload, other] = [0x21, 0x22].map(|kind| [&[kind], &entropy[..]].concat());
            let mut seed = family_seed(&payload);
            prop_assert!(seed.starts_with(b"s") && is_family_seed(&seed));
            prop_assert!(!is_family_seed(&family_seed(&other)));
            let at = at.index(seed.len());
            seed[at] = if seed[at] == b'r' { b'p' } else { b'r' };
            prop_assert!(!is_family_seed(&seed));
        }
    }
}
