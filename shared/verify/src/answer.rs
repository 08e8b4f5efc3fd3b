//! What an answer means.

use serde_json::Value;

use crate::definition::{Definition, Part, Sign};

/// What a host answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body: a string if it is not JSON.
    pub(crate) body: Value,
}

/// What an answer says of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Accepted,
    Rejected,
    Unclear,
}

/// How a host rejects what it does not know: in words that it documents, or somehow.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    documented: Option<(u16, Value)>,
}

impl Answer {
    /// What it says, by what the provider documents, and by how the host refused the control. An answer with signs of both
    /// says nothing.
    pub(crate) fn meaning(&self, definition: &Definition, control: &Refusal) -> Meaning {
        let is_yes = self.shows_any(definition.active);
        let is_no = self.shows_any(definition.ended)
            || self
                .refusal(definition)
                .is_some_and(|refusal| refusal.documented.is_some() && refusal == *control);
        match (is_yes, is_no) {
            (true, false) => Meaning::Accepted,
            (false, true) => Meaning::Rejected,
            _ => Meaning::Unclear,
        }
    }

    /// How it refuses the value, if it does. Who says 401 or 403 and nothing else that is known does not accept
    /// it, whatever the reason.
    pub(crate) fn refusal(&self, definition: &Definition) -> Option<Refusal> {
        let mut signs = definition.inactive.iter();
        let said = signs.find_map(|sign| self.said(sign));
        let is_refused = said.is_some() || matches!(self.status, 401 | 403);
        let documented = said.map(|said| (self.status, said));
        is_refused.then_some(Refusal { documented })
    }

    pub(crate) fn shows_any(&self, signs: &[Sign]) -> bool {
        signs.iter().any(|sign| self.said(sign).is_some())
    }

    /// What stands where the sign looks, if that is the sign.
    fn said(&self, sign: &Sign) -> Option<Value> {
        if self.status != sign.status {
            return None;
        }
        match sign.part {
            Part::Text(text) => {
                let body = self.body.as_str()?;
                body.contains(text).then(|| Value::from(text))
            }
            Part::Has(at) => self.at(at).cloned(),
            Part::Says(at, text) => {
                let found = self.at(at)?;
                let written = match found {
                    Value::String(found) => found.clone(),
                    Value::Bool(_) | Value::Number(_) => found.to_string(),
                    _ => return None,
                };
                (written == text).then(|| found.clone())
            }
        }
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.body.pointer(pointer).filter(|found| !found.is_null())
    }
}
