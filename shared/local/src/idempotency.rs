//! Idempotency keys in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::TenantId;
use domain::ports::{IdempotencyStore, PortError, Replay};
use jiff::Timestamp;

use crate::lock;

/// An idempotency store that forgets everything when the program ends. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryIdempotency(Arc<Mutex<HashMap<(TenantId, String), Claim>>>);

#[derive(Debug)]
struct Claim {
    fingerprint: String,
    since: Timestamp,
    answer: Option<Replay>,
}

impl Claim {
    /// Whether the key is free again.
    fn is_void(&self, now: Timestamp) -> bool {
        let good_for = match self.answer {
            Some(_) => Replay::REMEMBERED,
            None => Replay::LEASE,
        };
        now.duration_since(self.since) >= good_for
    }
}

#[async_trait]
impl IdempotencyStore for MemoryIdempotency {
    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Replay, PortError> {
        let mut claims = lock(&self.0);
        let place = (tenant.clone(), key.to_owned());
        Ok(
            match claims.get(&place).filter(|claim| !claim.is_void(now)) {
                Some(claim) if claim.fingerprint != fingerprint => Replay::Mismatch,
                Some(claim) => claim.answer.clone().unwrap_or(Replay::Running),
                None => {
                    let claim = Claim {
                        fingerprint: fingerprint.to_owned(),
                        since: now,
                        answer: None,
                    };
                    claims.insert(place, claim);
                    Replay::New
                }
            },
        )
    }

    async fn finish(
        &self,
        tenant: &TenantId,
        key: &str,
        status: u16,
        location: Option<&str>,
        body: &str,
    ) -> Result<(), PortError> {
        let mut claims = lock(&self.0);
        let claim = claims.get_mut(&(tenant.clone(), key.to_owned()));
        claim.ok_or(PortError::NotFound)?.answer = Some(Replay::Done {
            status,
            location: location.map(str::to_owned),
            body: body.to_owned(),
        });
        Ok(())
    }

    async fn release(&self, tenant: &TenantId, key: &str) -> Result<(), PortError> {
        let place = (tenant.clone(), key.to_owned());
        let mut claims = lock(&self.0);
        if claims
            .get(&place)
            .is_some_and(|claim| claim.answer.is_none())
        {
            claims.remove(&place);
        }
        Ok(())
    }
}
