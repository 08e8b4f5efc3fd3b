//! Writing in one transaction, or nothing: a job with its events and its selection, and what else hangs together.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use domain::ports::PortError;
use domain::{Event, Job, Selection};

use crate::JobTable;
use crate::error::{build, transaction};
use crate::item::{self, number};
use crate::keys::{Item, Key};
use crate::selection;

/// Events in one transaction: with the job and a selection's pieces at most DynamoDB's 100 items.
const MAX_EVENTS: usize = 90;

/// When a put may happen.
pub(crate) enum When {
    /// Nothing has this key yet.
    Absent,
    /// What is stored is at this version.
    AtVersion(u64),
    /// Always.
    Ever,
}

impl JobTable {
    /// Stores a new job and its first event.
    pub(crate) async fn insert(&self, job: &Job, event: &Event) -> Result<(), PortError> {
        let puts = vec![
            self.put(item::of_job(job)?, &When::Absent)?,
            self.put(item::of_event(job, event)?, &When::Absent)?,
        ];
        self.transact(puts).await
    }

    /// Replaces a job that stands at `job.version`.
    pub(crate) async fn replace(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError> {
        if events.len() > MAX_EVENTS {
            tracing::error!(events = events.len(), "too many events in one write");
            return Err(PortError::Denied);
        }
        let mut next = job.clone();
        next.version += 1;
        let mut puts = vec![self.put(item::of_job(&next)?, &When::AtVersion(job.version))?];
        for event in events {
            puts.push(self.put(item::of_event(&next, event)?, &When::Absent)?);
        }
        if let Some(selection) = selection {
            for piece in selection::pieces(&next, selection)? {
                puts.push(self.put(piece, &When::Ever)?);
            }
        }
        match self.transact(puts).await {
            Err(PortError::Conflict) => {
                let stored = self.item(&Key::job(&job.tenant, &job.id)).await?;
                Err(stored.map_or(PortError::NotFound, |_| PortError::Conflict))
            }
            Err(error) => Err(error),
            Ok(()) => {
                job.version = next.version;
                Ok(())
            }
        }
    }

    pub(crate) fn put(&self, item: Item, when: &When) -> Result<TransactWriteItem, PortError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = match when {
            When::Absent => put.condition_expression("attribute_not_exists(pk)"),
            When::AtVersion(version) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", number(version)),
            When::Ever => put,
        };
        let put = put.build().map_err(build)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The SDK adds a token to the request, so that its own retries cannot apply it twice.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), PortError> {
        let request = self.client.transact_write_items();
        let request = request.set_transact_items(Some(writes));
        request.send().await.map_err(transaction)?;
        Ok(())
    }
}
