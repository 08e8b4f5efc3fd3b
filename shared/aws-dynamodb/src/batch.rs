//! Writing and deleting many items, 25 at a time, until DynamoDB has taken every one.

use std::time::Duration;

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use domain::ports::PortError;

use crate::JobTable;
use crate::error::{TableError, build, call};
use crate::keys::{Item, Key};
use crate::query::Range;

/// DynamoDB's limit for one request.
const BATCH: usize = 25;
/// How often one batch is sent before the caller is told to come back.
const ATTEMPTS: u32 = 8;
/// The pause after the first attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(25);

impl JobTable {
    /// Writes every item, replacing what was there.
    pub(crate) async fn put_many(&self, items: Vec<Item>) -> Result<(), PortError> {
        let put = |item| {
            let put = PutRequest::builder().set_item(Some(item)).build();
            let put = put.map_err(build)?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        let requests: Result<Vec<_>, PortError> = items.into_iter().map(put).collect();
        self.write_many(requests?).await
    }

    /// Deletes every item of a range.
    pub(crate) async fn delete_range(&self, range: &Range<'_>) -> Result<(), PortError> {
        let found = self.everything(range).await?;
        self.delete_many(found.iter().filter_map(Key::of)).await
    }

    /// Deletes every item that has one of these keys.
    pub(crate) async fn delete_many(
        &self,
        keys: impl Iterator<Item = Key> + Send,
    ) -> Result<(), PortError> {
        let delete = |key: Key| {
            let delete = DeleteRequest::builder().set_key(Some(key.attributes()));
            let delete = delete.build().map_err(build)?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        };
        let requests: Result<Vec<_>, PortError> = keys.map(delete).collect();
        self.write_many(requests?).await
    }

    async fn write_many(&self, requests: Vec<WriteRequest>) -> Result<(), PortError> {
        for batch in requests.chunks(BATCH) {
            self.write_batch(batch.to_vec()).await?;
        }
        Ok(())
    }

    /// Sends one batch, then what DynamoDB handed back, with growing pauses.
    async fn write_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), PortError> {
        for attempt in 0..ATTEMPTS {
            let request = self.client.batch_write_item();
            let request = request.request_items(&self.table, batch);
            let answer = request.send().await.map_err(call("BatchWriteItem"))?;
            let left = answer.unprocessed_items.unwrap_or_default();
            batch = left.into_values().flatten().collect();
            if batch.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
        }
        Err(TableError::Exhausted {
            what: "write a batch",
            attempts: ATTEMPTS,
        }
        .into())
    }
}
