//! A workbench: all ports in memory and on disk, jobs in every state, and each endpoint built on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::{
    Caller, CancelJob, CreateJob, DownloadClean, Endpoint, GetJob, HealthReady, ListEvents,
    ListJobs, ListSecrets, ReadReport, ReadStats, Reply, Request, Role, Route, SelectSecrets,
    StartClean, StartPush, UpdateSecret,
};
use domain::ports::{BlobStore as _, FindingStore as _, JobStore as _};
use domain::{CorrelationId, Coverage, EventKind, Finding, Job, JobId, JobStatus, TenantId, keys};
use jiff::{SignedDuration, Timestamp};
use local::{DirectoryBlobs, MemoryFindings, MemoryIdempotency, MemoryMarks, MemoryQueue};
use serde_json::Value;
use tempfile::TempDir;
use testkit::contracts::samples;

use crate::shape;
use crate::trouble::{ShakyJobs, ShakyPolicies};

/// The workspace that owns the bench's jobs.
pub(crate) const ALICE: &str = "alice";
/// An id that no job has.
pub(crate) const ABSENT: &str = "0199aaaa-0000-7000-8000-000000000000";
/// The time at which requests come.
pub(crate) const NOW: &str = "2025-10-09T08:53:20Z";

pub(crate) struct Bench {
    pub(crate) jobs: ShakyJobs,
    pub(crate) findings: MemoryFindings,
    pub(crate) marks: MemoryMarks,
    pub(crate) policies: ShakyPolicies,
    pub(crate) blobs: DirectoryBlobs,
    pub(crate) queue: MemoryQueue,
    pub(crate) idempotency: MemoryIdempotency,
    pub(crate) folder: TempDir,
}

