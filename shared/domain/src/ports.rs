//! What the service needs from the outside, as traits. `aws-*` implement them for production,
//! `local` in memory and on disk; the same contract tests (crate `testkit`) run on both.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    CredentialId, Event, Finding, FindingId, GitCredential, Job, JobId, JobStatus, Marks,
    PolicyCatalog, PolicyVersion, ScanPolicy, Secret, Selection, StageMessage, TenantId,
    WorkspaceKey,
};

/// Why a port could not do its work, in ways that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The item is not there, or not this tenant's.
    #[error("not found")]
    NotFound,
    /// Someone else changed the item first.
    #[error("changed meanwhile")]
    Conflict,
    /// The other side refuses; trying again does not help.
    #[error("denied")]
    Denied,
    /// The cursor is not one of this list: made up, or of another tenant or job.
    #[error("the cursor does not belong to this list")]
    InvalidCursor,
    /// Trying again later may help.
    #[error("temporarily unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl PortError {
    /// Wraps a cause that may pass.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}

/// A part of a list, and where the next part begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Opaque to callers; `None` at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page of what `map` makes of its items.
    pub fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(map).collect::<Result<_, E>>()?;
        Ok(Page {
            items,
            next: self.next,
        })
    }
}

/// Totals of one tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the API's
pub struct Stats {
    pub total_jobs: u64,
    pub completed_jobs: u64,
    pub total_secrets_found: u64,
    pub total_secrets_cleaned: u64,
}

/// Keeps jobs, their events and selections. Every write is conditional.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Stores a job that must not exist yet (`Conflict`), with its first event, in one transaction.
    async fn create(&self, job: &Job, event: &Event) -> Result<(), PortError>;

    /// Reads one job of one tenant, strongly consistent. An expired job is `NotFound`
    /// only once it has been deleted.
    async fn get(&self, tenant: &TenantId, id: &JobId) -> Result<Job, PortError>;

    /// Writes `job` if the stored version is still `job.version`, else `Conflict` (`NotFound` if it
    /// is gone); with the events and, if given, the selection, in one transaction (at most 90 events).
    /// On success `job.version` is the new version.
    async fn save(
        &self,
        job: &mut Job,
        events: &[Event],
        selection: Option<&Selection>,
    ) -> Result<(), PortError>;

    /// A tenant's jobs, newest first. `cursor` is a former page's `next`.
    async fn list(
        &self,
        tenant: &TenantId,
        status: Option<JobStatus>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Job>, PortError>;

    /// A job's selection; the default if none was made.
    async fn selection(&self, tenant: &TenantId, id: &JobId) -> Result<Selection, PortError>;

    /// A job's events, oldest first.
    async fn events(
        &self,
        tenant: &TenantId,
        id: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Event>, PortError>;

    /// Deletes the job with its findings, events and selection. Deleting twice is no error.
    async fn delete(&self, tenant: &TenantId, id: &JobId) -> Result<(), PortError>;

    /// Jobs of every tenant that are due, see [`Job::is_due`]: for the sweepers only.
    async fn sweep(
        &self,
        now: Timestamp,
        stalled_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>, PortError>;

    /// A tenant's totals.
    async fn stats(&self, tenant: &TenantId) -> Result<Stats, PortError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), PortError>;
}

/// Keeps the findings of a job. Written once by the scan; writing the same again changes nothing.
#[async_trait]
pub trait FindingStore: Send + Sync {
    /// Stores all of a job's findings, [`Finding::condensed`]. May be repeated after a half-done
    /// attempt. `NotFound` if the job is gone; then nothing stays behind.
    async fn put_all(
        &self,
        tenant: &TenantId,
        job: &JobId,
        findings: &[Finding],
    ) -> Result<(), PortError>;

    /// A job's findings, ordered by id.
    async fn list(
        &self,
        tenant: &TenantId,
        job: &JobId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Finding>, PortError>;

    /// One finding.
    async fn get(
        &self,
        tenant: &TenantId,
        job: &JobId,
        id: &FindingId,
    ) -> Result<Finding, PortError>;

    /// The ids of all findings, sorted.
    async fn ids(&self, tenant: &TenantId, job: &JobId) -> Result<Vec<FindingId>, PortError>;
}

/// Keeps which findings the people of a workspace marked as false positives, for the scans to come: marks outlive their jobs.
#[async_trait]
pub trait MarkStore: Send + Sync {
    /// Every mark of the workspace.
    async fn marks(&self, tenant: &TenantId) -> Result<Marks, PortError>;

    /// Marks findings; one that is marked gets the new reason.
    async fn mark(&self, tenant: &TenantId, marks: &Marks) -> Result<(), PortError>;

    /// Takes marks back. One that is not there is no error.
    async fn unmark(&self, tenant: &TenantId, ids: &BTreeSet<FindingId>) -> Result<(), PortError>;
}

/// Keeps the policies of a workspace: documents that never change, and one catalog that says which there are.
#[async_trait]
pub trait PolicyStore: Send + Sync {
    /// The workspace's catalog, strongly consistent; the default if nothing was ever stored.
    async fn catalog(&self, tenant: &TenantId) -> Result<PolicyCatalog, PortError>;

    /// The document of a version.
    async fn policy(
        &self,
        tenant: &TenantId,
        version: &PolicyVersion,
    ) -> Result<ScanPolicy, PortError>;

    /// Writes the catalog if the stored revision is still `catalog.revision`, else `Conflict`; with the document that is new
    /// in it and without the one that it dropped, in one transaction. On success `catalog.revision` is the new revision.
    async fn save(
        &self,
        tenant: &TenantId,
        catalog: &mut PolicyCatalog,
        added: Option<&ScanPolicy>,
        dropped: Option<&PolicyVersion>,
    ) -> Result<(), PortError>;
}

/// Keeps large things under keys of [`crate::keys`], encrypted at rest.
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Stores a file, replacing what was there.
    async fn put_file(&self, key: &str, file: &Path) -> Result<(), PortError>;

    /// Writes what is stored to a new file.
    async fn get_file(&self, key: &str, file: &Path) -> Result<(), PortError>;

    /// Stores bytes, replacing what was there.
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), PortError>;

    /// Reads bytes.
    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError>;

    /// The keys below a prefix, sorted.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, PortError>;

    /// Deletes everything below a prefix. Deleting nothing is no error.
    async fn delete_prefix(&self, prefix: &str) -> Result<(), PortError>;

    /// A URL that gives the object to whoever has it, for `valid`; browsers save it as `file_name`.
    async fn presign(
        &self,
        key: &str,
        file_name: &str,
        valid: Duration,
    ) -> Result<String, PortError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), PortError>;
}

