//! Proofs that some tokens carry in themselves: a checksum, or an inside that can be decoded.

pub(crate) mod base58check;
pub(crate) mod bech32;
pub(crate) mod mnemonic;
pub(crate) mod strkey;
mod structure;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use crate::placeholder;

/// Base64 as it is met: padded or not.
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// What a value must or may prove about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Check {
    /// The last six characters are the CRC-32 of those between prefix and them, in base 62. One that holds
    /// raises the confidence; one that does not lowers it: the token was never given out, or was mangled.
    Crc32Base62,
    /// The last seven characters of a routable token of GitLab are the CRC-32 of all before them, in base 36.
    /// Tokens of the older form have none and prove nothing.
    Crc32Base36,
    /// What follows the first four characters is base 32, and the account number in it is one.
    AwsKeyId,
    /// The part before the first dot is a number in base 64: the bot's.
    DiscordBot,
    /// The body of a PEM file starts as an ASN.1 sequence or an OpenSSH key does.
    PemBody,
    /// The first part decodes to a JSON object that names an algorithm; the second should decode to JSON.
    Jwt,
    /// Decodes to `user:password`.
    BasicAuth,
    /// Base58 with four bytes of a double SHA-256 at the end: keys of Bitcoin and its like. One that does not hold
    /// is refused, as with those below: without it the form says little.
    Base58check,
    /// Bech32 or Bech32m with its checksum.
    Bech32,
    /// A Stellar key with its checksum.
    Strkey,
    /// A seed of the XRP Ledger with its checksum.
    FamilySeed,
    /// Words of BIP-39 with their checksum, but for those that everybody has.
    Mnemonic,
}

impl Check {
    /// The confidence in `value`, `None` if it is refused.
    pub(crate) fn confidence(self, value: &[u8], base: u8) -> Option<u8> {
        match self {
            Self::Crc32Base62 => Some(by_checksum(has_checksum(value), base)),
            Self::Crc32Base36 => Some(match gitlab_checksum(value) {
                Some(holds) => by_checksum(holds, base),
                None => base,
            }),
            Self::AwsKeyId => Some(by_structure(structure::is_aws_key_id(value), base)),
            Self::DiscordBot => Some(by_structure(structure::is_of_a_discord_bot(value), base)),
            Self::PemBody => Some(by_structure(structure::is_pem_body(value), base)),
            Self::Jwt => {
                is_jwt(value).then(|| by_structure(structure::has_json_claims(value), base))
            }
            Self::BasicAuth => is_basic_auth(value).then_some(base),
            Self::Base58check => base58check::holds(value).then_some(base),
            Self::Bech32 => bech32::holds(value).then_some(base),
            Self::Strkey => strkey::holds(value).then_some(base),
            Self::FamilySeed => base58check::is_family_seed(value).then_some(base),
            Self::Mnemonic => mnemonic::holds(value).then_some(base),
        }
    }
}

/// A checksum that holds is no accident; one that does not was never given out.
fn by_checksum(holds: bool, base: u8) -> u8 {
    if holds { 99 } else { base.saturating_sub(20) }
}

/// An inside that is as it should be was to be expected; another is made up, or of something else.
fn by_structure(holds: bool, base: u8) -> u8 {
    if holds { base } else { base.saturating_sub(30) }
}

/// Whether the checksum of a routable token holds; `None` if `token` is not one.
fn gitlab_checksum(token: &[u8]) -> Option<bool> {
    let dot = token.contains(&b'.');
    let (body, checksum) = token.split_last_chunk::<7>().filter(|_| dot)?;
    Some(based::<7>(crc32fast::hash(body), 36) == *checksum)
}

/// Whether `prefix_<body><checksum>` holds, as GitHub and npm make their tokens.
fn has_checksum(token: &[u8]) -> bool {
    let body_start = token
        .iter()
        .rposition(|&b| b == b'_')
        .map_or(0, |at| at + 1);
    let body = &token[body_start..];
    let Some(split) = body.len().checked_sub(6) else {
        return false;
    };
    let (body, checksum) = body.split_at(split);
    base62(crc32fast::hash(body)) == checksum
}

