//! Finding the jobs that a sweeper must look at, whoever they belong to.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Job;
use domain::ports::PortError;
use jiff::Timestamp;

use crate::JobTable;
use crate::error::call;
use crate::item::{self, SHARDS, decode, millis, text};
use crate::keys::{Item, Key};
use crate::schema::{BY_EXPIRY, BY_STALL};

/// One index and up to when it is read.
struct Search {
    index: &'static str,
    condition: &'static str,
    until: AttributeValue,
}

/// What was found so far.
struct Due {
    now: Timestamp,
    stalled_before: Timestamp,
    limit: usize,
    seen: HashSet<Key>,
    jobs: Vec<Job>,
}

impl JobTable {
    /// Asks both indexes, shard by shard, the oldest first.
    pub(crate) async fn due(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError> {
        let expired = Search {
            index: BY_EXPIRY,
            condition: "expiry_shard = :shard AND expiry_at <= :until",
            until: millis(now),
        };
        let stalled = Search {
            index: BY_STALL,
            condition: "stall_shard = :shard AND stall_at <= :until",
            until: millis(stalled_before),
        };
        let mut due = Due {
            now,
            stalled_before,
            limit,
            seen: HashSet::new(),
            jobs: Vec::new(),
        };
        for search in [expired, stalled] {
            for shard in (0..SHARDS).map(item::shard) {
                self.collect(&search, &shard, &mut due).await?;
            }
        }
        Ok(due.jobs)
    }

    /// Reads one shard, and each of its jobs in the table: an index lags behind.
    async fn collect(&self, search: &Search, shard: &str, due: &mut Due) -> Result<(), PortError> {
        let mut after = None;
        while due.jobs.len() < due.limit {
            let (keys, last) = self.search(search, shard, after).await?;
            for key in keys {
                if due.jobs.len() < due.limit && due.seen.insert(key.clone()) {
                    let job = self.read_job(&key).await?;
                    let is_due = |job: &Job| job.is_due(due.now, due.stalled_before);
                    due.jobs.extend(job.filter(is_due));
                }
            }
            after = last;
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn search(
        &self,
        search: &Search,
        shard: &str,
        after: Option<Item>,
    ) -> Result<(Vec<Key>, Option<Item>), PortError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(search.index)
            .key_condition_expression(search.condition)
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":until", search.until.clone())
            .set_exclusive_start_key(after);
        let answer = request.send().await.map_err(call("Query"))?;
        let items = answer.items.unwrap_or_default();
        let keys = items.iter().filter_map(Key::of).collect();
        let last = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((keys, last))
    }

    /// A job by its key.
    pub(crate) async fn read_job(&self, key: &Key) -> Result<Option<Job>, PortError> {
        let item = self.item(key).await?;
        item.map(|item| decode(item, "job")).transpose()
    }
}
