//! Stage `fetch`: `pending` → `cloning` → `scanning`. The whole history of the source comes into the bucket.
//!
//! The credential is asked for when it is used, lives in memory, and is stored nowhere.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{BlobStore, Clock, CredentialBroker, JobStore, PortError, StageQueue};
use domain::{
    CredentialId, GitCredential, Job, JobStatus, Stage, StageMessage, TenantId, Watch, WorkError,
    Worker, keys,
};
use git::remote::{FetchLimits, Remote, RemotePolicy};

use crate::error::StageError;
use crate::runner::{self, Step};
use crate::source;
use crate::turn::Turn;

/// Fetches.
pub struct FetchStage {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// Where the history goes.
    pub blobs: Arc<dyn BlobStore>,
    /// The queue of stage `scan`.
    pub queue: Arc<dyn StageQueue>,
    /// What opens the source.
    pub credentials: Arc<dyn CredentialBroker>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether addresses that are not public may be spoken to: only ever for development.
    pub allow_private: bool,
    /// How large a history may be.
    pub max_bytes: u64,
}

impl Worker for FetchStage {
    const NAME: &'static str = "stage-fetch";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        runner::run(self, message, watch).await
    }
}

impl Step for FetchStage {
    const STAGE: Stage = Stage::Fetch;

    fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn work(&self, turn: &mut Turn) -> Result<(), StageError> {
        turn.enter(JobStatus::Cloning, "Fetching the whole history")
            .await?;
        let (id, tenant) = (turn.job.id.clone(), turn.job.tenant.clone());
        self.blobs
            .put(&keys::owner(&id, &tenant), Vec::new(), "text/plain")
            .await?;
        let wanted = turn.job.source.clone();
        let credential = ask(&*self.credentials, &tenant, wanted.credentials_id.as_ref()).await?;
        let remote = Remote {
            url: wanted.url,
            credential,
            policy: policy(self.allow_private),
        };
        let limits = FetchLimits {
            branch: wanted.branch,
            max_bytes: self.max_bytes,
            ..FetchLimits::default()
        };
        let scratch = tempfile::tempdir()?;
        let folder = scratch.path().join("source.git");
        let into = folder.clone();
        let fetched = turn
            .engine(move |watch| {
                git::remote::fetch(&remote, &into, &limits, watch).map_err(StageError::Fetch)
            })
            .await?;
        tracing::info!(job = %id, refs = fetched.refs, objects = fetched.objects, bytes = fetched.pack_bytes, "fetched");
        turn.transfer(source::store(&*self.blobs, &id, &folder))
            .await?;
        turn.leave(
            JobStatus::Scanning,
            "Searching every object of the history",
            |_| None,
        )
        .await
    }

    async fn hand_on(&self, job: &Job) -> Result<(), PortError> {
        runner::send(&*self.queue, job).await
    }
}

/// Whom the service speaks to.
pub(crate) fn policy(allow_private: bool) -> RemotePolicy {
    RemotePolicy {
        allow_private,
        ..RemotePolicy::service()
    }
}

/// Asks for a credential, if the job names one; thrice, since the other side may only be starting.
pub(crate) async fn ask(
    broker: &dyn CredentialBroker,
    tenant: &TenantId,
    id: Option<&CredentialId>,
) -> Result<Option<GitCredential>, StageError> {
    let Some(id) = id else { return Ok(None) };
    let mut pauses = [1, 4].map(Duration::from_secs).into_iter();
    loop {
        let error = match broker.get(tenant, id).await {
            Ok(credential) => return Ok(Some(credential)),
            Err(error) => error,
        };
        let pause = pauses
            .next()
            .filter(|_| matches!(error, PortError::Unavailable(_)));
        let Some(pause) = pause else {
            return Err(StageError::Credential(error));
        };
        tokio::time::sleep(pause).await;
    }
}
