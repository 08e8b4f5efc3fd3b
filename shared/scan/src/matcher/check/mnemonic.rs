//! Words of BIP-39, the last of which is a checksum of all.

use std::collections::BTreeSet;

use bip39::{Language, Mnemonic};

/// What development networks and their documentation start with.
const PUBLIC: [&str; 2] = [
    "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    "myth like bonus scare over problem client lizard pioneer submit female collect",
];

/// Whether the checksum holds and the words are not those that everybody has. Made-up words seldom come twice; those of test vectors
/// do, over and over.
pub(super) fn holds(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let words: Vec<&str> = text.split(' ').collect();
    let distinct: BTreeSet<&&str> = words.iter().collect();
    let is_varied = (words.len() - distinct.len()) * 6 <= words.len();
    let is_public = PUBLIC.contains(&text);
    is_varied && !is_public && Mnemonic::parse_in_normalized(Language::English, text).is_ok()
}

/// The words that stand for `entropy`: 16, 20, 24, 28 or 32 bytes.
pub(crate) fn encode(entropy: &[u8]) -> Option<String> {
    let mnemonic = Mnemonic::from_entropy_in(Language::English, entropy);
    Some(mnemonic.ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PUBLIC, encode, holds};

    #[test]
    fn a_published_one_is_read() {
        // a test vector of BIP-39
        let words = [
            "scheme spot photo card baby",
            "mountain device kick cradle",
            "pact join borrow",
        ];
        assert!(holds(words.join(" ").as_bytes()));
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
            assert!(!holds(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_ones_hold_and_shorter_ones_do_not(
            entropy in (4_usize..9).prop_flat_map(|n| prop::collection::vec(any::<u8>(), n * 4)),
        ) {
            let words = encode(&entropy).unwrap();
            prop_assert!(holds(words.as_bytes()) || words.split(' ').count() > 12);
            let (shorter, _) = words.rsplit_once(' ').unwrap();
            prop_assert!(!holds(shorter.as_bytes()));
        }
    }
}
