//! `GET /api/v2/policies`: the stored versions, newest first, and which one is active.

use std::sync::Arc;

use domain::ports::PolicyStore;
use serde_json::{Value, json};

use crate::fields::Fields;
use crate::{ApiError, Endpoint, Reply, Request, view};

/// The endpoint and all that it may touch.
pub struct ListPolicies {
    /// Where policies are kept.
    pub policies: Arc<dyn PolicyStore>,
}

impl Endpoint for ListPolicies {
    const NAME: &'static str = "api-policies-list";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        Fields::of_query(&request.query).finish()?;
        let catalog = self.policies.catalog(request.tenant()?).await?;
        let newest_first = catalog.entries().iter().rev();
        let list: Vec<Value> = newest_first
            .map(|entry| view::policy(entry, &catalog))
            .collect();
        let mut shown = view::active_policy(&catalog);
        shown["policies"] = json!(list);
        Ok(Reply::ok(shown))
    }
}
