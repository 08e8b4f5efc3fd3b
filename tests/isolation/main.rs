//! Every route × another tenant, a lower role, nobody: through the edge, as API Gateway sends it. A route without a row
//! here fails.

// What a test unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

// The benches of tests/api, of which these tests use a part.
#[allow(dead_code)]
#[path = "../api/bench.rs"]
mod bench;
mod foreign;
#[allow(dead_code)]
#[path = "../api/policies.rs"]
mod policies;
mod roles;
mod rows;
#[allow(dead_code)]
#[path = "../api/shape.rs"]
mod shape;
#[allow(dead_code)]
#[path = "../api/trouble.rs"]
mod trouble;
