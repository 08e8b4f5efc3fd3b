//! The table as [`MarkStore`]: an item for each mark, so that two people's marks never meet.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::ports::{MarkStore, PortError};
use domain::{FindingId, Marks, TenantId};

use crate::JobTable;
use crate::item::text;
use crate::keys::{Item, Key, MARK, tenant_partition};
use crate::query::{Range, words};

/// The attribute of the reason.
const REASON: &str = "reason";

#[async_trait]
impl MarkStore for JobTable {
    async fn marks(&self, tenant: &TenantId) -> Result<Marks, PortError> {
        let range = Range::all(tenant_partition(tenant), MARK);
        let items = self.everything(&range).await?;
        Ok(items.iter().filter_map(mark_of).collect())
    }

    async fn mark(&self, tenant: &TenantId, marks: &Marks) -> Result<(), PortError> {
        let item = |(id, reason): (&FindingId, &Option<String>)| {
            let mut item = Key::mark(tenant, id).attributes();
            item.extend(reason.iter().map(|why| (REASON.to_owned(), text(why))));
            item
        };
        self.put_many(marks.iter().map(item).collect()).await
    }

    async fn unmark(&self, tenant: &TenantId, ids: &BTreeSet<FindingId>) -> Result<(), PortError> {
        let keys: Vec<Key> = ids.iter().map(|id| Key::mark(tenant, id)).collect();
        self.delete_many(keys.into_iter()).await
    }
}

fn mark_of(item: &Item) -> Option<(FindingId, Option<String>)> {
    let id = words(item, "sk")?.strip_prefix(MARK)?;
    Some((FindingId::new(id), words(item, REASON).map(str::to_owned)))
}
