//! A workbench: all ports, a Git server with a planted history and a home for the clean one, and one job.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ports::{
    BlobStore, Clock, FindingStore, JobStore, MarkStore, PortError, SecretStore, StageQueue,
};
use domain::{
    CorrelationId, CredentialId, ErrorCode, Event, EventKind, Finding, GitCredential, Job, JobKind,
    JobStatus, Platform, RemoteUrl, Secret, Source, Stage, StageMessage, Target, TenantId,
    Unwatched, WorkError, Worker as _,
};
use jiff::{SignedDuration, Timestamp};
use local::{
    DirectoryBlobs, MemoryCredentials, MemoryFindings, MemoryJobs, MemoryMarks, MemoryQueue,
    MemorySecrets, TestClock,
};
use stages::{CleanStage, FetchStage, PushStage, ReportStage, ScanStage};
use tempfile::TempDir;
use testkit::{GitServer, script};

use crate::snapshot;

/// The name and token that the server wants. Made up.
pub(crate) const USER: &str = "robot";
pub(crate) const TOKEN: &str = "made-up-token-of-the-robot";

/// The stores that stages write to: the plain ones, or ones that make trouble.
#[derive(Clone)]
pub(crate) struct Ports {
    pub(crate) jobs: Arc<dyn JobStore>,
    pub(crate) findings: Arc<dyn FindingStore>,
    pub(crate) marks: Arc<dyn MarkStore>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) queue: Arc<dyn StageQueue>,
}

/// Everything that a stage can meet.
pub(crate) struct Bench {
    pub(crate) seed: u32,
    pub(crate) tenant: TenantId,
    pub(crate) secrets: [String; 7],
    pub(crate) clock: TestClock,
    pub(crate) jobs: MemoryJobs,
    pub(crate) findings: MemoryFindings,
    pub(crate) marks: MemoryMarks,
    pub(crate) blobs: DirectoryBlobs,
    pub(crate) queue: MemoryQueue,
    pub(crate) credentials: MemoryCredentials,
    pub(crate) server: GitServer,
    pub(crate) allow_private: bool,
    pub(crate) max_bytes: u64,
    pub(crate) folder: TempDir,
}

impl Bench {
    /// A bench whose source holds the secrets of `seed`.
    pub(crate) fn new(seed: u32) -> Self {
        crate::logs::capture();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("repositories");
        let tenant = TenantId::new(format!("tenant-{seed}"));
        let secrets = script::tokens(seed);
        snapshot::repositories(seed, &secrets, &root);
        let credentials = MemoryCredentials::default();
        for (id, token) in [("right", TOKEN), ("wrong", "not-the-token-of-anybody")] {
            let credential = GitCredential {
                username: USER.to_owned(),
                token: Secret::new(token.to_owned()),
            };
            credentials.insert(tenant.clone(), CredentialId::new(id), credential);
        }
        let jobs = MemoryJobs::default();
        Self {
            seed,
            tenant,
            secrets,
            clock: TestClock::at("2026-03-01T12:00:00Z".parse().unwrap()),
            findings: MemoryFindings::new(&jobs),
            marks: MemoryMarks::default(),
            jobs,
            blobs: DirectoryBlobs::new(folder.path().join("bucket")),
            queue: MemoryQueue::default(),
            credentials,
            server: GitServer::start(&root, Some((USER, TOKEN))).unwrap(),
            allow_private: true,
            max_bytes: 1 << 30,
            folder,
        }
    }

    /// A repository of the server.
    pub(crate) fn repository(&self, name: &str) -> PathBuf {
        self.folder.path().join("repositories").join(name)
    }

    /// The plain ports.
    pub(crate) fn ports(&self) -> Ports {
        Ports {
            jobs: Arc::new(self.jobs.clone()),
            findings: Arc::new(self.findings.clone()),
            marks: Arc::new(self.marks.clone()),
            blobs: Arc::new(self.blobs.clone()),
            queue: Arc::new(self.queue.clone()),
        }
    }

