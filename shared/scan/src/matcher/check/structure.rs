//! What tokens and keys hold inside: whether it is what their issuer puts there.

use base64::Engine as _;
use serde::de::IgnoredAny;

use super::{STANDARD, URL_SAFE};

/// Account numbers of AWS have twelve digits.
const AWS_ACCOUNTS: u64 = 1_000_000_000_000;
/// How every OpenSSH private key starts, in base 64: `openssh-key-v1`.
const OPENSSH_MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdjE";

/// Whether an access key id is one: base 32 after its prefix, and a possible account in the keys that have one.
pub(super) fn is_aws_key_id(id: &[u8]) -> bool {
    let Some(coded) = id.get(4..) else {
        return false;
    };
    let digit = |byte: &u8| match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    };
    let digits: Option<Vec<u64>> = coded.iter().map(digit).collect();
    // the first bit says that the next forty are the account
    digits.is_some_and(|digits| {
        let bits = digits
            .iter()
            .take(9)
            .fold(0, |bits, digit| bits << 5 | digit);
        let (marked, account) = (bits >> 44 & 1 == 1, bits >> 4 & ((1 << 40) - 1));
        !marked || account < AWS_ACCOUNTS
    })
}

/// Whether a token starts with a number in base 64: the id of its bot.
pub(super) fn is_of_a_discord_bot(token: &[u8]) -> bool {
    let id = token.split(|&b| b == b'.').next().unwrap_or_default();
    let number = URL_SAFE.decode(id).unwrap_or_default();
    (17..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
}

/// Whether the second part of a token decodes to JSON.
pub(super) fn has_json_claims(token: &[u8]) -> bool {
    let claims = token.split(|&b| b == b'.').nth(1).unwrap_or_default();
    let decoded = URL_SAFE.decode(claims).unwrap_or_default();
    serde_json::from_slice::<IgnoredAny>(&decoded).is_ok()
}

/// Whether the body of a PEM file is a key: an ASN.1 sequence or an OpenSSH key. One under a password of the old form,
/// with headers before the body, looks like noise and is believed.
pub(super) fn is_pem_body(file: &[u8]) -> bool {
    let after =
        |text: &[u8], mark: &[u8]| memchr::memmem::find(text, mark).map(|at| at + mark.len());
    let Some(start) = after(file, b"KEY-----").filter(|_| after(file, b"Proc-Type").is_none())
    else {
        return true;
    };
    // between header and body: line breaks, written out too, and the quotes of strings put together
    let body = file.get(start..).unwrap_or_default();
    let mut body = body.trim_ascii_start();
    while let Some(rest) = skip_noise(body) {
        body = rest;
    }
    body.starts_with(OPENSSH_MAGIC) || starts_a_sequence(body)
}

/// `text` without a line break written out, a quote, a comma or a sign that joins strings, at its start.
fn skip_noise(text: &[u8]) -> Option<&[u8]> {
    let ([b'\\', b'n' | b'r', rest @ ..]
    | [b'"' | b'\'' | b'`' | b'+' | b',' | b';' | b'\\', rest @ ..]) = text
    else {
        return None;
    };
    Some(rest.trim_ascii_start())
}

/// Whether base 64 starts with the tag and the length of an ASN.1 sequence.
fn starts_a_sequence(body: &[u8]) -> bool {
    let start = body.get(..4).and_then(|four| STANDARD.decode(four).ok());
    matches!(start.as_deref(), Some([0x30, 0x20..=0x7f | 0x81..=0x83, _]))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::{is_aws_key_id, is_of_a_discord_bot, is_pem_body};

    /// A key id of `account`, as AWS makes them.
    fn key_id(account: u64) -> String {
        let bits = (1 << 44 | account << 4) & ((1 << 45) - 1);
        let digit =
            |n: u64| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (40 - 5 * n) & 31) as usize];
        let coded: String = (0..9).map(|n| char::from(digit(n))).collect();
        format!("AKIA{coded}QRSTUVW")
    }

    #[test]
    fn an_access_key_id_is_base_32_and_names_an_account_of_twelve_digits() {
        assert!(is_aws_key_id(key_id(123_456_789_012).as_bytes()));
        assert!(!is_aws_key_id(key_id(1_000_000_000_000).as_bytes()));
        assert!(
            is_aws_key_id(b"AKIAJBCDEFGHIJKLMNOP"),
            "from before accounts were in it"
        );
        assert!(!is_aws_key_id(b"AKIAJBCDEFGHIJKLMN01"));
    }

    #[test]
    fn the_token_of_a_bot_starts_with_its_number() {
        let token = |id: &str| format!("{}.G7k2Lp.rest", URL_SAFE_NO_PAD.encode(id));
        assert!(is_of_a_discord_bot(token("112233445566778899").as_bytes()));
        assert!(!is_of_a_discord_bot(token("11223344556677889x").as_bytes()));
        assert!(!is_of_a_discord_bot(token("1122").as_bytes()));
    }

    #[test]
    fn a_pem_body_is_a_sequence_or_an_openssh_key_in_every_notation() {
        let pem = |kind: &str, between: &str, body: &[u8]| {
            format!(
                "-----BEGIN {kind}PRIVATE KEY-----{between}{}",
                STANDARD.encode(body)
            )
        };
        let sequence = [&[0x30, 0x82, 4, 0xa4][..], &[7; 60]].concat();
        let openssh = [&b"openssh-key-v1\0"[..], &[7; 60]].concat();
        for between in ["\n", "\r\n", "\\n", "\\\\n", "\\n\" +\n  \""] {
            assert!(
                is_pem_body(pem("RSA ", between, &sequence).as_bytes()),
                "{between}"
            );
            assert!(
                is_pem_body(pem("OPENSSH ", between, &openssh).as_bytes()),
                "{between}"
            );
            assert!(
                !is_pem_body(pem("", between, &[7; 60]).as_bytes()),
                "{between}"
            );
        }
        let old = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";
        assert!(is_pem_body(pem("RSA ", old, &[7; 60]).as_bytes()));
    }
}
