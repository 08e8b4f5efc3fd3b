//! Values that stand where a secret would: filler, references to a secret kept elsewhere, made-up words.
//!
//! Questions, each stricter than the one before: [`is_filler`] and [`is_count`] for values whose form is known,
//! [`is_stand_in`] for passwords, [`is_unlikely_choice`] for passwords known by the name before them alone, [`is_ordinary`] for other values known so.

mod ordinary;
mod plainness;
mod words;

pub use ordinary::{is_ordinary, is_unlikely_choice};
pub use plainness::{
    Plainness, is_in_use, is_plain, names_documentation, names_this_machine, plainness,
};
pub(crate) use words::letter_runs;

/// Texts that no random value contains but by rare chance, and that say "put yours here". At the end the key in
/// AWS' documentation and those of Azure's emulators.
const MARKERS: &str = "\
    example changeme change_me change-me change-this changethis placeholder redacted removed \
    replace_ replace- replaceme replacewith your_ your- yourkey yourtoken yoursecret yourpass \
    insert_ insert- dummy sample fake notreal not-a-real not_a_real xxxx lorem iosfodnn7 \
    eby8vdm02xnocqflquwjpl c2y6ydjf5/r+ob0n8a7cgv";

/// Texts that fetch the secret from elsewhere.
const REFERENCES: &str = "\
    ${ {{ }} #{ $( <% %> %s %v %( *** ... process.env os.environ getenv env[ env( env. secrets. \
    [redacted @@ « »";

/// Words that are left when a placeholder is taken for a password. Longer before shorter where one begins
/// the other.
const STAND_INS: &str = "\
    passphrase password passwort passwd pass pwd secret token keys key api username user \
    administrator admin root testing tester test demo default guest foobared foobar foo bar baz \
    qux your mysql my the this that new old some any value string here none null nil true false \
    undefined empty change me hello world abcd abc xyz qwerty asdf postgresql postgres \
    redis mongodb mongo rabbitmq dev prod localhost local database data db client auth access \
    private public login account service application app temp tmp blah letmein";

/// Whether `value` is no secret whatever its rule: repetition, a marker such as `example` or `changeme`, or a
/// reference such as `${TOKEN}`.
pub fn is_filler(value: &[u8]) -> bool {
    is_reference(value) || contains_any(value, MARKERS) || is_repetition(value)
}

/// Whether `value` is made of nothing but words that stand for a password, short numbers and punctuation.
pub fn is_stand_in(value: &[u8]) -> bool {
    stand_ins(value).is_some()
}

/// The words that stand for a password, if `value` is made of nothing else but short numbers and punctuation.
fn stand_ins(value: &[u8]) -> Option<Vec<&'static str>> {
    if keeps_a_policy(value) {
        return None;
    }
    if let Some(word) = STAND_INS.split(' ').find(|word| is_spelled(value, word)) {
        return Some(vec![word]);
    }
    let (mut words, mut left) = (Vec::new(), 0);
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        let word = STAND_INS
            .split(' ')
            .find(|word| starts_with(rest, word.as_bytes()));
        if let Some(word) = word {
            rest = &rest[word.len()..];
            words.push(word);
        } else if first.is_ascii_digit() {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = &rest[..digits];
            left += if digits > 3 && !is_count(number) {
                digits
            } else {
                0
            };
            rest = &rest[digits..];
        } else {
            left += usize::from(first.is_ascii_alphabetic() || !first.is_ascii());
            rest = tail;
        }
    }
    (left * 6 <= value.len()).then_some(words)
}

/// Whether it was made so that it is let through where passwords must have everything: ten characters, capitals, small letters,
/// digits and a sign; or different signs.
fn keeps_a_policy(value: &[u8]) -> bool {
    let signs = b"!#@*^&+~%".iter().filter(|sign| value.contains(sign));
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let all = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    match signs.count() {
        0 => false,
        1 => all && value.len() >= 10,
        _ => true,
    }
}

/// Whether `value` is `word`, with digits instead of letters that they look like: `s3cr3t`.
fn is_spelled(value: &[u8], word: &str) -> bool {
    let letter = |byte: &u8| match byte {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' => b'a',
        b'5' => b's',
        other => other.to_ascii_lowercase(),
    };
    value.len() == word.len() && value.iter().map(letter).eq(word.bytes())
}

fn is_reference(value: &[u8]) -> bool {
    let name = |part: &[u8]| {
        part.iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'.')
    };
    let wrapped = match value {
        [b'<', .., b'>'] | [b'[', .., b']'] | [b'{', .., b'}'] | [b'_', b'_', .., b'_', b'_'] => {
            true
        }
        [b'%', inner @ .., b'%'] | [b'@', inner @ .., b'@'] => name(inner),
        [b'$' | b':' | b'%', first, rest @ ..] => first.is_ascii_alphabetic() && name(rest),
        _ => false,
    };
    wrapped || (contains_any(value, REFERENCES) && !is_noise(value))
}

