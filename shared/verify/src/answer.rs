//! What an answer means.

use serde_json::Value;

use crate::definition::{Definition, Sign};

/// What a host answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The body, if it is JSON.
    pub(crate) body: Option<Value>,
}

/// What an answer says of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Accepted,
    Rejected,
    Unclear,
}

impl Answer {
    /// What it says, by what the provider documents. An answer with signs of both says nothing.
    pub(crate) fn meaning(&self, definition: &Definition) -> Meaning {
        let any = |signs: &[Sign]| signs.iter().any(|sign| self.shows(sign));
        match (any(definition.active), any(definition.inactive)) {
            (true, false) => Meaning::Accepted,
            (false, true) => Meaning::Rejected,
            _ => Meaning::Unclear,
        }
    }

    fn shows(&self, sign: &Sign) -> bool {
        if self.status != sign.status || sign.at.is_empty() {
            return self.status == sign.status;
        }
        let found = self.body.as_ref().and_then(|body| body.pointer(sign.at));
        match found {
            None | Some(Value::Null) => false,
            Some(_) if sign.says.is_empty() => true,
            Some(Value::String(text)) => text == sign.says,
            Some(Value::Bool(flag)) => flag.to_string() == sign.says,
            Some(Value::Number(number)) => number.to_string() == sign.says,
            Some(_) => false,
        }
    }
}
