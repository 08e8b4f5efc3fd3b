//! `/api/v2/policies`: what a workspace's jobs search for and leave out unless they say otherwise.

mod activate;
mod create;
mod get;
mod list;

pub use activate::ActivatePolicy;
pub use create::CreatePolicy;
pub use get::GetPolicy;
pub use list::ListPolicies;

use domain::ports::{PolicyStore, PortError};
use domain::{Deed, PolicyCatalog, PolicyEntry, PolicyVersion, ScanPolicy, TenantId};

use crate::{ApiError, Request, Thing};

/// How often a change that met another is made again.
const TRIES: usize = 5;

/// What a change of the catalog brings along.
enum Change {
    /// Nothing is to be written.
    None,
    /// The catalog alone.
    Catalog,
    /// A new document, and the version that it displaced.
    Document(Box<ScanPolicy>, Option<PolicyVersion>),
}

/// Changes the catalog, again from what is stored if somebody else wrote first.
async fn change(
    policies: &dyn PolicyStore,
    tenant: &TenantId,
    edit: impl Fn(&mut PolicyCatalog) -> Result<Change, ApiError> + Send,
) -> Result<PolicyCatalog, ApiError> {
    for _ in 0..TRIES {
        let mut catalog = policies.catalog(tenant).await?;
        let change = edit(&mut catalog)?;
        let (added, dropped) = match &change {
            Change::None => return Ok(catalog),
            Change::Catalog => (None, None),
            Change::Document(added, dropped) => (Some(&**added), dropped.as_ref()),
        };
        match policies.save(tenant, &mut catalog, added, dropped).await {
            Ok(()) => return Ok(catalog),
            Err(PortError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::ChangedMeanwhile)
}

/// A stored version with its document. Absent and another workspace's are one and the same.
async fn stored(
    policies: &dyn PolicyStore,
    tenant: &TenantId,
    version: &PolicyVersion,
) -> Result<(PolicyCatalog, PolicyEntry, ScanPolicy), ApiError> {
    let absent = || ApiError::NotFound(Thing::Policy);
    let catalog = policies.catalog(tenant).await?;
    let entry = catalog.entry(version).cloned().ok_or_else(absent)?;
    match policies.policy(tenant, version).await {
        // Dropped since the catalog was read.
        Err(PortError::NotFound) => Err(absent()),
        policy => Ok((catalog, entry, policy?)),
    }
}

/// What the path names, as `parse` understands it. What can be no name there is no version either.
fn named<T>(request: &Request, parse: impl Fn(&str) -> Option<T>) -> Result<T, ApiError> {
    let name = request.path.get("version");
    let named = name.and_then(|name| parse(name));
    named.ok_or(ApiError::NotFound(Thing::Policy))
}

/// That the caller does something now.
fn deed(request: &Request) -> Result<Deed, ApiError> {
    Ok(Deed {
        at: request.now,
        by: request.caller()?.actor.clone(),
    })
}
