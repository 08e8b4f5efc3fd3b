//! Stage `clean`: `cleaning` → `uploading` → `clean_complete`. The chosen values leave the history, and the proof says so.
//!
//! What was scanned is what is rewritten. Once the clean history is stored, the fetched one and the values are deleted.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ports::{BlobStore, Clock, FindingStore, JobStore, PortError, SecretStore};
use domain::{Job, JobStatus, Stage, StageMessage, Watch, WorkError, Worker, keys};
use git::Repository;
use rewrite::{CleanOptions, Issuer, ProofVerdict, Replacement, Request, Signer};
use scan::Prepared;
use tempfile::TempDir;

use crate::error::StageError;
use crate::runner::{self, Step};
use crate::turn::Turn;
use crate::values::Values;
use crate::{archive, source};

/// Cleans.
pub struct CleanStage {
    /// Jobs, their events and selections.
    pub jobs: Arc<dyn JobStore>,
    /// What was found.
    pub findings: Arc<dyn FindingStore>,
    /// Fetched history and values; clean history and certificate.
    pub blobs: Arc<dyn BlobStore>,
    /// The workspace's key, which signs the certificate.
    pub secrets: Arc<dyn SecretStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Worker for CleanStage {
    const NAME: &'static str = "stage-clean";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        runner::run(self, message, watch).await
    }
}

impl Step for CleanStage {
    const STAGE: Stage = Stage::Clean;

    fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn work(&self, turn: &mut Turn) -> Result<(), StageError> {
        let scratch = tempfile::tempdir()?;
        let values = Values::load(&*self.blobs, &turn.job.id).await?;
        let chosen = self.chosen(&turn.job, &values).await?;
        let cleaned = chosen.replacements.len() as u64;
        let clean = self.rewrite(turn, &scratch, values, chosen).await?;
        turn.enter(JobStatus::Uploading, "Storing the clean history")
            .await?;
        self.deliver(turn, &scratch, clean).await?;
        let message = match cleaned {
            0 => "The history is ready as it was: it holds no secret".to_owned(),
            1 => "The history is clean of 1 secret, and proven to be".to_owned(),
            n => format!("The history is clean of {n} secrets, and proven to be"),
        };
        turn.leave(JobStatus::CleanComplete, &message, |job| {
            job.secrets_cleaned = cleaned;
            None
        })
        .await
    }

    async fn hand_on(&self, job: &Job) -> Result<(), PortError> {
        self.blobs
            .delete_prefix(&keys::source_prefix(&job.id))
            .await?;
        self.blobs.delete_prefix(&keys::values(&job.id)).await
    }
}

impl CleanStage {
    /// The values to be replaced, those of the selected findings, and where they are out of reach. None at all is right only where
    /// nothing was found.
    async fn chosen(&self, job: &Job, values: &Values) -> Result<Request, StageError> {
        let found = self.findings.ids(&job.tenant, &job.id).await?;
        let selection = self.jobs.selection(&job.tenant, &job.id).await?;
        let mut chosen = Request::default();
        for id in found.iter().filter(|id| selection.is_selected(id)) {
            let spellings = values.get(id)?.into_iter();
            let replacements = spellings.map(|value| Replacement::new(id.clone(), value));
            chosen.replacements.extend(replacements);
            chosen.archives.extend(values.archives(id));
        }
        if chosen.replacements.is_empty() && !found.is_empty() {
            return Err(StageError::NothingSelected);
        }
        Ok(chosen)
    }

    /// Loads, rewrites, proves; gives the clean repository, with the certificate and the like in it.
    async fn rewrite(
        &self,
        turn: &mut Turn,
        scratch: &TempDir,
        values: Values,
        request: Request,
    ) -> Result<PathBuf, StageError> {
        let job = turn.job.id.clone();
        let key = self.secrets.workspace_key(&turn.job.tenant).await?;
        let source = scratch.path().join("source.git");
        turn.transfer(source::load(&*self.blobs, &job, &values.source, &source))
            .await?;
        let clean = scratch.path().join("clean.git");
        let (out, policy) = (clean.clone(), turn.job.policy.clone());
        turn.engine(move |watch| {
            let repo = Repository::open(&source).map_err(StageError::Stored)?;
            let mut outcome =
                rewrite::clean(&repo, &request, &out, &CleanOptions::default(), watch)?;
            drop(repo);
            if outcome.certificate.verdict != ProofVerdict::Proven {
                let places = outcome.certificate.residue.len();
                return Err(StageError::Residue { places });
            }
            let issuer = Issuer {
                workspace: key.fingerprint(),
                ..Issuer::default()
            };
            let key = Signer::from_seed(&key.signing_seed());
            let signed = outcome.certificate.sign(issuer, &key);
            signed.map_err(std::io::Error::other)?;
            // The disk must hold the archive next.
            std::fs::remove_dir_all(&source)?;
            let policy = Prepared::new(&policy.unwrap_or_default());
            let policy = policy.map_err(StageError::Policy)?;
            let removed = outcome.certificate.plan.findings.iter();
            let rotations: Vec<_> = removed
                .map(|id| values.rotation(id, policy.rules()))
                .collect();
            Ok(rewrite::write_papers(
                &out,
                &outcome.certificate,
                &rotations,
            )?)
        })
        .await?;
        Ok(clean)
    }

    /// Stores the clean history in both forms, one after the other to spare the disk, and what lies beside it.
    async fn deliver(
        &self,
        turn: &mut Turn,
        scratch: &TempDir,
        clean: PathBuf,
    ) -> Result<(), StageError> {
        let job = turn.job.id.clone();
        let zip = scratch.path().join("cleaned_repo.zip");
        let (from, to) = (clean.clone(), zip.clone());
        turn.engine(move |watch| archive::pack(&from, &to, watch))
            .await?;
        turn.transfer(self.blobs.put_file(&keys::cleaned_zip(&job), &zip))
            .await?;
        std::fs::remove_file(&zip)?;
        let papers = [
            (rewrite::CERTIFICATE, keys::certificate(&job)),
            (rewrite::CHECKLIST, keys::checklist(&job)),
            (rewrite::HOOK, keys::hook(&job)),
        ];
        for (name, key) in papers {
            turn.transfer(self.blobs.put_file(&key, &clean.join(name)))
                .await?;
        }
        let file = scratch.path().join("cleaned_repo.bundle");
        let to = file.clone();
        turn.engine(move |watch| {
            let repo = Repository::open(&clean).map_err(StageError::Stored)?;
            git::bundle::write(&repo, &to, watch).map_err(StageError::Stored)
        })
        .await?;
        turn.transfer(self.blobs.put_file(&keys::cleaned_bundle(&job), &file))
            .await
    }
}