/// Whether `value` is so full of different signs, and so poor in words, that what looks like a reference in it is chance.
fn is_noise(value: &[u8]) -> bool {
    let mut signs: Vec<u8> = value
        .iter()
        .copied()
        .filter(u8::is_ascii_punctuation)
        .collect();
    signs.sort_unstable();
    signs.dedup();
    value.len() >= 40 && signs.len() >= 8 && !ordinary::share_of_words(value, 3)
}

/// One byte over and over, hardly any different bytes, or one block three times and more.
fn is_repetition(value: &[u8]) -> bool {
    let runs = value.chunk_by(|a, b| a == b);
    let longest = runs.map(<[u8]>::len).max().unwrap_or(0);
    if longest >= 8 || (longest >= 4 && longest * 3 >= value.len()) {
        return true;
    }
    let mut seen = [false; 256];
    for &byte in value {
        seen[usize::from(byte)] = true;
    }
    let different = seen.iter().filter(|seen| **seen).count();
    let least = [2, 4, 6][usize::from(value.len() >= 12) + usize::from(value.len() >= 20)];
    different <= least || has_period(value)
}

fn has_period(value: &[u8]) -> bool {
    (1..=value.len() / 3).any(|period| value.iter().zip(&value[period..]).all(|(a, b)| a == b))
}

/// Whether most bytes of `value` follow the one before, up or down: `12345678`, `abcdefgh`, `9876543210`.
pub fn is_count(value: &[u8]) -> bool {
    let steps = value.len().saturating_sub(1);
    let follows = |a: u8, b: u8| match (a.to_ascii_lowercase(), b.to_ascii_lowercase()) {
        (b'9' | b'z' | b'f', b'0') | (b'9' | b'0' | b'z', b'a') | (b'z', b'1') => true,
        (a, b) => a.is_ascii_alphanumeric() && a.abs_diff(b) == 1 && b.is_ascii_alphanumeric(),
    };
    let counted = value
        .windows(2)
        .filter(|pair| follows(pair[0], pair[1]))
        .count();
    steps >= 3 && counted * 5 >= steps * 4
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn contains_any(text: &[u8], words: &str) -> bool {
    words.split(' ').any(|word| contains(text, word.as_bytes()))
}

/// Whether `text` contains `word`, in any case of its letters.
pub(crate) fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::{is_count, is_filler, is_stand_in};

    fn all(question: fn(&[u8]) -> bool, values: &[&str], answer: bool) {
        for value in values {
            assert_eq!(question(value.as_bytes()), answer, "{value}");
        }
    }

    #[test]
    fn filler_is_known() {
        let filler = [
            "AKIAIOSFODNN7EXAMPLE",
            "your-api-key-here",
            "changeme",
            "xxxxxxxxxxxx",
            "****************",
            "00000000000000000000",
            "deadbeefdeadbeefdeadbeef",
            "abababababab",
            "***REMOVED***",
            "REDACTED",
            "sk_live_XXXXXXXXXXXXXXXX",
        ];
        all(is_filler, &filler, true);
    }

    #[test]
    fn counts_are_known() {
        let counts = [
            "1234567890123456",
            "abcdefghijklmnop",
            "0123456789abcdef0123456789abcdef",
            "987654321",
            "abc123",
        ];
        all(is_count, &counts, true);
        all(
            is_count,
            &[
                "9f86d081884c7d65",
                "abc123def456ghi789xyz",
                "pQ7vLm2Zt9RbXw4K",
            ],
            false,
        );
    }

    #[test]
    fn references_are_known() {
        let references = [
            "${DB_PASSWORD}",
            "{{ .Values.token }}",
            "$(cat token)",
            "<your token>",
            "%s",
            "$DB_PASSWORD",
            "%TOKEN%",
            "process.env.TOKEN",
            "os.environ['TOKEN']",
            "#{secret}",
            "[token]",
            "__TOKEN__",
            ":password",
        ];
        all(is_filler, &references, true);
    }

    #[test]
    fn random_values_are_no_filler() {
        let real = [
            "pQ7vLm2Zt9RbXw4K",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Tr0ub4dor&3",
            "S3cure!Passage",
            "$ecretW0rd!",
            "a94a8fe5ccb19ba61c4c",
            "Zk3-_9aQ.b7",
        ];
        all(is_filler, &real, false);
    }

    #[test]
    fn stand_ins_are_known_and_passwords_are_not() {
        let stand_ins = [
            "password",
            "Password1",
            "my-secret-password",
            "test123",
            "admin",
            "root",
            "user_pass",
            "secret",
            "foobar",
            "postgres",
            "pass",
            "topsecret12345",
            "hello-world",
            "s3cr3t",
            "!!",
        ];
        all(is_stand_in, &stand_ins[..11], true);
        all(is_stand_in, &stand_ins[12..], true);
        let real = [
            "S3cr3tPassw0rd",
            "Winter2024",
            "hunter2",
            "Password2024!",
            "pQ7vLm2Zt9",
        ];
        all(is_stand_in, &real, false);
    }
}
