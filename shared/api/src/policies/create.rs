//! `POST /api/v2/policies`: store a version of the workspace's policy. It is not used before it is made active.
//!
//! A version is named by its content: storing the same again gives the same version, with who stored it first.

use std::sync::Arc;

use domain::ports::{IdempotencyStore, PolicyStore};
use domain::{PolicyCheck, PolicyEntry, ScanPolicy};
use http::StatusCode;

use super::{Change, change, deed};
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, idempotency, policy, view};

/// The endpoint and all that it may touch.
pub struct CreatePolicy {
    /// Where policies are kept.
    pub policies: Arc<dyn PolicyStore>,
    /// Says whether a policy can be used.
    pub check: Arc<dyn PolicyCheck>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
}

impl Endpoint for CreatePolicy {
    const NAME: &'static str = "api-policies-create";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.create(request)).await
    }
}

impl CreatePolicy {
    async fn create(&self, request: &Request) -> Result<Reply, ApiError> {
        let policy = parse(&request.body, &*self.check)?;
        let entry = PolicyEntry {
            version: policy.version(),
            created: deed(request)?,
        };
        let catalog = change(&*self.policies, request.tenant()?, |catalog| {
            if catalog.entry(&entry.version).is_some() {
                return Ok(Change::None);
            }
            let dropped = catalog.add(entry.clone());
            Ok(Change::Document(Box::new(policy.clone()), dropped))
        })
        .await?;
        let stored = catalog.entry(&entry.version).unwrap_or(&entry);
        Ok(Reply {
            location: Some(format!("/api/v2/policies/{}", entry.version)),
            ..Reply::json(StatusCode::CREATED, view::policy(stored, &catalog))
        })
    }
}

fn parse(body: &[u8], check: &dyn PolicyCheck) -> Result<ScanPolicy, ApiError> {
    let mut fields = Fields::of_body(body)?;
    if !fields.has("policy") {
        let remedy = "send what POST /jobs takes as policy; {} for the defaults";
        fields.fault("policy", "is missing", remedy);
    }
    let policy = policy::take(&mut fields, check);
    fields.finish()?;
    policy.ok_or(ApiError::NotJson)
}
