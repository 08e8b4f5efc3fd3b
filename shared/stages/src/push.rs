//! Stage `push`: `pushing` → `completed`. The clean history goes to its new home.
//!
//! What is there already is not sent again, so that a push that was stopped midway can be repeated. The clean history stays
//! in the bucket until the job expires: its owner may still want to download it.

use std::sync::Arc;

use domain::ports::{BlobStore, Clock, CredentialBroker, JobStore, PortError};
use domain::{Job, JobStatus, Stage, StageMessage, Target, Watch, WorkError, Worker, keys};
use git::remote::{PushOptions, PushRefs, PushReport, Remote};
use git::{Head, Repository};

use crate::archive;
use crate::error::StageError;
use crate::fetch::{ask, policy};
use crate::runner::{self, Step};
use crate::turn::Turn;

/// Pushes.
pub struct PushStage {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// The clean history.
    pub blobs: Arc<dyn BlobStore>,
    /// What opens the target.
    pub credentials: Arc<dyn CredentialBroker>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whether addresses that are not public may be spoken to: only ever for development.
    pub allow_private: bool,
}

impl Worker for PushStage {
    const NAME: &'static str = "stage-push";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        runner::run(self, message, watch).await
    }
}

impl Step for PushStage {
    const STAGE: Stage = Stage::Push;

    fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn work(&self, turn: &mut Turn) -> Result<(), StageError> {
        let job = turn.job.clone();
        let target = job.target.clone().ok_or(StageError::NoTarget)?;
        let scratch = tempfile::tempdir()?;
        let (zip, folder) = (
            scratch.path().join("cleaned_repo.zip"),
            scratch.path().join("clean"),
        );
        let key = keys::cleaned_zip(&job.id);
        let loaded = async {
            self.blobs
                .get_file(&key, &zip)
                .await
                .map_err(StageError::missing("The clean history"))
        };
        turn.transfer(loaded).await?;
        let credential = ask(
            &*self.credentials,
            &job.tenant,
            target.credentials_id.as_ref(),
        )
        .await?;
        let remote = Remote {
            url: target.url.clone(),
            credential,
            policy: policy(self.allow_private),
        };
        let report = turn
            .engine(move |watch| {
                let repo = archive::unpack(&zip, &folder, watch)?;
                std::fs::remove_file(&zip)?;
                let repo = Repository::open(&repo).map_err(StageError::Stored)?;
                let options = options(&target, &repo);
                git::remote::push(&remote, &repo, &options, watch).map_err(StageError::Push)
            })
            .await?;
        turn.leave(JobStatus::Completed, &summary(&report), |_| None)
            .await
    }

    async fn hand_on(&self, _job: &Job) -> Result<(), PortError> {
        Ok(())
    }
}

/// All refs, or one branch: the one that was named, else the one that HEAD names.
fn options(target: &Target, repo: &Repository) -> PushOptions {
    let named = target.branch.clone().or_else(|| match repo.head() {
        Head::Branch(name) => name.strip_prefix("refs/heads/").map(str::to_owned),
        Head::Detached(_) => None,
    });
    let refs = match named {
        Some(branch) if !target.all_branches => PushRefs::Branch(branch),
        Some(_) | None => PushRefs::All,
    };
    PushOptions {
        force: target.force,
        refs,
    }
}

fn summary(report: &PushReport) -> String {
    let text = format!(
        "Pushed: {} refs written, {} already there",
        report.pushed.len(),
        report.unchanged
    );
    if let Some(first) = report.skipped.first() {
        let left_out = report.skipped.len();
        return format!("{text}, {left_out} left out ({})", first.reason);
    }
    text
}
