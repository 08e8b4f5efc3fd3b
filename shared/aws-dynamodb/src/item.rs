//! Jobs, events and findings as items and back. The attributes are the words of the domain's JSON,
//! plus the keys, `ttl`, and for jobs the keys of the two indexes.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ports::PortError;
use domain::{Event, Finding, Job};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::TableError;
use crate::keys::{Item, Key};

/// How many partitions each index is spread over.
pub(crate) const SHARDS: u8 = 4;

/// How long after a job's end DynamoDB may delete what is left of it, in seconds.
const GRACE: i64 = 24 * 60 * 60;

/// A job's item.
pub(crate) fn of_job(job: &Job) -> Result<Item, PortError> {
    let key = Key::job(&job.tenant, &job.id);
    let mut item = encode(job, "job", &key, job.expires_at)?;
    let shard = AttributeValue::S(shard_of(job));
    item.insert("expiry_shard".to_owned(), shard.clone());
    item.insert("expiry_at".to_owned(), millis(job.expires_at));
    if job.status.awaits_stage() {
        item.insert("stall_shard".to_owned(), shard);
        item.insert("stall_at".to_owned(), millis(job.updated_at));
    }
    Ok(item)
}

/// An event's item, kept as long as its job.
pub(crate) fn of_event(job: &Job, event: &Event) -> Result<Item, PortError> {
    let key = Key::event(&job.tenant, &job.id, &event.id);
    encode(event, "event", &key, job.expires_at)
}

/// A finding's item, condensed, kept as long as its job.
pub(crate) fn of_finding(job: &Job, finding: &Finding) -> Result<Item, PortError> {
    let key = Key::finding(&job.tenant, &job.id, &finding.id);
    encode(&finding.condensed(), "finding", &key, job.expires_at)
}

fn encode(
    value: &impl Serialize,
    what: &'static str,
    key: &Key,
    expires_at: Timestamp,
) -> Result<Item, PortError> {
    // What serde would say could quote the value.
    let item: Result<Item, _> = serde_dynamo::to_item(value);
    let mut item = item.map_err(|_| TableError::Unwritable { what })?;
    item.extend(key.attributes());
    item.insert("ttl".to_owned(), ttl(expires_at));
    Ok(item)
}

/// What an item of kind `what` holds.
pub(crate) fn decode<T: DeserializeOwned>(item: Item, what: &'static str) -> Result<T, PortError> {
    serde_dynamo::from_item(item).map_err(|_| TableError::Unreadable { what }.into())
}

/// The name of one shard of the indexes.
pub(crate) fn shard(number: u8) -> String {
    format!("SWEEP#{number}")
}

/// A job's shard. The end of a UUID is random.
fn shard_of(job: &Job) -> String {
    let last = job.id.as_str().bytes().last().unwrap_or_default();
    shard(last % SHARDS)
}

/// When DynamoDB may delete an item.
pub(crate) fn ttl(expires_at: Timestamp) -> AttributeValue {
    number(expires_at.as_second() + GRACE)
}

/// A moment as an attribute that sorts, rounded down to milliseconds.
pub(crate) fn millis(at: Timestamp) -> AttributeValue {
    number(at.as_nanosecond().div_euclid(1_000_000))
}

/// A whole number.
pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