/// Hands a job to a stage.
#[async_trait]
pub trait StageQueue: Send + Sync {
    /// Enqueues the message for `message.stage`.
    async fn send(&self, message: &StageMessage) -> Result<(), PortError>;

    /// Whether the queues answer.
    async fn ping(&self) -> Result<(), PortError>;
}

/// Gives out Git credentials, for the moment of their use.
#[async_trait]
pub trait CredentialBroker: Send + Sync {
    /// The credential `id` of `tenant`. `NotFound` or `Denied` when the service says so.
    async fn get(&self, tenant: &TenantId, id: &CredentialId) -> Result<GitCredential, PortError>;
}

/// The stack's own secrets.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The key of a tenant's finding ids.
    async fn workspace_key(&self, tenant: &TenantId) -> Result<WorkspaceKey, PortError>;

    /// What the gateway sends to show that it is the gateway: every value accepted now (two while one is rotated).
    async fn gateway_secrets(&self) -> Result<Vec<Secret<String>>, PortError>;
}

/// What became of a request with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// The first with this key: go on, then call [`IdempotencyStore::finish`].
    New,
    /// Done before: the same answer again.
    Done {
        /// HTTP status.
        status: u16,
        /// The `Location` header, if there was one.
        location: Option<String>,
        /// The JSON body.
        body: String,
    },
    /// The key was used for another request.
    Mismatch,
    /// The first request is still running.
    Running,
}

impl Replay {
    /// How long an answer is remembered.
    pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
    /// How long a request may run: HTTP APIs give up after 30 s. After that its claim is void, so
    /// that a function that died does not block the key.
    pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
}

/// Remembers answers to POST requests, see [`Replay::REMEMBERED`] and [`Replay::LEASE`].
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims `key` for the request with this fingerprint (a hash of route and body).
    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Replay, PortError>;

    /// Stores the answer. `NotFound` if the key is no longer claimed.
    async fn finish(
        &self,
        tenant: &TenantId,
        key: &str,
        status: u16,
        location: Option<&str>,
        body: &str,
    ) -> Result<(), PortError>;

    /// Gives the key back after a failure that a retry may mend. An answer, once given, stays.
    async fn release(&self, tenant: &TenantId, key: &str) -> Result<(), PortError>;
}

/// The time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
