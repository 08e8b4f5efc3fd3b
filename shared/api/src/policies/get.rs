//! `GET /api/v2/policies/{version}`: one version, with its document.

use std::sync::Arc;

use domain::PolicyVersion;
use domain::ports::PolicyStore;
use serde_json::json;

use super::{named, stored};
use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, view};

/// The endpoint and all that it may touch.
pub struct GetPolicy {
    /// Where policies are kept.
    pub policies: Arc<dyn PolicyStore>,
}

impl Endpoint for GetPolicy {
    const NAME: &'static str = "api-policies-get";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        let (tenant, version) = (request.tenant()?, named(request, PolicyVersion::parse)?);
        Fields::of_query(&request.query).finish()?;
        let (catalog, entry, policy) = stored(&*self.policies, tenant, &version).await?;
        let mut shown = view::policy(&entry, &catalog);
        shown["policy"] = json!(policy);
        Ok(Reply::ok(shown))
    }
}
