//! `POST /api/v2/policies/{version}/activate`: from now on jobs without a policy of their own use this version; `none` for none.
//!
//! Doing it twice changes nothing. Going back is making `previous_version` active. Jobs that are there keep what they have.

use std::sync::Arc;

use domain::ports::{IdempotencyStore, PolicyStore};
use domain::{Deed, PolicyCatalog, PolicyCheck};

use super::{Change, change, deed, named, stored};
use crate::fields::Fields;
use crate::policy::Named;
use crate::{ApiError, Endpoint, Reply, Request, Thing, idempotency, policy, view};

/// The endpoint and all that it may touch.
pub struct ActivatePolicy {
    /// Where policies are kept.
    pub policies: Arc<dyn PolicyStore>,
    /// Says whether a policy can still be used.
    pub check: Arc<dyn PolicyCheck>,
    /// Where answers are remembered.
    pub idempotency: Arc<dyn IdempotencyStore>,
}

/// What is asked for.
struct Activation {
    wanted: Named,
    /// What must be active for that, if the caller cares.
    expected: Option<Named>,
    by: Deed,
}

impl Endpoint for ActivatePolicy {
    const NAME: &'static str = "api-policies-activate";

    async fn call(&self, request: &Request) -> Result<Reply, ApiError> {
        idempotency::once(&*self.idempotency, request, self.activate(request)).await
    }
}

impl ActivatePolicy {
    async fn activate(&self, request: &Request) -> Result<Reply, ApiError> {
        let (asked, tenant) = (parse(request)?, request.tenant()?);
        if let Some(version) = asked.wanted.version() {
            let (_, _, policy) = stored(&*self.policies, tenant, version).await?;
            policy::recheck("version", &policy, &*self.check)?;
        }
        let catalog = change(&*self.policies, tenant, |catalog| asked.apply(catalog)).await?;
        Ok(Reply::ok(view::active_policy(&catalog)))
    }
}

impl Activation {
    fn apply(&self, catalog: &mut PolicyCatalog) -> Result<Change, ApiError> {
        let wanted = self.wanted.version();
        // It may have been dropped since its document was read.
        if wanted.is_some_and(|version| catalog.entry(version).is_none()) {
            return Err(ApiError::NotFound(Thing::Policy));
        }
        // Asked again after its answer was lost: what was expected then is no longer so.
        if catalog.active() == wanted {
            return Ok(Change::None);
        }
        let fits = |expected: &Named| expected.version() == catalog.active();
        if !self.expected.as_ref().is_none_or(fits) {
            return Err(ApiError::ChangedMeanwhile);
        }
        catalog.activate(wanted.cloned(), self.by.clone());
        Ok(Change::Catalog)
    }
}

fn parse(request: &Request) -> Result<Activation, ApiError> {
    let wanted = named(request, Named::parse)?;
    let mut fields = Fields::of_body(&request.body)?;
    let expected = policy::take_named(&mut fields, "expected_active_version");
    fields.finish()?;
    let by = deed(request)?;
    Ok(Activation {
        wanted,
        expected,
        by,
    })
}
