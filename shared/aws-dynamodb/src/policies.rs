//! The table as [`PolicyStore`]: an item for each document, and one for the catalog, which every write is conditional on.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use domain::ports::{PolicyStore, PortError};
use domain::{PolicyCatalog, PolicyVersion, ScanPolicy, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::JobTable;
use crate::error::{TableError, build};
use crate::item::{number, text};
use crate::keys::{Item, Key};
use crate::query::words;
use crate::write::When;

/// What is wrong with an item that is not what was written.
const WHAT: &str = "policy";
/// The attribute of the document, which is JSON: its numbers and empty texts come back as they were.
const DOCUMENT: &str = "document";

#[async_trait]
impl PolicyStore for JobTable {
    async fn catalog(&self, tenant: &TenantId) -> Result<PolicyCatalog, PortError> {
        let item = self.item(&Key::policies(tenant)).await?;
        item.map_or_else(|| Ok(PolicyCatalog::default()), |item| decode(&item))
    }

    async fn policy(
        &self,
        tenant: &TenantId,
        version: &PolicyVersion,
    ) -> Result<ScanPolicy, PortError> {
        let item = self.item(&Key::policy(tenant, version)).await?;
        decode(&item.ok_or(PortError::NotFound)?)
    }

    async fn save(
        &self,
        tenant: &TenantId,
        catalog: &mut PolicyCatalog,
        added: Option<&ScanPolicy>,
        dropped: Option<&PolicyVersion>,
    ) -> Result<(), PortError> {
        let mut next = catalog.clone();
        next.revision += 1;
        let mut item = encode(&next, &Key::policies(tenant))?;
        item.insert("version".to_owned(), number(next.revision));
        let when = match catalog.revision {
            0 => When::Absent,
            revision => When::AtVersion(revision),
        };
        let mut writes = vec![self.put(item, &when)?];
        if let Some(policy) = added {
            let item = encode(policy, &Key::policy(tenant, &policy.version()))?;
            writes.push(self.put(item, &When::Ever)?);
        }
        if let Some(version) = dropped {
            let key = Key::policy(tenant, version).attributes();
            let delete = Delete::builder().table_name(&self.table).set_key(Some(key));
            let delete = delete.build().map_err(build)?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        self.transact(writes).await?;
        catalog.revision = next.revision;
        Ok(())
    }
}

fn encode(value: &impl Serialize, key: &Key) -> Result<Item, PortError> {
    let document = serde_json::to_string(value);
    let document = document.map_err(|_| TableError::Unwritable { what: WHAT })?;
    let mut item = key.attributes();
    item.insert(DOCUMENT.to_owned(), text(document));
    Ok(item)
}

fn decode<T: DeserializeOwned>(item: &Item) -> Result<T, PortError> {
    let document = words(item, DOCUMENT).unwrap_or_default();
    // What serde would say could quote the document.
    serde_json::from_str(document).map_err(|_| TableError::Unreadable { what: WHAT }.into())
}