/// `number` in a base of up to 62, its capitals before its small letters; in base 36 only small letters are used.
fn based<const N: usize>(mut number: u32, base: u32) -> [u8; N] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % base) as usize];
        number /= base;
    }
    if base <= 36 {
        digits.make_ascii_lowercase();
    }
    digits
}

fn base62(number: u32) -> [u8; 6] {
    based(number, 62)
}

fn is_jwt(value: &[u8]) -> bool {
    let header = value.split(|&b| b == b'.').next().unwrap_or_default();
    let Ok(header) = URL_SAFE.decode(header) else {
        return false;
    };
    header.starts_with(b"{") && header.windows(5).any(|part| part == b"\"alg\"")
}

fn is_basic_auth(value: &[u8]) -> bool {
    let Ok(text) = STANDARD.decode(value) else {
        return false;
    };
    let printable = text.iter().all(|b| (0x20..0x7f).contains(b));
    let colon = text.iter().position(|&b| b == b':');
    let Some((colon, password)) = colon.and_then(|at| Some((at, text.get(at + 1..)?))) else {
        return false;
    };
    let made_up = placeholder::is_filler(password)
        || placeholder::is_count(password)
        || placeholder::is_stand_in(password);
    printable && colon > 0 && password.len() >= 4 && !made_up
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{Check, base62, based};

    #[test]
    fn numbers_are_padded_to_six_digits() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn a_checksum_that_holds_raises_the_confidence_and_one_that_does_not_lowers_it() {
        let body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5";
        let checksum = String::from_utf8(base62(crc32fast::hash(body.as_bytes())).to_vec());
        let token = format!("ghp_{body}{}", checksum.unwrap_or_default());
        assert_eq!(
            Check::Crc32Base62.confidence(token.as_bytes(), 90),
            Some(99)
        );
        let other = format!("ghp_{body}000000");
        assert_eq!(
            Check::Crc32Base62.confidence(other.as_bytes(), 90),
            Some(70)
        );
    }

    #[test]
    fn the_checksum_is_the_one_that_github_documents_for_its_own_sample() {
        // GitHub's sample token, in two halves so that nobody takes it for a live one.
        let token = ["ghp_zQWBuTSOoRi4A9spH", "cVY5ncnsDkxkJ0mLq17"].concat();
        assert_eq!(
            Check::Crc32Base62.confidence(token.as_bytes(), 90),
            Some(99)
        );
    }

    #[test]
    fn a_routable_token_of_gitlab_proves_itself_and_an_older_one_does_not_need_to() {
        let body = "glpat-bzoxCmc6Mwp1OjIKcDozbTR6R2t3Y0.01.0y";
        let checksum = String::from_utf8(based::<7>(crc32fast::hash(body.as_bytes()), 36).to_vec());
        let confidence = |token: &str| Check::Crc32Base36.confidence(token.as_bytes(), 90);
        assert_eq!(confidence(&[body, &checksum.unwrap()].concat()), Some(99));
        assert_eq!(confidence(&[body, "0000000"].concat()), Some(70));
        assert_eq!(confidence(&body[..26]), Some(90));
        assert_eq!(&based::<7>(u32::MAX, 36), b"1z141z3");
    }

    #[test]
    fn claims_that_are_no_json_lower_the_confidence_and_a_header_that_is_none_refuses() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let header = part(r#"{"alg":"HS256"}"#);
        let of = |header: &str, claims: &str| {
            let token = [header, ".", &part(claims), ".c2ln"].concat();
            Check::Jwt.confidence(token.as_bytes(), 85)
        };
        assert_eq!(of(&header, r#"{"sub":"a"}"#), Some(85));
        assert_eq!(of(&header, r#"{"sub":"a"#), Some(55));
        assert_eq!(of(&part(r#"{"kid":"1"}"#), r#"{"sub":"a"}"#), None);
    }

    #[test]
    fn basic_auth_needs_a_user_and_a_password() {
        assert_eq!(
            Check::BasicAuth.confidence(b"c3ZjOlFrOXR6TDR3", 80),
            Some(80)
        );
        assert_eq!(Check::BasicAuth.confidence(b"bm90aGluZyBoZXJl", 80), None);
        assert_eq!(
            Check::BasicAuth.confidence(b"dXNlcjpwYXNzd29yZA==", 80),
            None
        );
    }
}
