//! The edge with AWS Lambda: an event in, one endpoint, stage or sweep in the middle, an answer out.
//! Knows Lambda; knows nothing of what the service does. One crate, so that every function is built with the same features.

pub mod authorizer;
pub mod http;
pub mod queue;
pub mod schedule;
mod usage;

/// Why a function did not start; Lambda logs it and tries again.
pub type StartError = lambda_runtime::Error;
