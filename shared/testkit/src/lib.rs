//! What tests need of the outside world, for real: histories made by stock git, a Git server on loopback, and the
//! contracts that every implementation of a port must keep.

pub mod acme;
pub mod answer_server;
pub mod archives;
pub mod contracts;
pub mod credential_server;
pub mod git_server;
mod http;
pub mod random;
pub mod script;
pub mod stock;

pub use answer_server::AnswerServer;
pub use credential_server::CredentialServer;
pub use git_server::{Fault, GitServer};
