//! How plain a password is, where more speaks for it than the name before it.

use super::ordinary::is_of_words;
use super::{contains_any, is_stand_in, stand_ins, starts_with};

/// Stand-ins that speak to the reader of a text.
const REQUESTS: [&str; 19] = [
    "your",
    "my",
    "the",
    "this",
    "that",
    "new",
    "some",
    "any",
    "value",
    "string",
    "here",
    "none",
    "null",
    "nil",
    "undefined",
    "empty",
    "change",
    "me",
    "hello",
];

/// Stand-ins that are in use as passwords wherever nobody changed them; with a number.
const IN_USE: [&str; 12] = [
    "admin",
    "administrator",
    "root",
    "letmein",
    "qwerty",
    "mysql",
    "postgres",
    "postgresql",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
];

/// Stand-ins that tests and examples are full of.
const IN_TESTS: [&str; 13] = [
    "test", "tester", "testing", "demo", "foo", "bar", "foobar", "foobared", "baz", "qux", "blah",
    "user", "username",
];

/// Names of hosts that are there to be written about (RFC 2606, and the like).
const DOCUMENTATION: &str =
    "example.com example.org example.net .example .invalid yourdomain mydomain domain.com";

/// What a password in a record is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plainness {
    /// A stand-in that asks for a password: `your-password`, `password_here`.
    Request,
    /// A single word that stands in for one: `password`, `s3cr3t`.
    Bare,
    /// Stand-ins put together, or with a number or with other signs: `testpass`, `admin123`, `P@ssw0rd!`.
    Made,
    /// Other words: `swordfish`.
    Words,
    /// Nothing of that.
    None,
}

/// What `value`, a password in a record, is made of.
pub fn plainness(value: &[u8]) -> Plainness {
    let Some(words) = stand_ins(value) else {
        return match (is_made_over(value), is_of_words(value)) {
            (true, _) => Plainness::Made,
            (_, true) => Plainness::Words,
            _ => Plainness::None,
        };
    };
    let digits = value.iter().any(u8::is_ascii_digit);
    if words.iter().any(|word| REQUESTS.contains(word)) || words.is_empty() {
        Plainness::Request
    } else if words.len() == 1 && (!digits || words[0].len() == value.len()) {
        Plainness::Bare
    } else {
        Plainness::Made
    }
}

/// Whether `value`, which is no unlikely choice, is easily guessed: short, words and a number, or stand-ins with signs instead
/// of letters.
pub fn is_plain(value: &[u8]) -> bool {
    let end = value.iter().rposition(u8::is_ascii_alphabetic);
    let stem = &value[..end.map_or(0, |end| end + 1)];
    value.len() < 10 || is_of_words(stem) || is_of_words(value) || is_made_over(value)
}

/// Whether `value`, a stand-in, is one of those that are in use: `admin123`, `Admin@123`.
pub fn is_in_use(value: &[u8]) -> bool {
    let has = |words: &[&str], list: &[&str]| words.iter().any(|word| list.contains(word));
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    digits >= 2
        && stand_ins(value).is_some_and(|words| {
            has(&words, &IN_USE) && !has(&words, &IN_TESTS) && !has(&words, &REQUESTS)
        })
}

/// Whether only digits and signs that look like letters tell it from a stand-in: `P@ssw0rd!`.
fn is_made_over(value: &[u8]) -> bool {
    let letter = |byte: &u8| match byte {
        b'@' | b'4' => b'a',
        b'$' | b'5' => b's',
        b'!' | b'1' => b'i',
        b'0' => b'o',
        b'3' => b'e',
        other => *other,
    };
    let value: Vec<u8> = value.iter().map(letter).collect();
    is_stand_in(&value)
}

/// Whether `text` names a host that is there to be written about.
pub fn names_documentation(text: &[u8]) -> bool {
    contains_any(text, DOCUMENTATION)
}

/// Whether `after`, the end of an address from its `@` on, names the machine itself or its neighbour: a host without a dot.
pub fn names_this_machine(after: &[u8]) -> bool {
    let host = after.strip_prefix(b"@").unwrap_or(after);
    let end = host.iter().position(|b| b":/?,\r\n \"'".contains(b));
    let host = &host[..end.unwrap_or(host.len())];
    !host.contains(&b'.') || starts_with(host, b"127.") || starts_with(host, b"0.0.0.0")
}

#[cfg(test)]
mod tests {
    use super::{
        Plainness, is_in_use, is_plain, names_documentation, names_this_machine, plainness,
    };

    #[test]
    fn how_plain_a_password_is() {
        let all = [
            (
                Plainness::Request,
                "your-password password_here change_me value mypass ***",
            ),
            (Plainness::Bare, "password admin s3cr3t Secret root!"),
            (
                Plainness::Made,
                "pass123 testpass admin123 AdminPassword123 S3cretP@ssw0rd!",
            ),
            (Plainness::Words, "swordfish marigold evil_pass"),
            (
                Plainness::None,
                "hunter22x! pQ7vLm2Zt9 tiger-Lake92! password!#@498",
            ),
        ];
        for (expected, values) in all {
            for value in values.split(' ') {
                assert_eq!(plainness(value.as_bytes()), expected, "{value}");
            }
        }
    }

    #[test]
    fn what_is_easily_guessed_is_known() {
        for value in ["hunter22", "Winter2024", "harbor-lake42", "S3cretP@ssw0rd!"] {
            assert!(is_plain(value.as_bytes()), "{value}");
        }
        for value in ["pQ7vLm2Zt9", "Tr0ub4dor&3", "xK9#mP2$vLq8"] {
            assert!(!is_plain(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn stand_ins_in_use_are_known() {
        for value in [
            "admin123",
            "Admin@123",
            "root12",
            "letmein99",
            "mysqlpass12",
        ] {
            assert!(is_in_use(value.as_bytes()), "{value}");
        }
        for value in [
            "password123",
            "test1234",
            "admin",
            "admin1",
            "testadmin12",
            "my-admin-12",
            "harbor42",
        ] {
            assert!(!is_in_use(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn hosts_of_documentation_and_this_machine_are_known() {
        assert!(names_documentation(b"ftp.Example.com") && !names_documentation(b"ftp.acme.dev"));
        for here in [
            "@localhost:5432/app",
            "@db/app",
            "@127.0.0.1",
            "@postgres:5432",
        ] {
            assert!(names_this_machine(here.as_bytes()), "{here}");
        }
        assert!(!names_this_machine(b"@ds04.acme.dev:48537/main"));
    }
}
