//! Stage `scan`: `scanning` → `scan_complete`. Every object is searched; findings, report and values are stored.
//!
//! The report and the table hold previews; full values go into one object that only the clean stage reads, and only for
//! jobs that can be cleaned.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use domain::ports::{BlobStore, Clock, FindingStore, JobStore, PortError, SecretStore, StageQueue};
use domain::{
    EventKind, Job, JobKind, JobStatus, ScanPolicy, Stage, StageMessage, Verdict, Watch, WorkError,
    Worker, keys,
};
use git::Repository;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scan::{Prepared, RepositoryFacts, ScanDocument, ScanOptions, ScanReport, scan_history};

use crate::error::StageError;
use crate::runner::{self, Step};
use crate::source;
use crate::turn::Turn;
use crate::values::Values;

/// Scans.
pub struct ScanStage {
    /// Jobs and their events.
    pub jobs: Arc<dyn JobStore>,
    /// Where the findings go.
    pub findings: Arc<dyn FindingStore>,
    /// The fetched history; report and values.
    pub blobs: Arc<dyn BlobStore>,
    /// The queue of stage `report`.
    pub queue: Arc<dyn StageQueue>,
    /// The workspace's key, which names findings.
    pub secrets: Arc<dyn SecretStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Worker for ScanStage {
    const NAME: &'static str = "stage-scan";

    async fn run(
        &self,
        message: &StageMessage,
        watch: Arc<dyn Watch + Send + Sync>,
    ) -> Result<Option<Job>, WorkError> {
        runner::run(self, message, watch).await
    }
}

impl Step for ScanStage {
    const STAGE: Stage = Stage::Scan;

    fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    async fn work(&self, turn: &mut Turn) -> Result<(), StageError> {
        let job = turn.job.clone();
        let scratch = tempfile::tempdir()?;
        let folder = scratch.path().join("source.git");
        let attempt = source::newest(&*self.blobs, &job.id).await?;
        turn.transfer(source::load(&*self.blobs, &job.id, &attempt, &folder))
            .await?;
        let key = self.secrets.workspace_key(&job.tenant).await?;
        let report_file = scratch.path().join("scan_report.json");
        let (file, url) = (report_file.clone(), job.source.url.to_string());
        let (policy, today) = (job.policy.clone(), day(self.clock.now()));
        let (report, left_out) = turn
            .engine(move |watch| {
                let repo = Repository::open(&folder).map_err(StageError::Stored)?;
                let version = policy.as_ref().map(ScanPolicy::version);
                let policy = Prepared::new(&policy.unwrap_or_default());
                let policy = policy.map_err(StageError::Policy)?;
                let (rules, options) = (policy.rules(), ScanOptions::default());
                let mut report = scan_history(&repo, rules, &key, &options, watch)?;
                let left_out = policy.apply(&mut report, &repo, &key, today);
                let facts = RepositoryFacts {
                    url: Some(url),
                    ..RepositoryFacts::of(&repo)
                };
                let document = ScanDocument::new(&facts, rules, &report, &left_out, version);
                write_report(&file, &document)?;
                Ok((report, left_out.findings.len() as u64))
            })
            .await?;
        self.store(turn, attempt, &report, &report_file).await?;
        let found = report.findings.len() as u64;
        turn.leave(
            JobStatus::ScanComplete,
            &conclusion(report.verdict(), found, left_out),
            |job| {
                job.total_secrets_found = found;
                job.total_secrets_suppressed = left_out;
                job.coverage = Some(report.coverage.clone());
                Some(EventKind::ScanCompleted {
                    secrets_found: found,
                })
            },
        )
        .await
    }

    async fn hand_on(&self, job: &Job) -> Result<(), PortError> {
        runner::send(&*self.queue, job).await
    }
}

impl ScanStage {
    async fn store(
        &self,
        turn: &mut Turn,
        attempt: String,
        report: &ScanReport,
        file: &Path,
    ) -> Result<(), StageError> {
        let (job, tenant, kind) = (turn.job.id.clone(), turn.job.tenant.clone(), turn.job.kind);
        turn.transfer(async {
            if kind == JobKind::Migrate {
                Values::new(attempt, report)
                    .store(&*self.blobs, &job)
                    .await?;
            }
            self.blobs.put_file(&keys::report(&job), file).await?;
            match self.findings.put_all(&tenant, &job, &report.findings).await {
                Err(PortError::NotFound) => Err(StageError::Gone),
                stored => stored.map_err(StageError::from),
            }
        })
        .await
    }
}

fn write_report(file: &Path, document: &ScanDocument<'_>) -> Result<(), StageError> {
    let mut out = BufWriter::new(File::create(file)?);
    serde_json::to_writer(&mut out, document).map_err(std::io::Error::from)?;
    Ok(out.flush()?)
}

/// By the clock of UTC: the same for everyone.
fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn conclusion(verdict: Verdict, found: u64, left_out: u64) -> String {
    let secrets = if found == 1 {
        "1 secret".to_owned()
    } else {
        format!("{found} secrets")
    };
    let told = match verdict {
        Verdict::Clean(_) => "Every object was searched, and no secret was found".to_owned(),
        Verdict::Findings => format!("Every object was searched: {secrets} found"),
        Verdict::Incomplete => {
            format!("Not every object could be searched: {secrets} found, and there may be more")
        }
    };
    match left_out {
        0 => told,
        n => format!("{told}, besides {n} suppressed"),
    }
}
