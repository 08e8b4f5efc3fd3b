//! Values that ordinary source text is full of: identifiers, types, paths, sentences, numbers, ids.

use super::is_stand_in;
use super::words::{is_gibberish, is_word, letter_runs};

/// Starts that say what a value is, and that it is no secret.
const STARTS: [&[u8]; 17] = [
    b"/", b"./", b"../", b"~/", b"\\", b"0x", b"$", b"arn:", b"urn:", b"data:", b"sha1", b"sha2",
    b"sha3", b"sha5", b"md5:", b"file:", b"ssh-",
];

/// Words that are followed by a number in the names of algorithms, formats and fields.
const TERMS: &str = "\
    argon bcrypt base blake chacha curve field column float http https item keccak latin level line log node oauth page \
    part phase poly port ripemd salsa scrypt secp slot socks step table uint version windows string option";

/// Whether `value` may well be anything but a secret when all that speaks for it is the name it was given.
pub fn is_ordinary(value: &[u8]) -> bool {
    is_no_secret(value) || is_of_words(value)
}

/// Whether `value` may well be anything but a password, when it was given the name of one. People choose passwords: a word
/// and a number, which anywhere else is a name, may be one here.
pub fn is_unlikely_choice(value: &[u8]) -> bool {
    is_no_secret(value) || (is_of_words(value) && !is_choice(value))
}

/// Whether it is a name or mostly words, all in all.
pub(super) fn is_of_words(value: &[u8]) -> bool {
    is_name(value) || is_wordy(value)
}

fn is_no_secret(value: &[u8]) -> bool {
    let starts = |start: &&[u8]| super::starts_with(value, start);
    is_stand_in(value)
        || !value.iter().all(u8::is_ascii_graphic)
        || STARTS.iter().any(starts)
        || super::contains(value, b"://")
        || is_uuid(value)
        || is_date(value)
        || is_term(value)
        || is_code(value)
}

fn is_term(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| !b.is_ascii_digit());
    let stem = &value[..end.map_or(0, |end| end + 1)];
    let is_stem = |term: &str| stem.eq_ignore_ascii_case(term.as_bytes());
    TERMS.split(' ').any(is_stem)
}

/// Letters and a number of two digits and more at their end, or of one digit where the letters are one word; letters that make no
/// word; or words with digits instead of letters.
fn is_choice(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| !b"-_".contains(b));
    let value = &value[..end.map_or(0, |end| end + 1)];
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit());
    let digits = digits.count();
    let (stem, _) = value.split_at(value.len() - digits);
    let letters = stem.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let joints = stem.len() - letters;
    let is_number = (2..=6).contains(&digits) && letters >= 4;
    let is_gibberish = digits == 0 && value.len() >= 8 && is_gibberish(value);
    let is_phrase = digits == 1 && letters >= 6 && stem[1..].iter().all(u8::is_ascii_lowercase);
    let names_itself = ["pass", "user", "secret", "token", "value"];
    let names_itself = |value| {
        names_itself
            .iter()
            .any(|word| super::contains(value, word.as_bytes()))
    };
    (joints <= 1 && (is_number || is_gibberish))
        || (is_phrase && !names_itself(value))
        || (letters >= 6 && has_digit_for_letter(value))
}

/// Whether a digit that looks like a letter stands between small letters or before them: `p0cket`, `0rchid`.
fn has_digit_for_letter(value: &[u8]) -> bool {
    let starts = matches!(value, [b'0', second, ..] if second.is_ascii_lowercase());
    starts
        || value.windows(3).any(|three| {
            three[0].is_ascii_lowercase()
                && b"034".contains(&three[1])
                && three[2].is_ascii_lowercase()
        })
}

/// Five groups as in a UUID, of which the ones in the middle have four characters; made-up ones are often a
/// little wrong elsewhere.
fn is_uuid(value: &[u8]) -> bool {
    let mut groups = value.split(|&b| b == b'-').map(<[u8]>::len);
    let lengths = [(); 5].map(|()| groups.next().unwrap_or(0));
    let plain = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    plain && groups.next().is_none() && lengths[1..4] == [4; 3] && value.len().abs_diff(36) <= 2
}

/// Whether it starts as dates do: `2024-01-31T…`.
fn is_date(value: &[u8]) -> bool {
    let Some(date) = value.get(..10) else {
        return false;
    };
    let joints = date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    joints
        && value
            .get(10)
            .is_none_or(|after| !after.is_ascii_lowercase())
}

