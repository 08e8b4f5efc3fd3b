//! Hides known secrets in what an engine says: a branch or a file can be named after one.

use domain::Secret;
use domain::secret::Preview;
use serde_json::Value;

/// Secrets and what is shown in their place.
pub(crate) struct Mask<'a>(Vec<(&'a str, Preview)>);

impl<'a> Mask<'a> {
    /// Hides `values`.
    pub(crate) fn of(values: impl IntoIterator<Item = &'a Secret<Vec<u8>>>) -> Self {
        let texts = values.into_iter();
        let texts = texts.filter_map(|value| std::str::from_utf8(value.expose()).ok());
        let texts = texts.filter(|text| !text.is_empty());
        let mut pairs: Vec<_> = texts
            .map(|text| (text, Preview::of(text.as_bytes())))
            .collect();
        // The longest first: a secret can be part of another.
        pairs.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self(pairs)
    }

    /// `text` with previews instead of secrets.
    pub(crate) fn text(&self, text: &str) -> String {
        let hide = |text: String, (value, preview): &(&str, Preview)| {
            if text.contains(value) {
                text.replace(value, preview.as_str())
            } else {
                text
            }
        };
        self.0.iter().fold(text.to_owned(), hide)
    }

    /// A document with previews instead of secrets, in names and in texts.
    pub(crate) fn json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.json(item)).collect())
            }
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .map(|(name, item)| (self.text(&name), self.json(item)))
                    .collect(),
            ),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Secret;
    use serde_json::json;

    use super::Mask;

    #[test]
    fn a_branch_named_after_a_secret_is_not_shown() {
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        let values = [secret("value-0001"), secret("made-up-value-0001")];
        let mask = Mask::of(&values);
        let shown = mask
            .json(json!({"refs": ["refs/heads/made-up-value-0001"], "refs/tags/value-0001": 1}));
        assert_eq!(
            shown,
            json!({"refs": ["refs/heads/ma...01"], "refs/tags/v...1": 1})
        );
    }
}
