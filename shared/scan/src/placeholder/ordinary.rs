//! Values that ordinary source text is full of: identifiers, types, paths, sentences, numbers, ids.

use super::is_stand_in;
use super::words::{is_word, letter_runs};

/// Starts that say what a value is, and that it is no secret.
const STARTS: [&[u8]; 17] = [
    b"/", b"./", b"../", b"~/", b"\\", b"0x", b"$", b"arn:", b"urn:", b"data:", b"sha1", b"sha2",
    b"sha3", b"sha5", b"md5:", b"file:", b"ssh-",
];

/// Whether `value` may well be anything but a secret when all that speaks for it is the name it was given.
pub fn is_ordinary(value: &[u8]) -> bool {
    let starts = |start: &&[u8]| super::starts_with(value, start);
    is_stand_in(value)
        || !value.iter().all(u8::is_ascii_graphic)
        || STARTS.iter().any(starts)
        || super::contains(value, b"://")
        || is_uuid(value)
        || is_name(value)
        || is_wordy(value)
        || is_code(value)
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

/// Words and short numbers joined by `-`, `_`, `.`, `/` or `:`: names, paths, versions, dates, addresses. Or names
/// of a program joined by dots.
fn is_name(value: &[u8]) -> bool {
    let numeric = value.iter().all(|b| !b.is_ascii_alphabetic());
    let mostly_words = share_of_words(value, 2);
    let part = |part: &[u8]| {
        let digits = part.iter().all(u8::is_ascii_digit) && part.len() <= 4;
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
fn share_of_words(value: &[u8], part: usize) -> bool {
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

/// Punctuation of programs, expressions and markup.
fn is_code(value: &[u8]) -> bool {
    let code = |b: &&u8| b"()[]{}<>;,|\\`\"'".contains(b);
    let signs = value.iter().filter(code).count();
    let in_words: usize = letter_runs(value)
        .filter(|run| is_word(run))
        .map(<[u8]>::len)
        .sum();
    signs >= 2 || (signs == 1 && in_words * 2 >= value.len()) || super::contains(value, b"::")
}

fn is_joint(byte: u8) -> bool {
    b"-_./:".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::is_ordinary;

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