/// Words and short numbers joined by `-`, `_`, `.`, `/` or `:`: names, paths, versions, dates, addresses. Or names
/// of a program joined by dots.
fn is_name(value: &[u8]) -> bool {
    let numeric = value.iter().all(|b| !b.is_ascii_alphabetic());
    let mostly_words = share_of_words(value, 2);
    let part = |part: &[u8]| {
        let padded = part.starts_with(b"000");
        let digits = part.iter().all(u8::is_ascii_digit) && (part.len() <= 4 || padded);
        let letters =
            part.iter().all(u8::is_ascii_alphabetic) && (part.len() <= 4 || is_wordy(part));
        let short = part.len() <= 4 && part.iter().all(u8::is_ascii_alphanumeric);
        digits || letters || (short && mostly_words)
    };
    let identifier = |part: &[u8]| {
        let first = part
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        first && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    let dotted = value.contains(&b'.') && value.split(|&b| b == b'.').all(identifier);
    numeric || value.split(|&b| is_joint(b)).all(part) || (dotted && share_of_words(value, 3))
}

/// Whether at least one in `part` of the letters and digits belongs to a word.
pub(super) fn share_of_words(value: &[u8], part: usize) -> bool {
    let plain = value.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    let in_words: usize = letter_runs(value)
        .filter(|run| is_word(run))
        .map(<[u8]>::len)
        .sum();
    in_words * part >= plain
}

/// Mostly words, and none of the characters that people strew into passwords; or letters that are no words but
/// too few or too alike to be random.
fn is_wordy(value: &[u8]) -> bool {
    let signs = value
        .iter()
        .filter(|&&b| !b.is_ascii_alphanumeric() && !is_joint(b))
        .count();
    let plain = value.iter().filter(|b| b.is_ascii_alphanumeric()).count();
    let in_words: usize = letter_runs(value)
        .filter(|run| is_word(run))
        .map(<[u8]>::len)
        .sum();
    if value.iter().all(u8::is_ascii_alphabetic) {
        let mixed =
            value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
        return !mixed || value.len() < 16 || in_words * 2 >= plain;
    }
    signs == 0 && in_words * 4 >= plain * 3
}

/// Punctuation of programs, expressions and markup; not where it is strewn into a long value with hardly a word.
fn is_code(value: &[u8]) -> bool {
    let code = |b: &&u8| b"()[]{}<>;,|\\`\"'".contains(b);
    let signs = value.iter().filter(code).count();
    let in_words: usize = letter_runs(value)
        .filter(|run| is_word(run))
        .map(<[u8]>::len)
        .sum();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let is_strewn = value.len() >= 24 && digits >= 3 && letters * 2 >= value.len();
    (signs >= 2 && (!is_strewn || in_words * 3 >= letters))
        || (signs == 1 && in_words * 2 >= value.len())
        || super::contains(value, b"::")
}

fn is_joint(byte: u8) -> bool {
    b"-_./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::{is_ordinary, is_unlikely_choice};

    #[test]
    fn a_word_and_a_number_may_be_chosen_and_a_name_is_not() {
        for value in [
            "harbor42",
            "Harbor1",
            "tiger-lake92",
            "hunter22",
            "xkqzjvbn",
            "pist0n-Anchor",
            "piston-Badger63-",
        ] {
            assert!(is_ordinary(value.as_bytes()), "{value}");
            assert!(!is_unlikely_choice(value.as_bytes()), "{value}");
        }
        for value in [
            "base64",
            "curve25519",
            "oauth2",
            "current-password",
            "getUserPassword",
            "10.0.0.1",
            "test1234",
            "very-strong",
            "bcrypt",
            "line_12_of_34",
            "DBPWDSTR",
        ] {
            assert!(is_unlikely_choice(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn ordinary_text_is_known() {
        for value in [
            "getUserPassword",
            "user_password",
            "auth.password.label",
            "password",
            "scram-sha-256",
            "aes-256-gcm",
            "string",
            "String",
            "correct-horse-battery",
            "/run/secrets/token",
            "https://host/path",
            "2024-01-31",
            "2021-12-25T21:30:00Z",
            "550e8400-e29b-41d4-a716-446655440000",
            "$2b$10$abcdefgh",
            "10.0.0.1",
            "required|min:8",
            "config.token",
            "sha256:abcdef",
            "Hallo Welt",
            "foo(bar)",
            "std::string",
            "hunter2",
            "max_tokens_v2",
            "oauth2",
        ] {
            assert!(is_ordinary(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn secrets_are_not_ordinary() {
        for value in [
            "pQ7vLm2Zt9RbXw4K",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Tr0ub4dor&3",
            "Winter2024",
            "SuperSecret123!",
            "S3cr3t-Pa55",
            "k8s7d6f5g4h3j2",
            "Summer@2024",
            "xK9#mP2$vL",
            "aGVsbG8gd29ybGQK",
            "zHrtYuPlKjMnBvCxQw",
        ] {
            assert!(!is_ordinary(value.as_bytes()), "{value}");
        }
    }
}
