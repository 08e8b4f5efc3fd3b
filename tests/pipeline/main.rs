//! The whole way of a history through the deployed service, judged by stock git.
//!
//! Runs against the stack that `make test` brings up (`DEPLOYGUARD_TEST_STACK`); without one it says so and does nothing.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod canary;
mod faults;
mod judge;
mod policy;
mod refusals;
mod service;
mod way;
mod world;