/// Builds the endpoint of the function `slug` on `bench`, names it and works with it.
macro_rules! with_endpoint {
    ($bench:expr, $slug:expr, $endpoint:ident => $work:expr) => {{
        use api::Endpoint as _;
        let bench = $bench;
        match $slug {
            api::HealthLive::NAME => with_endpoint!(@ $endpoint, api::HealthLive, $work),
            api::HealthReady::NAME => with_endpoint!(@ $endpoint, bench.health_ready(), $work),
            api::CreateJob::NAME => with_endpoint!(@ $endpoint, bench.create_job(), $work),
            api::ListJobs::NAME => with_endpoint!(@ $endpoint, bench.list_jobs(), $work),
            api::GetJob::NAME => with_endpoint!(@ $endpoint, bench.get_job(), $work),
            api::CancelJob::NAME => with_endpoint!(@ $endpoint, bench.cancel_job(), $work),
            api::ListSecrets::NAME => with_endpoint!(@ $endpoint, bench.list_secrets(), $work),
            api::SelectSecrets::NAME => with_endpoint!(@ $endpoint, bench.select_secrets(), $work),
            api::UpdateSecret::NAME => with_endpoint!(@ $endpoint, bench.update_secret(), $work),
            api::StartClean::NAME => with_endpoint!(@ $endpoint, bench.start_clean(), $work),
            api::DownloadClean::NAME => with_endpoint!(@ $endpoint, bench.download_clean(), $work),
            api::ReadReport::NAME => with_endpoint!(@ $endpoint, bench.read_report(), $work),
            api::StartPush::NAME => with_endpoint!(@ $endpoint, bench.start_push(), $work),
            api::ListEvents::NAME => with_endpoint!(@ $endpoint, bench.list_events(), $work),
            api::CreatePolicy::NAME => with_endpoint!(@ $endpoint, bench.create_policy(), $work),
            api::ListPolicies::NAME => with_endpoint!(@ $endpoint, bench.list_policies(), $work),
            api::GetPolicy::NAME => with_endpoint!(@ $endpoint, bench.get_policy(), $work),
            api::ActivatePolicy::NAME => with_endpoint!(@ $endpoint, bench.activate_policy(), $work),
            api::ReadStats::NAME => with_endpoint!(@ $endpoint, bench.read_stats(), $work),
            other => panic!("the route {other} has no row here: give it one"),
        }
    }};
    (@ $endpoint:ident, $made:expr, $work:expr) => {{
        let $endpoint = $made;
        $work
    }};
}
pub(crate) use with_endpoint;

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let jobs = ShakyJobs::default();
        Self {
            findings: MemoryFindings::new(jobs.plain()),
            marks: MemoryMarks::default(),
            policies: ShakyPolicies::new(&jobs),
            blobs: DirectoryBlobs::new(folder.path().join("bucket")),
            queue: MemoryQueue::default(),
            idempotency: MemoryIdempotency::default(),
            jobs,
            folder,
        }
    }

    pub(crate) fn health_ready(&self) -> HealthReady {
        HealthReady {
            jobs: Arc::new(self.jobs.clone()),
            blobs: Arc::new(self.blobs.clone()),
            queue: Arc::new(self.queue.clone()),
        }
    }

    pub(crate) fn create_job(&self) -> CreateJob {
        CreateJob {
            jobs: Arc::new(self.jobs.clone()),
            queue: Arc::new(self.queue.clone()),
            idempotency: Arc::new(self.idempotency.clone()),
            policies: Arc::new(self.policies.clone()),
            check: Arc::new(scan::Policies),
            retention: SignedDuration::from_hours(7 * 24),
        }
    }

    pub(crate) fn list_jobs(&self) -> ListJobs {
        let jobs = Arc::new(self.jobs.clone());
        ListJobs { jobs }
    }

    pub(crate) fn get_job(&self) -> GetJob {
        GetJob {
            jobs: Arc::new(self.jobs.clone()),
            findings: Arc::new(self.findings.clone()),
            blobs: Arc::new(self.blobs.clone()),
        }
    }

    pub(crate) fn cancel_job(&self) -> CancelJob {
        CancelJob {
            jobs: Arc::new(self.jobs.clone()),
            blobs: Arc::new(self.blobs.clone()),
        }
    }

    pub(crate) fn list_secrets(&self) -> ListSecrets {
        ListSecrets {
            jobs: Arc::new(self.jobs.clone()),
            findings: Arc::new(self.findings.clone()),
        }
    }

    pub(crate) fn select_secrets(&self) -> SelectSecrets {
        SelectSecrets {
            jobs: Arc::new(self.jobs.clone()),
            findings: Arc::new(self.findings.clone()),
            marks: Arc::new(self.marks.clone()),
            idempotency: Arc::new(self.idempotency.clone()),
        }
    }

    pub(crate) fn update_secret(&self) -> UpdateSecret {
        UpdateSecret {
            jobs: Arc::new(self.jobs.clone()),
            findings: Arc::new(self.findings.clone()),
            marks: Arc::new(self.marks.clone()),
        }
    }

    pub(crate) fn start_clean(&self) -> StartClean {
        StartClean {
            jobs: Arc::new(self.jobs.clone()),
            queue: Arc::new(self.queue.clone()),
            idempotency: Arc::new(self.idempotency.clone()),
        }
    }

    pub(crate) fn download_clean(&self) -> DownloadClean {
        DownloadClean {
            jobs: Arc::new(self.jobs.clone()),
            blobs: Arc::new(self.blobs.clone()),
        }
    }

    pub(crate) fn read_report(&self) -> ReadReport {
        ReadReport {
            jobs: Arc::new(self.jobs.clone()),
            blobs: Arc::new(self.blobs.clone()),
        }
    }

    pub(crate) fn start_push(&self) -> StartPush {
        StartPush {
            jobs: Arc::new(self.jobs.clone()),
            queue: Arc::new(self.queue.clone()),
            idempotency: Arc::new(self.idempotency.clone()),
        }
    }

    pub(crate) fn list_events(&self) -> ListEvents {
        let jobs = Arc::new(self.jobs.clone());
        ListEvents { jobs }
    }

    pub(crate) fn read_stats(&self) -> ReadStats {
        let jobs = Arc::new(self.jobs.clone());
        ReadStats { jobs }
    }
}

/// What is stored.
impl Bench {
    /// A job of alice's in `status`, with what a job has come by when it is there: findings, report, clean history.
    pub(crate) async fn job(&self, status: JobStatus, findings: usize) -> Job {
        let mut job = samples::job(&TenantId::new(ALICE));
        (job.status, job.created_at, job.updated_at) = (status, now(), now());
        // What goes through the edge is judged by the real time of day.
        job.expires_at = now().max(Timestamp::now()) + SignedDuration::from_hours(7 * 24);
        let reached = |milestone: JobStatus| order(status) >= order(milestone);
        if reached(JobStatus::ScanComplete) {
            job.scan_completed_at = Some(now());
            let found = u64::try_from(findings).unwrap();
            job.total_secrets_found = found;
            job.secrets_selected_for_cleaning = found;
            job.coverage = Some(Coverage::of(0));
        }
        if reached(JobStatus::CleanComplete) {
            job.clean_completed_at = Some(now());
        }
        if status.is_terminal() {
            job.completed_at = Some(now());
        }
        self.keep(&job, findings).await;
        job
    }

