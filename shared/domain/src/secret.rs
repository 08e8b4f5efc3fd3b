//! Values that must never be seen: no `Display`, a `Debug` that prints `[secret]`, wiped on drop.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A value that must reach no log, error, table, message or process argument.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value into custody.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What a Git host asks for. Held in memory for one stage's run; stored nowhere.
#[derive(Clone, Debug)]
pub struct GitCredential {
    /// The user name; hosts that take only a token accept any.
    pub username: String,
    /// The password or token.
    pub token: Secret<String>,
}

/// The first and last characters of a secret: never more than a quarter of it, never more than 3 + 3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preview(String);

impl Preview {
    /// Previews `value`. Bytes that are not printable ASCII are shown as `?`.
    pub fn of(value: &[u8]) -> Self {
        let shown = (value.len() / 8).min(3);
        if shown == 0 {
            return Self("***".to_owned());
        }
        let text = |bytes: &[u8]| -> String {
            let printable = |b: &u8| {
                if b.is_ascii_graphic() {
                    char::from(*b)
                } else {
                    '?'
                }
            };
            bytes.iter().map(printable).collect()
        };
        let (head, tail) = (&value[..shown], &value[value.len() - shown..]);
        Self(format!("{}...{}", text(head), text(tail)))
    }

    /// The preview as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Preview, Secret};

    #[test]
    fn debug_hides_the_value() {
        let secret = Secret::new("hunter2hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "[secret]");
    }

    #[test]
    fn a_preview_shows_at_most_a_quarter_and_at_most_six_characters() {
        for length in 0..200 {
            let value = vec![b'x'; length];
            let shown = Preview::of(&value).as_str().matches('x').count();
            assert!(shown * 4 <= length && shown <= 6, "{shown} of {length}");
        }
        assert_eq!(
            Preview::of(b"abcdefghijklmnopqrstuvwxyz").as_str(),
            "abc...xyz"
        );
    }
}
