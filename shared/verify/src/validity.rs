//! The result for one value, and why; and how many there are of each.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// Whether a value opens what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its provider accepts it.
    Active,
    /// Its provider rejects it.
    Inactive,
    /// It cannot be told.
    Unknown,
    /// It could not be asked, or there was no answer; it may be different the next time.
    Error,
}

impl State {
    /// Its name, as in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Unknown => "unknown",
            Self::Error => "error",
        }
    }
}

/// The result for one value. Made of constants alone, so that no byte of the value can be in it; its `Display` is the
/// reason, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are the host that was asked, and the status that it answered with
pub enum Validity {
    /// The host accepts it, and rejected the control.
    Accepted { host: &'static str },
    /// The host rejects it.
    Rejected { host: &'static str },
    /// The host rejects it, which says nothing of what else it may be good for.
    MaybeElsewhere { host: &'static str },
    /// There is no definition for such values.
    NotSupported,
    /// It has characters that no token of the provider has.
    NotSendable,
    /// What its provider wants to be told with it does not stand near it.
    Alone,
    /// No control can be made of so short a value.
    NoControl,
    /// The host accepted the control as well.
    ControlAccepted { host: &'static str },
    /// The host did not reject the control.
    ControlUnclear { host: &'static str, status: u16 },
    /// The host answered neither yes nor no.
    Unclear { host: &'static str, status: u16 },
    /// The host redirected, which is not followed.
    Redirected { host: &'static str },
    /// The host had too many requests.
    RateLimited { host: &'static str },
    /// The host has a problem of its own.
    ServerError { host: &'static str, status: u16 },
    /// The host answered at too great a length.
    TooLarge { host: &'static str },
    /// There was no answer.
    Unreachable {
        host: &'static str,
        why: &'static str,
    },
    /// So many requests are enough for one scan.
    Budget,
}

impl Validity {
    /// What it comes to.
    pub fn state(&self) -> State {
        match self {
            Self::Accepted { .. } => State::Active,
            Self::Rejected { .. } => State::Inactive,
            Self::MaybeElsewhere { .. }
            | Self::NotSupported
            | Self::NotSendable
            | Self::Alone
            | Self::NoControl
            | Self::ControlAccepted { .. }
            | Self::ControlUnclear { .. }
            | Self::Unclear { .. }
            | Self::Redirected { .. } => State::Unknown,
            Self::RateLimited { .. }
            | Self::ServerError { .. }
            | Self::TooLarge { .. }
            | Self::Unreachable { .. }
            | Self::Budget => State::Error,
        }
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { host } => write!(f, "{host} accepts it"),
            Self::Rejected { host } => write!(f, "{host} rejects it"),
            Self::MaybeElsewhere { host } => {
                write!(f, "{host} rejects it, but it may be good elsewhere")
            }
            Self::NotSupported => f.write_str("there is nobody to ask about such values"),
            Self::NotSendable => f.write_str("it has not the form that its provider takes"),
            Self::Alone => f.write_str("what belongs to it (an account, a key id) is not near it"),
            Self::NoControl => f.write_str("it is too short for a control"),
            Self::ControlAccepted { host } => write!(f, "{host} accepts made-up values too"),
            Self::ControlUnclear { host, status } => {
                write!(f, "{host} does not reject made-up values (status {status})")
            }
            Self::Unclear { host, status } => {
                write!(f, "{host} says neither yes nor no (status {status})")
            }
            Self::Redirected { host } => write!(f, "{host} redirects, which is not followed"),
            Self::RateLimited { host } => write!(f, "{host} had too many requests"),
            Self::ServerError { host, status } => {
                write!(f, "{host} has a problem (status {status})")
            }
            Self::TooLarge { host } => write!(f, "{host} answers at too great a length"),
            Self::Unreachable { host, why } => write!(f, "{host} {why}"),
            Self::Budget => f.write_str("the limit of requests of one scan is reached"),
        }
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Validity", 2)?;
        fields.serialize_field("state", &self.state())?;
        fields.serialize_field("reason", &self.to_string())?;
        fields.end()
    }
}

/// How many values there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the states' names
pub struct Counts {
    pub active: u64,
    pub inactive: u64,
    pub unknown: u64,
    pub error: u64,
    /// Those among the unknown that there is nobody to ask about.
    pub not_supported: u64,
}

impl Counts {
    /// Counts one more.
    pub(crate) fn add(&mut self, validity: &Validity) {
        let state = match validity.state() {
            State::Active => &mut self.active,
            State::Inactive => &mut self.inactive,
            State::Unknown => &mut self.unknown,
            State::Error => &mut self.error,
        };
        *state += 1;
        self.not_supported += u64::from(*validity == Validity::NotSupported);
    }
}
