//! Fetch and push against a real Git server: what arrives is what stock git would have brought.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod failures;
mod fetch;
mod push;
mod world;
