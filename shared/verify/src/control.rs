//! The control: a made-up value of the same shape, which the provider must reject for its answers to mean anything.

use domain::Secret;

/// So many made-up letters and digits are nobody's.
const LEAST_RANDOM: usize = 12;

/// What is kept of a value in its control: the beginning that says what kind it is (`ghp_`), up to the last separator of
/// its first third.
fn prefix(value: &[u8]) -> usize {
    let first = &value[..value.len() / 3];
    let separator = |byte: &u8| matches!(byte, b'_' | b'-' | b'.' | b':' | b'/');
    first.iter().rposition(separator).map_or(0, |at| at + 1)
}

/// Values of one shape have one control.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    prefix: Secret<String>,
    length: usize,
}

impl Shape {
    pub(crate) fn of(value: &str) -> Self {
        let prefix = value.get(..prefix(value.as_bytes())).unwrap_or_default();
        Self {
            prefix: Secret::new(prefix.to_owned()),
            length: value.len(),
        }
    }
}

/// A made-up value with the prefix, length and alphabets of `value`; none if too little of it can be made up.
pub(crate) fn make_up(value: &str) -> Option<Secret<String>> {
    let (kept, rest) = value.as_bytes().split_at(prefix(value.as_bytes()));
    let has_beyond_hex =
        |letters: fn(&u8) -> bool| rest.iter().any(|b| letters(b) && !b.is_ascii_hexdigit());
    let lower = if has_beyond_hex(u8::is_ascii_lowercase) {
        26
    } else {
        6
    };
    let upper = if has_beyond_hex(u8::is_ascii_uppercase) {
        26
    } else {
        6
    };
    let mut noise = vec![0_u8; rest.len()];
    getrandom::fill(&mut noise).ok()?;
    let mut made_up = kept.to_vec();
    let mut random = 0;
    for (byte, noise) in rest.iter().zip(noise) {
        let (first, count) = match byte {
            b'0'..=b'9' => (b'0', 10),
            b'a'..=b'z' => (b'a', lower),
            b'A'..=b'Z' => (b'A', upper),
            other => (*other, 1),
        };
        random += usize::from(count > 1);
        made_up.push(first + noise % count);
    }
    let made_up = String::from_utf8(made_up).ok()?;
    (random >= LEAST_RANDOM && made_up != value).then(|| Secret::new(made_up))
}

#[cfg(test)]
mod tests {
    use super::{Shape, make_up};

    #[test]
    fn a_control_has_the_shape_of_its_value_and_is_another() {
        for value in [
            ["gh", "p_0123456789abcdefghijKLMNOPQRSTUVWXYZ"].concat(),
            "0123456789abcdef0123456789abcdef".to_owned(),
            "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".to_owned(),
        ] {
            let made_up = make_up(&value).unwrap();
            let made_up = made_up.expose();
            assert_ne!(*made_up, value);
            assert_eq!(Shape::of(made_up), Shape::of(&value));
            let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            assert_eq!(hex(made_up), hex(&value), "{made_up}");
            for (one, other) in value.bytes().zip(made_up.bytes()) {
                assert_eq!(one.is_ascii_digit(), other.is_ascii_digit());
                assert_eq!(one.is_ascii_lowercase(), other.is_ascii_lowercase());
                assert!(one.is_ascii_alphanumeric() || one == other);
            }
            assert_ne!(made_up, make_up(&value).unwrap().expose(), "made up anew");
        }
        let start = make_up(&["gh", "p_0123456789abcdefghijKLMNOPQRSTUVWXYZ"].concat());
        assert!(start.unwrap().expose().starts_with("ghp_"));
    }

    #[test]
    fn what_is_too_short_has_no_control() {
        assert!(make_up("abc-def-1").is_none());
        assert!(make_up("").is_none());
    }
}
