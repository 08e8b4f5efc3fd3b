//! Reading: one item, a page of a list, or a whole list. Always strongly consistent.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ports::{Page, PortError};

use crate::JobTable;
use crate::cursor;
use crate::error::{TableError, call};
use crate::item::text;
use crate::keys::{Item, Key};

/// The items of one kind in one partition, in the order of their keys.
#[derive(Clone, Debug)]
pub(crate) struct Range<'a> {
    pub(crate) pk: String,
    /// What their `sk` begins with; empty for every kind.
    pub(crate) prefix: &'static str,
    pub(crate) newest_first: bool,
    /// Only items whose `status` is this.
    pub(crate) status: Option<&'a str>,
    /// Only these attributes, separated by commas.
    pub(crate) only: Option<&'static str>,
}

impl Range<'_> {
    /// Every item of the kind, in ascending order.
    pub(crate) fn all(pk: String, prefix: &'static str) -> Self {
        Self {
            pk,
            prefix,
            newest_first: false,
            status: None,
            only: None,
        }
    }

    /// The keys alone.
    pub(crate) fn keys(pk: String, prefix: &'static str) -> Self {
        let only = Some("pk, sk");
        Self {
            only,
            ..Self::all(pk, prefix)
        }
    }
}

impl JobTable {
    /// One item.
    pub(crate) async fn item(&self, key: &Key) -> Result<Option<Item>, PortError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request
            .set_key(Some(key.attributes()))
            .consistent_read(true);
        let answer = request.send().await.map_err(call("GetItem"))?;
        Ok(answer.item)
    }

    /// `limit` items after `cursor`, fewer only at the end; `next` only if there is more.
    pub(crate) async fn page(
        &self,
        range: &Range<'_>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Item>, PortError> {
        let limit = limit.max(1);
        let after = cursor.map(|cursor| cursor::decode(cursor, &range.pk, range.prefix));
        let mut after = after.transpose()?.map(|key| key.attributes());
        let mut items = Vec::new();
        loop {
            // One more than asked for tells whether there is a next page. A filter drops items
            // after DynamoDB has counted them, so then every round reads a good number.
            let missing = limit + 1 - items.len();
            let read = if range.status.is_some() {
                missing.max(100)
            } else {
                missing
            };
            let (found, last) = self.round(range, Some(read), after).await?;
            items.extend(found);
            after = last;
            if items.len() > limit || after.is_none() {
                break;
            }
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more).and_then(Key::of);
        Ok(Page {
            next: last.as_ref().map(cursor::encode),
            items,
        })
    }

    /// All items of a range.
    pub(crate) async fn everything(&self, range: &Range<'_>) -> Result<Vec<Item>, PortError> {
        let (mut items, mut after) = self.round(range, None, None).await?;
        while after.is_some() {
            let (found, last) = self.round(range, None, after).await?;
            items.extend(found);
            after = last;
        }
        Ok(items)
    }

    /// One request, and where DynamoDB stopped.
    async fn round(
        &self,
        range: &Range<'_>,
        read: Option<usize>,
        after: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), PortError> {
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(!range.newest_first)
            .expression_attribute_values(":pk", text(&range.pk))
            .set_limit(read.map(|read| i32::try_from(read).unwrap_or(i32::MAX)))
            .set_exclusive_start_key(after)
            .set_projection_expression(range.only.map(str::to_owned));
        request = if range.prefix.is_empty() {
            request.key_condition_expression("pk = :pk")
        } else {
            request
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", text(range.prefix))
        };
        if let Some(status) = range.status {
            request = request
                .filter_expression("#status = :status")
                .expression_attribute_values(":status", text(status));
        }
        // `status` is one of DynamoDB's reserved words.
        if range.status.is_some() || range.only.is_some_and(|only| only.contains("#status")) {
            request = request.expression_attribute_names("#status", "status");
        }
        let answer = request.send().await.map_err(call("Query"))?;
        let last = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((answer.items.unwrap_or_default(), last))
    }
}

/// A whole number of an item.
pub(crate) fn whole(item: &Item, name: &str, what: &'static str) -> Result<u64, PortError> {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    let parsed = value.and_then(|digits| digits.parse().ok());
    parsed.ok_or_else(|| TableError::Unreadable { what }.into())
}

/// A text of an item.
pub(crate) fn words<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value: &AttributeValue| value.as_s().ok())
        .map(String::as_str)
}
