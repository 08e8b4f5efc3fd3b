//! Jobs, findings, events, selections, marks, policies and idempotency keys in one DynamoDB table.
//!
//! The table ([`table_definition`]; `template.yaml` says the same) has the string keys `pk` and `sk`,
//! the TTL attribute `ttl`, and two sparse indexes of keys only, which the sweeper alone reads:
//! `by-expiry` (`expiry_shard`, `expiry_at`), `by-stall` (`stall_shard`, `stall_at`).
//!
//! | item | pk | sk |
//! | --- | --- | --- |
//! | job | `TENANT#t` | `JOB#j` |
//! | answer to a request | `TENANT#t` | `IDEMPOTENCY#k` |
//! | mark of a false positive | `TENANT#t` | `MARK#f` |
//! | version of a policy | `TENANT#t` | `POLICY#v` |
//! | catalog of the policies | `TENANT#t` | `POLICIES` |
//! | finding | `TENANT#t#JOB#j` | `FINDING#f` |
//! | event | `TENANT#t#JOB#j` | `EVENT#e` |
//! | piece of the selection | `TENANT#t#JOB#j` | `SELECTION#n` |
//!
//! Job and event ids are UUIDs of version 7, so both sort by time and listing needs no index.
//! No key can be made without a tenant. `ttl` is a day after the job's `expires_at`: the sweeper
//! deletes in order, DynamoDB only what the sweeper missed. Marks and policies have none: they are for the scans to come.

mod batch;
mod cursor;
mod error;
mod findings;
mod idempotency;
mod item;
mod jobs;
mod keys;
mod marks;
mod policies;
mod query;
mod schema;
mod selection;
mod sweep;
mod write;

pub use error::TableError;
pub use schema::{BY_EXPIRY, BY_STALL, table_definition};

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};

/// The table, as store of jobs, findings, marks, policies and idempotency keys.
#[derive(Clone, Debug)]
pub struct JobTable {
    client: Client,
    table: String,
}

impl JobTable {
    /// Uses the table of that name. Nothing is sent until a port is called.
    pub fn new(aws: &SdkConfig, table: impl Into<String>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(5))
            .operation_timeout(Duration::from_secs(12))
            .build();
        let config = Builder::from(aws)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .build();
        Self {
            client: Client::from_conf(config),
            table: table.into(),
        }
    }
}
