//! The table as [`IdempotencyStore`]: one item a key, claimed by a conditional put.

use async_trait::async_trait;
use domain::ports::{IdempotencyStore, PortError, Replay};
use domain::{CorrelationId, TenantId};
use jiff::Timestamp;

use crate::JobTable;
use crate::error::{TableError, call};
use crate::item::{millis, number, text, ttl};
use crate::keys::{Item, Key};
use crate::query::{whole, words};

/// How often a claim is tried when the one in its way disappears.
const ATTEMPTS: u32 = 3;

#[async_trait]
impl IdempotencyStore for JobTable {
    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Replay, PortError> {
        let key = Key::idempotency(tenant, key);
        let claim = CorrelationId::generate();
        for _ in 0..ATTEMPTS {
            let item = claimed(&key, &claim, fingerprint, now)?;
            if self.claim(item, now).await? {
                return Ok(Replay::New);
            }
            if let Some(stored) = self.item(&key).await? {
                return judge(&stored, &claim, fingerprint);
            }
        }
        Err(TableError::Exhausted {
            what: "claim an idempotency key",
            attempts: ATTEMPTS,
        }
        .into())
    }

    async fn finish(
        &self,
        tenant: &TenantId,
        key: &str,
        status: u16,
        location: Option<&str>,
        body: &str,
    ) -> Result<(), PortError> {
        let key = Key::idempotency(tenant, key);
        let mut set = "SET void_at = forget_at, http_status = :status, #body = :body".to_owned();
        let mut request = self.client.update_item().table_name(&self.table);
        if let Some(location) = location {
            set.push_str(", header_location = :location");
            request = request.expression_attribute_values(":location", text(location));
        }
        let request = request
            .set_key(Some(key.attributes()))
            .update_expression(set)
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#body", "body")
            .expression_attribute_values(":status", number(status))
            .expression_attribute_values(":body", text(body));
        match request.send().await.map_err(call("UpdateItem")) {
            Err(PortError::Conflict) => Err(PortError::NotFound),
            answer => answer.map(|_| ()),
        }
    }

    async fn release(&self, tenant: &TenantId, key: &str) -> Result<(), PortError> {
        let key = Key::idempotency(tenant, key);
        let request = self.client.delete_item().table_name(&self.table);
        let request = request.set_key(Some(key.attributes()));
        // An answer, once given, stays.
        let request = request.condition_expression("attribute_not_exists(http_status)");
        match request.send().await.map_err(call("DeleteItem")) {
            Err(PortError::Conflict) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

impl JobTable {
    /// Puts the claim unless one stands that is not void; whether it was put.
    async fn claim(&self, item: Item, now: Timestamp) -> Result<bool, PortError> {
        let request = self.client.put_item().table_name(&self.table);
        let request = request
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR void_at <= :now")
            .expression_attribute_values(":now", millis(now));
        match request.send().await.map_err(call("PutItem")) {
            Ok(_) => Ok(true),
            Err(PortError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn claimed(
    key: &Key,
    claim: &CorrelationId,
    fingerprint: &str,
    now: Timestamp,
) -> Result<Item, PortError> {
    let later = |by| now.checked_add(by).map_err(PortError::unavailable);
    let mut item = key.attributes();
    let attributes = [
        ("claim", text(claim.as_str())),
        ("fingerprint", text(fingerprint)),
        ("void_at", millis(later(Replay::LEASE)?)),
        ("forget_at", millis(later(Replay::REMEMBERED)?)),
        ("ttl", ttl(later(Replay::REMEMBERED)?)),
    ];
    item.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    Ok(item)
}

/// What a key that is taken means for this request.
fn judge(stored: &Item, claim: &CorrelationId, fingerprint: &str) -> Result<Replay, PortError> {
    let what = "idempotency key";
    if words(stored, "claim") == Some(claim.as_str()) {
        // Our own: the SDK sent the put twice since the first answer was lost.
        return Ok(Replay::New);
    }
    if words(stored, "fingerprint") != Some(fingerprint) {
        return Ok(Replay::Mismatch);
    }
    if !stored.contains_key("http_status") {
        return Ok(Replay::Running);
    }
    let status = u16::try_from(whole(stored, "http_status", what)?);
    Ok(Replay::Done {
        status: status.map_err(|_| TableError::Unreadable { what })?,
        location: words(stored, "header_location").map(str::to_owned),
        body: words(stored, "body").unwrap_or_default().to_owned(),
    })
}
