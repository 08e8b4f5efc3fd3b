//! Whether a secret still opens what it was made for: one harmless question to its provider, through one guarded client.
//!
//! # Model
//! A [`Definition`] is a question that a provider documents ("who am I?"), with the answers that mean yes and those that mean
//! no. Definitions are a closed set, built in: hosts and paths are constants, so that nothing found in a history can make one.
//!
//! # Invariants
//! - `active` is said only if the same host, just before, rejected a made-up value of the same shape, and then answered
//!   with what it documents for its own. Whatever answers yes to everything gets `unknown`.
//! - `inactive` is said only if every host that could know the value rejects it in the words that it documents, and rejected
//!   the made-up one in the same; or says that it was its own. A status alone, also 401, says nothing.
//! - A value goes to its provider's hosts alone: https, no redirects, no proxies, no private addresses.
//! - No reason, error or `Debug` text holds a byte of a value, or a URL.

mod answer;
mod aws;
mod beside;
mod client;
mod clock;
mod control;
mod definition;
mod hosts;
mod providers;
mod request;
mod run;
mod validity;

pub use beside::Beside;
pub use client::{Limits, Loopback, Route};
pub use clock::Clock;
pub use definition::{Definition, Fits, Method, Part, Place, Sign};
pub use hosts::HOSTS;
pub use providers::definitions;
pub use run::{Subject, Verification, verify, wants_text};
pub use validity::{Counts, State, Validity};
