//! A job: one request to scan, clean and move one repository.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CorrelationId, Coverage, CredentialId, ErrorCode, Event, EventKind, JobId, JobStatus,
    RemoteUrl, ScanPolicy, TenantId, TransitionError, Verdict,
};

/// What a job is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Scan, select, clean, deliver.
    #[default]
    Migrate,
    /// Scan and judge.
    Check,
    /// Scan a change against its base.
    Review,
}

impl JobKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Migrate, Self::Check, Self::Review];
}

/// The host that a repository lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// github.com or GitHub Enterprise.
    Github,
    /// gitlab.com or a GitLab of one's own.
    Gitlab,
    /// bitbucket.org or Bitbucket Data Center.
    Bitbucket,
    /// Azure DevOps.
    AzureDevops,
    /// Any other server that speaks Git's smart HTTP.
    Generic,
}

impl Platform {
    /// The names that the API takes.
    pub const NAMES: [&'static str; 5] =
        ["github", "gitlab", "bitbucket", "azure_devops", "generic"];
}

/// Where the history comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The host.
    pub platform: Platform,
    /// The address.
    pub url: RemoteUrl,
    /// A branch that must exist; the whole history is fetched either way.
    pub branch: Option<String>,
    /// Which credential opens it; none for a public repository.
    pub credentials_id: Option<CredentialId>,
}

/// Where the clean history goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The host.
    pub platform: Platform,
    /// The address.
    pub url: RemoteUrl,
    /// The branch to push when not all are pushed.
    pub branch: Option<String>,
    /// Which credential opens it.
    pub credentials_id: Option<CredentialId>,
    /// Whether refs that the target already has may be overwritten.
    pub force: bool,
    /// Whether every branch and tag is pushed, or only `branch`.
    pub all_branches: bool,
}

/// One job. `version` counts writes: each is conditional on the version that it read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Unique; sorts by time of creation.
    pub id: JobId,
    /// The owner.
    pub tenant: TenantId,
    /// What it is for.
    pub kind: JobKind,
    /// Where it stands.
    pub status: JobStatus,
    /// The same for a person, never with a secret in it.
    pub status_message: String,
    /// Why it failed, for a program.
    pub error_code: Option<ErrorCode>,
    /// How far it is, 0 to 100.
    pub progress_percent: u8,
    /// Incremented by each write.
    pub version: u64,
    /// The repository.
    pub source: Source,
    /// What is searched for besides, and what is left out; none for what holds always.
    #[serde(default)]
    pub policy: Option<ScanPolicy>,
    /// Where to push, once asked for.
    pub target: Option<Target>,
    /// Distinct secrets found.
    pub total_secrets_found: u64,
    /// Distinct secrets that were found and left out: by the policy, by the repository's marks and ignore file.
    #[serde(default)]
    pub total_secrets_suppressed: u64,
    /// Of those found, how many are to be cleaned.
    pub secrets_selected_for_cleaning: u64,
    /// Of those, how many the clean history no longer holds.
    pub secrets_cleaned: u64,
    /// What the scan looked at.
    pub coverage: Option<Coverage>,
    /// What ties the job's messages and logs together.
    pub correlation_id: CorrelationId,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// When the scan ended.
    pub scan_completed_at: Option<Timestamp>,
    /// When the clean history was stored.
    pub clean_completed_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When all that is stored of it is deleted.
    pub expires_at: Timestamp,
}

impl Job {
    /// A new job in state `pending`.
    pub fn new(
        tenant: TenantId,
        kind: JobKind,
        source: Source,
        correlation_id: CorrelationId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            id: JobId::generate(),
            tenant,
            kind,
            status: JobStatus::Pending,
            status_message: "Waiting to start".to_owned(),
            error_code: None,
            progress_percent: 0,
            version: 0,
            source,
            policy: None,
            target: None,
            total_secrets_found: 0,
            total_secrets_suppressed: 0,
            secrets_selected_for_cleaning: 0,
            secrets_cleaned: 0,
            coverage: None,
            correlation_id,
            created_at: now,
            updated_at: now,
            scan_completed_at: None,
            clean_completed_at: None,
            completed_at: None,
            expires_at,
        }
    }

    /// Moves to `to` if the table of transitions allows it; the event must be written with the job.
    pub fn transition(
        &mut self,
        to: JobStatus,
        message: impl Into<String>,
        now: Timestamp,
    ) -> Result<Event, TransitionError> {
        self.status.check(to, self.kind)?;
        let from = self.status;
        self.status = to;
        self.status_message = message.into();
        self.progress_percent = to.progress().unwrap_or(self.progress_percent);
        self.updated_at = now;
        match to {
            JobStatus::ScanComplete => self.scan_completed_at = Some(now),
            JobStatus::CleanComplete => self.clean_completed_at = Some(now),
            end if end.is_terminal() => self.completed_at = Some(now),
            _ => {}
        }
        Ok(self.event(EventKind::JobStatusChanged { from, to }, now))
    }

    /// Ends the job with a reason.
    pub fn fail(
        &mut self,
        code: ErrorCode,
        message: impl Into<String>,
        now: Timestamp,
    ) -> Result<Event, TransitionError> {
        self.transition(JobStatus::Failed, message, now)?;
        self.error_code = Some(code);
        Ok(self.event(
            EventKind::JobFailed {
                code,
                message: self.status_message.clone(),
            },
            now,
        ))
    }

    /// Puts a job back whose next message could not be sent: the one move against the table.
    pub fn roll_back(&mut self, before: &Self, now: Timestamp) -> Event {
        let from = self.status;
        let version = self.version;
        *self = Self {
            version,
            updated_at: now,
            ..before.clone()
        };
        self.event(
            EventKind::JobStatusChanged {
                from,
                to: self.status,
            },
            now,
        )
    }

    /// Whether a sweeper must look at it: its time is over (`expires_at` at or before `now`), or it
    /// waits for a stage, not for a person, and was last written at or before `stalled_before`.
    pub fn is_due(&self, now: Timestamp, stalled_before: Timestamp) -> bool {
        self.expires_at <= now || (self.status.awaits_stage() && self.updated_at <= stalled_before)
    }

    /// What the scan concluded, drawn from what it looked at and found; none before it ended.
    pub fn verdict(&self) -> Option<Verdict> {
        let coverage = self.coverage.as_ref()?;
        Some(Verdict::of(coverage, self.total_secrets_found))
    }

    /// An event about this job.
    pub fn event(&self, kind: EventKind, now: Timestamp) -> Event {
        Event::new(
            self.tenant.clone(),
            self.id.clone(),
            self.correlation_id.clone(),
            kind,
            now,
        )
    }
}

impl JobStatus {
    /// How far a job is when it enters the state, in percent of its whole way; none where the
    /// percentage stays as it was.
    pub const fn progress(self) -> Option<u8> {
        Some(match self {
            Self::Pending => 0,
            Self::Cloning => 5,
            Self::Scanning => 20,
            Self::ScanComplete => 45,
            Self::AwaitingSelection => 50,
            Self::Cleaning => 55,
            Self::Uploading => 75,
            Self::CleanComplete => 80,
            Self::Pushing => 85,
            Self::Completed => 100,
            Self::Failed | Self::Cancelled => return None,
        })
    }
}
