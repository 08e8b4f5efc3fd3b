//! What a value must or may prove of itself: the checks of tokens, and those of wallets.

use std::collections::BTreeSet;

use bip39::{Language, Mnemonic};
use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};

use crate::matcher::Check;

/// A proof, as a rule names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// One of a token.
    Token(Check),
    /// Words of BIP-39, the last of which is a checksum of all; none without it, and none of those that everybody has.
    Mnemonic,
    /// A seed of the XRP Ledger: Base58 in an order of its own, four bytes of a double SHA-256 at the end.
    FamilySeed,
}

impl Proof {
    /// The confidence in `value`, `None` if it is refused.
    pub(crate) fn confidence(self, value: &[u8], base: u8) -> Option<u8> {
        match self {
            Self::Token(check) => check.confidence(value, base),
            Self::Mnemonic => is_mnemonic(value).then_some(base),
            Self::FamilySeed => is_family_seed(value).then_some(base),
        }
    }
}

impl<'de> Deserialize<'de> for Proof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            "mnemonic" => Ok(Self::Mnemonic),
            "family-seed" => Ok(Self::FamilySeed),
            other => Check::deserialize(other.into_deserializer()).map(Self::Token),
        }
    }
}

/// What development networks and their documentation start with.
const PUBLIC: [&str; 2] = [
    "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    "myth like bonus scare over problem client lizard pioneer submit female collect",
];

/// Made-up words seldom come twice; those of test vectors do, over and over.
fn is_mnemonic(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let words: Vec<&str> = text.split(' ').collect();
    let distinct: BTreeSet<&&str> = words.iter().collect();
    let is_varied = (words.len() - distinct.len()) * 6 <= words.len();
    let is_public = PUBLIC.contains(&text);
    is_varied && !is_public && Mnemonic::parse_in_normalized(Language::English, text).is_ok()
}

/// What seeds of either kind of key begin with, once they are bytes; 16 random ones follow.
const SEEDS: [&[u8]; 2] = [&[0x21], &[0x01, 0xe1, 0x4b]];
const SEED: usize = 16;

fn is_family_seed(value: &[u8]) -> bool {
    let bytes = bs58::decode(value).with_alphabet(bs58::Alphabet::RIPPLE);
    let Ok(bytes) = bytes.into_vec() else {
        return false;
    };
    let Some((payload, sum)) = bytes.split_last_chunk() else {
        return false;
    };
    let is_seed = |start: &&[u8]| {
        let rest = payload.strip_prefix(*start);
        rest.is_some_and(|rest| rest.len() == SEED)
    };
    SEEDS.iter().any(is_seed) && checksum(payload) == Some(*sum)
}

fn checksum(payload: &[u8]) -> Option<[u8; 4]> {
    let twice = Sha256::digest(Sha256::digest(payload));
    twice.first_chunk().copied()
}

/// The words that stand for `entropy`: 16, 20, 24, 28 or 32 bytes.
pub(crate) fn mnemonic(entropy: &[u8]) -> Option<String> {
    let mnemonic = Mnemonic::from_entropy_in(Language::English, entropy);
    Some(mnemonic.ok()?.to_string())
}

/// `payload` and its checksum, as the XRP Ledger writes them.
pub(crate) fn family_seed(payload: &[u8]) -> Option<Vec<u8>> {
    let bytes = [payload, &checksum(payload)?].concat();
    let digits = bs58::encode(bytes).with_alphabet(bs58::Alphabet::RIPPLE);
    Some(digits.into_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PUBLIC, Proof, family_seed, mnemonic};

    fn holds(proof: Proof, value: &[u8]) -> bool {
        proof.confidence(value, 97) == Some(97)
    }

    #[test]
    fn published_ones_are_read() {
        // A test vector of BIP-39, and a seed of the XRP Ledger's documentation.
        let words = [
            "scheme spot photo card baby",
            "mountain device kick cradle",
            "pact join borrow",
        ];
        let seed = ["sn3nxiW7v8KXz", "PzAqzyHXbSSKNuN9"].concat();
        assert!(holds(Proof::Mnemonic, words.join(" ").as_bytes()));
        assert!(holds(Proof::FamilySeed, seed.as_bytes()));
    }

    #[test]
    fn what_everybody_has_is_no_secret() {
        let vectors = [
            format!("{}about", "abandon ".repeat(11)),
            format!("{}junk", "test ".repeat(11)),
            "legal winner thank year wave sausage worth useful legal winner thank yellow"
                .to_owned(),
        ];
        for text in vectors.iter().map(String::as_str).chain(PUBLIC) {
            assert!(!holds(Proof::Mnemonic, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_name_that_there_is_not_is_told_with_those_that_there_are() {
        let refused = serde_json::from_str::<Proof>("\"crc\"").unwrap_err();
        assert!(refused.to_string().contains("crc32-base62"), "{refused}");
        let taken: Proof = serde_json::from_str("\"mnemonic\"").unwrap();
        assert_eq!(taken, Proof::Mnemonic);
    }

    proptest! {
        #[test]
        fn whole_ones_hold_and_damaged_ones_do_not(
            entropy in (4_usize..9).prop_flat_map(|n| prop::collection::vec(any::<u8>(), n * 4)),
            at in any::<prop::sample::Index>(),
        ) {
            let words = mnemonic(&entropy).unwrap();
            prop_assert!(holds(Proof::Mnemonic, words.as_bytes()) || words.split(' ').count() > 12);
            let last = words.rsplit(' ').next().unwrap();
            let shorter = words.strip_suffix(last).unwrap().trim_end();
            prop_assert!(!holds(Proof::Mnemonic, shorter.as_bytes()));
            let [payload, other] = [0x21, 0x22].map(|kind| [&[kind], &entropy[..16]].concat());
            let mut seed = family_seed(&payload).unwrap();
            prop_assert!(seed.starts_with(b"s") && holds(Proof::FamilySeed, &seed));
            prop_assert!(!holds(Proof::FamilySeed, &family_seed(&other).unwrap()));
            let at = at.index(seed.len());
            seed[at] = if seed[at] == b'r' { b'p' } else { b'r' };
            prop_assert!(!holds(Proof::FamilySeed, &seed));
        }
    }
}
