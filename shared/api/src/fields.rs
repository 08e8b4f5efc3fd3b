//! Takes a JSON body or a query apart, field by field, and names everything that is wrong with it at once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{ApiError, Fault};

/// The fields of one body or query that have not been taken yet, and the faults found so far.
pub(crate) struct Fields {
    rest: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Fields {
    /// The fields of a JSON object. No body at all is an empty object.
    pub(crate) fn of_body(body: &[u8]) -> Result<Self, ApiError> {
        let rest = if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(body).map_err(|_| ApiError::NotJson)?
        };
        Ok(Self {
            rest,
            faults: Vec::new(),
        })
    }

    /// The fields of a query.
    pub(crate) fn of_query(query: &BTreeMap<String, String>) -> Self {
        let text = |(name, value): (&String, &String)| (name.clone(), Value::String(value.clone()));
        Self {
            rest: query.iter().map(text).collect(),
            faults: Vec::new(),
        }
    }

    /// A text of 1 to `longest` characters, if it was sent.
    pub(crate) fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        match self.rest.remove(name)? {
            Value::Null => None,
            Value::String(text) if (1..=longest).contains(&text.chars().count()) => Some(text),
            _ => self.wrong(
                name,
                format!("is not a text of 1 to {longest} characters"),
                "send a shorter text, or leave the field out if it is optional",
            ),
        }
    }

    /// A text that must have been sent.
    pub(crate) fn required(&mut self, name: &str, longest: usize) -> Option<String> {
        if self.rest.get(name).is_none_or(Value::is_null) {
            self.rest.remove(name);
            return self.wrong(name, "is missing", "add the field");
        }
        self.text(name, longest)
    }

    /// `true` or `false`, if it was sent (in a query, as text).
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.rest.remove(name)? {
            Value::Null => None,
            Value::Bool(flag) => Some(flag),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => self.wrong(name, "is neither true nor false", "send true or false"),
        }
    }

    /// A whole number from `lowest` to `highest`, if it was sent (in a query, as text).
    pub(crate) fn number(&mut self, name: &str, lowest: u64, highest: u64) -> Option<u64> {
        let value = self.take(name)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match number.filter(|number| (lowest..=highest).contains(number)) {
            Some(number) => Some(number),
            None => self.wrong(
                name,
                "is out of range or not a number",
                format!("send a whole number from {lowest} to {highest}"),
            ),
        }
    }

    /// A list of at most `most` texts; empty if it was not sent.
    pub(crate) fn texts(&mut self, name: &str, most: usize) -> Vec<String> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let list = value.as_array().filter(|list| list.len() <= most);
        let texts = list.and_then(|list| {
            list.iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        });
        texts.unwrap_or_else(|| {
            self.fault(
                name,
                format!("is not a list of at most {most} texts"),
                "send a list of ids",
            );
            Vec::new()
        })
    }

    /// The fields of an object inside, if it was sent: give them back with [`Self::absorb`].
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        match self.take(name)? {
            Value::Object(rest) => Some(Self {
                rest,
                faults: Vec::new(),
            }),
            _ => self.wrong(name, "is not an object", "send a JSON object"),
        }
    }

    /// What is wrong with the object `name`, told under its name.
    pub(crate) fn absorb(&mut self, name: &str, inner: Self) {
        if let Err(ApiError::Invalid(faults)) = inner.finish() {
            let named = |fault: Fault| Fault {
                field: format!("{name}.{}", fault.field),
                ..fault
            };
            self.faults.extend(faults.into_iter().map(named));
        }
    }

    /// One of a few words, if it was sent.
    pub(crate) fn word<T: serde::de::DeserializeOwned>(
        &mut self,
        name: &str,
        words: &[&str],
    ) -> Option<T> {
        let value = self.take(name)?;
        let word = serde_json::from_value(value).ok();
        word.or_else(|| {
            self.wrong(
                name,
                "is not one of the values that it can have",
                format!("send one of: {}", words.join(", ")),
            )
        })
    }

    /// One of a few words that must have been sent.
    pub(crate) fn required_word<T: serde::de::DeserializeOwned>(
        &mut self,
        name: &str,
        words: &[&str],
    ) -> Option<T> {
        if self.rest.get(name).is_none_or(Value::is_null) {
            let remedy = format!("send one of: {}", words.join(", "));
            self.rest.remove(name);
            return self.wrong(name, "is missing", remedy);
        }
        self.word(name, words)
    }

    /// Notes a fault.
    pub(crate) fn fault(
        &mut self,
        name: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.faults.push(Fault::new(name, message, remedy));
    }

    /// Whether a field was sent and not yet taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.rest.get(name).is_some_and(|value| !value.is_null())
    }

    /// Ends the taking: fields that nobody asked for are faults too.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        self.checked().map(drop)
    }

    /// The same where more is to be checked that needs a look at what is stored.
    pub(crate) fn checked(mut self) -> Result<Self, ApiError> {
        let unknown: Vec<String> = self.rest.keys().take(10).cloned().collect();
        for name in unknown {
            let short: String = name.chars().take(64).collect();
            self.fault(&short, "is not a field of this request", "leave it out");
        }
        if self.faults.is_empty() {
            Ok(self)
        } else {
            Err(ApiError::Invalid(self.faults))
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.rest.remove(name).filter(|value| !value.is_null())
    }

    fn wrong<T>(
        &mut self,
        name: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        self.fault(name, message, remedy);
        None
    }
}