    async fn keep(&self, job: &Job, findings: usize) {
        let created = job.event(EventKind::JobCreated, now());
        self.jobs.plain().create(job, &created).await.unwrap();
        let found: Vec<Finding> = (0..findings).map(samples::finding).collect();
        let (tenant, id) = (&job.tenant, &job.id);
        self.findings.put_all(tenant, id, &found).await.unwrap();
        for key in [
            keys::owner(id, tenant),
            keys::report(id),
            keys::cleaned_zip(id),
            keys::cleaned_bundle(id),
        ] {
            self.blobs.put(&key, vec![1], "text/plain").await.unwrap();
        }
    }

    /// The job as it is stored now.
    pub(crate) async fn stored(&self, job: &Job) -> Job {
        self.jobs.plain().get(&job.tenant, &job.id).await.unwrap()
    }

    /// What has happened to the job, as names.
    pub(crate) async fn history(&self, job: &Job) -> Vec<String> {
        let stored = self.jobs.plain();
        let page = stored
            .events(&job.tenant, &job.id, 100, None)
            .await
            .unwrap();
        let names = page.items.iter().map(|event| {
            let event = serde_json::to_value(event).unwrap();
            event["type"].as_str().unwrap().to_owned()
        });
        names.collect()
    }

    /// The keys of everything that is stored of the job in the bucket.
    pub(crate) async fn kept(&self, job: &Job) -> Vec<String> {
        let mut kept = Vec::new();
        for prefix in keys::all_prefixes(&job.id) {
            kept.extend(self.blobs.list(&prefix).await.unwrap());
        }
        kept
    }
}

fn order(status: JobStatus) -> Option<usize> {
    JobStatus::ALL.iter().position(|one| *one == status)
}

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The id of a finding, as the API writes it.
pub(crate) fn secret(number: usize) -> String {
    samples::finding_id(number).to_string()
}

/// A request of alice's, as a user.
pub(crate) fn ask() -> Ask {
    Ask(Request {
        caller: Some(Caller {
            tenant: TenantId::new(ALICE),
            actor: "alice".to_owned(),
            role: Role::User,
        }),
        correlation_id: CorrelationId::new("correlation-1"),
        now: now(),
        target: String::new(),
        path: BTreeMap::new(),
        query: BTreeMap::new(),
        idempotency_key: None,
        body: Vec::new(),
    })
}

/// A request that is being put together.
#[derive(Clone)]
pub(crate) struct Ask(pub(crate) Request);

impl Ask {
    pub(crate) fn of(mut self, tenant: &str) -> Self {
        self.0.caller = self.0.caller.map(|caller| Caller {
            tenant: TenantId::new(tenant),
            ..caller
        });
        self
    }

    pub(crate) fn job(self, id: &JobId) -> Self {
        self.path("id", id.as_str())
    }

    pub(crate) fn path(mut self, name: &str, value: &str) -> Self {
        self.0.path.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.0.query.insert(name.to_owned(), value.to_owned());
        self
    }

    #[allow(clippy::needless_pass_by_value)] // reads better with json!({…})
    pub(crate) fn body(self, body: Value) -> Self {
        self.bytes(body.to_string().as_bytes())
    }

    pub(crate) fn bytes(mut self, body: &[u8]) -> Self {
        self.0.body = body.to_vec();
        self
    }

    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.idempotency_key = Some(key.to_owned());
        self
    }

    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        self.0.now = now;
        self
    }

    /// Sends it; what comes back must be what the OpenAPI document says of the route.
    pub(crate) async fn send<E: Endpoint>(mut self, endpoint: &E) -> Reply {
        let route = Route::of(E::NAME).unwrap();
        let filled = |path: String, (name, value): (&String, &String)| {
            path.replace(&format!("{{{name}}}"), value)
        };
        let path = self.0.path.iter().fold(route.path.to_owned(), filled);
        self.0.target = format!("{} {path}", route.method);
        let reply = endpoint.call(&self.0).await;
        let reply = reply.unwrap_or_else(|error| error.to_reply(&self.0.correlation_id));
        shape::check(route, &self.0, &reply);
        reply
    }
}

/// The status, and the code of a problem.
pub(crate) fn told(reply: &Reply) -> (u16, &str) {
    let code = reply.body.as_ref().and_then(|body| body["code"].as_str());
    (reply.status.as_u16(), code.unwrap_or_default())
}

/// The fields that a problem names.
pub(crate) fn faults(reply: &Reply) -> Vec<String> {
    assert_eq!(told(reply), (422, "INVALID_REQUEST"), "{:?}", reply.body);
    let faults = json(reply)["errors"].as_array().unwrap();
    let fields = faults.iter().map(|fault| {
        assert!(!fault["message"].as_str().unwrap().is_empty());
        assert!(!fault["remedy"].as_str().unwrap().is_empty());
        fault["field"].as_str().unwrap().to_owned()
    });
    fields.collect()
}

/// The body.
pub(crate) fn json(reply: &Reply) -> &Value {
    reply.body.as_ref().unwrap()
}