    pub(crate) fn source(&self) -> Source {
        Source {
            platform: Platform::Generic,
            url: RemoteUrl::parse(&self.server.url("source.git")).unwrap(),
            branch: Some("main".to_owned()),
            credentials_id: Some(CredentialId::new("right")),
        }
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            platform: Platform::Generic,
            url: RemoteUrl::parse(&self.server.url("target.git")).unwrap(),
            branch: None,
            credentials_id: Some(CredentialId::new("right")),
            force: false,
            all_branches: true,
        }
    }

    /// Stores a new job.
    pub(crate) async fn create(&self, kind: JobKind, source: Source) -> Job {
        let now = self.clock.now();
        let week = now + SignedDuration::from_hours(7 * 24);
        let id = CorrelationId::generate();
        let job = Job::new(self.tenant.clone(), kind, source, id, now, week);
        let event = job.event(EventKind::JobCreated, now);
        self.jobs.create(&job, &event).await.unwrap();
        job
    }

    /// Stores a new migration of the planted source and brings it to `status`, by the stages and the moves that a person makes.
    pub(crate) async fn job_at(&self, status: JobStatus) -> Job {
        let job = self.create(JobKind::Migrate, self.source()).await;
        loop {
            let mut job = self.stored(&job).await;
            if job.status == status {
                self.queue.take();
                return job;
            }
            match job.status {
                JobStatus::AwaitingSelection => self.move_on(&mut job, JobStatus::Cleaning).await,
                JobStatus::CleanComplete => {
                    job.target = Some(self.target());
                    self.move_on(&mut job, JobStatus::Pushing).await;
                }
                at => {
                    let stage =
                        stage_at(at).unwrap_or_else(|| panic!("stuck: {}", job.status_message));
                    self.run(stage, &job, &self.ports()).await.unwrap();
                }
            }
        }
    }

    /// What the API does when a person asks for the next step.
    pub(crate) async fn move_on(&self, job: &mut Job, to: JobStatus) {
        let event = job.transition(to, "asked for", self.clock.now()).unwrap();
        self.jobs.save(job, &[event], None).await.unwrap();
    }

    /// Runs one stage for the job.
    pub(crate) async fn run(
        &self,
        stage: Stage,
        job: &Job,
        ports: &Ports,
    ) -> Result<Option<Job>, WorkError> {
        let Ports {
            jobs,
            findings,
            marks,
            blobs,
            queue,
        } = ports.clone();
        let (message, watch) = (StageMessage::new(stage, job), Arc::new(Unwatched));
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let credentials = Arc::new(self.credentials.clone());
        let secrets: Arc<dyn SecretStore> =
            Arc::new(MemorySecrets::new(*b"the root of this bench", ["-"]));
        let (allow_private, max_bytes) = (self.allow_private, self.max_bytes);
        match stage {
            Stage::Fetch => {
                let stage = FetchStage {
                    jobs,
                    blobs,
                    queue,
                    credentials,
                    clock,
                    allow_private,
                    max_bytes,
                };
                stage.run(&message, watch).await
            }
            Stage::Scan => {
                let stage = ScanStage {
                    jobs,
                    findings,
                    blobs,
                    queue,
                    secrets,
                    clock,
                };
                stage.run(&message, watch).await
            }
            Stage::Report => {
                let stage = ReportStage {
                    jobs,
                    findings,
                    marks,
                    blobs,
                    clock,
                };
                stage.run(&message, watch).await
            }
            Stage::Clean => {
                let stage = CleanStage {
                    jobs,
                    findings,
                    blobs,
                    secrets,
                    clock,
                };
                stage.run(&message, watch).await
            }
            Stage::Push => {
                let stage = PushStage {
                    jobs,
                    blobs,
                    credentials,
                    clock,
                    allow_private,
                };
                stage.run(&message, watch).await
            }
        }
    }

    /// Runs one stage over the plain ports and expects the job to fail; gives the message.
    pub(crate) async fn fails(&self, stage: Stage, job: &Job, code: ErrorCode) -> String {
        self.run(stage, job, &self.ports()).await.unwrap();
        let job = self.stored(job).await;
        assert_eq!(
            (job.status, job.error_code),
            (JobStatus::Failed, Some(code)),
            "{}",
            job.status_message
        );
        let last = self.events(&job).await.pop().unwrap();
        let message = job.status_message.clone();
        assert_eq!(
            last.kind,
            EventKind::JobFailed {
                code,
                message: message.clone()
            }
        );
        assert!(self.queue.sent().is_empty(), "a failed job goes nowhere");
        let machine = self.folder.path().to_string_lossy();
        let unsayable = [TOKEN, "not-the-token-of-anybody", &*machine, "/tmp"];
        assert!(
            !unsayable.iter().any(|text| message.contains(text)),
            "{message}"
        );
        message
    }

    pub(crate) async fn stored(&self, job: &Job) -> Job {
        self.jobs.get(&job.tenant, &job.id).await.unwrap()
    }

    pub(crate) async fn events(&self, job: &Job) -> Vec<Event> {
        self.jobs
            .events(&job.tenant, &job.id, 100, None)
            .await
            .unwrap()
            .items
    }

    /// The moves that the job made, in order.
    pub(crate) async fn moves(&self, job: &Job) -> Vec<JobStatus> {
        let events = self.events(job).await.into_iter();
        let to = |event: Event| match event.kind {
            EventKind::JobStatusChanged { to, .. } => Some(to),
            _ => None,
        };
        events.filter_map(to).collect()
    }

    pub(crate) async fn found(&self, job: &Job) -> Vec<Finding> {
        self.findings
            .list(&job.tenant, &job.id, 100, None)
            .await
            .unwrap()
            .items
    }

    /// Everything that the bucket holds of all jobs.
    pub(crate) async fn keys(&self) -> Vec<String> {
        self.blobs.list("").await.unwrap()
    }

    /// A stored repository archive, unpacked by Python.
    pub(crate) async fn unzipped(&self, job: &Job) -> PathBuf {
        let file = self.folder.path().join(format!("{}.zip", job.id));
        self.blobs
            .get_file(&domain::keys::cleaned_zip(&job.id), &file)
            .await
            .unwrap();
        let into = file.with_extension("unzipped");
        let unzip = std::process::Command::new("python3")
            .args(["-m", "zipfile", "-e"])
            .args([&file, &into])
            .status();
        assert!(unzip.unwrap().success());
        into.join("cleaned_repo.git")
    }

    /// A tick of the clock, so that what comes later is later.
    pub(crate) fn later(&self) -> Timestamp {
        self.clock.advance(SignedDuration::from_secs(1));
        self.clock.now()
    }
}

/// The stage that works in this state, by the words of the product.
pub(crate) fn stage_at(status: JobStatus) -> Option<Stage> {
    Some(match status {
        JobStatus::Pending | JobStatus::Cloning => Stage::Fetch,
        JobStatus::Scanning => Stage::Scan,
        JobStatus::ScanComplete => Stage::Report,
        JobStatus::Cleaning | JobStatus::Uploading => Stage::Clean,
        JobStatus::Pushing => Stage::Push,
        _ => return None,
    })
}

/// An error that a retry may mend.
pub(crate) fn unavailable() -> PortError {
    PortError::unavailable("made to fail")
}
