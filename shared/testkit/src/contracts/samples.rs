//! Made-up jobs, events and findings with every field in use.

use domain::{
    Carrier, CorrelationId, Coverage, CredentialId, ErrorCode, Event, EventKind, Failure, Finding,
    FindingId, Job, JobKind, Occurrence, Platform, RemoteUrl, ScanPolicy, SecretType, Severity,
    Skip, Source, Tally, Target, TenantId,
};
use jiff::{SignedDuration, Timestamp};

/// A tenant that nobody else uses.
pub fn tenant() -> TenantId {
    TenantId::new(format!("tenant-{}", CorrelationId::generate()))
}

/// A pending job, created now, that expires in a week.
pub fn job(tenant: &TenantId) -> Job {
    let now = Timestamp::now();
    let source = Source {
        platform: Platform::Generic,
        url: RemoteUrl::parse("https://git.example/team/shop.git").unwrap(),
        branch: Some("main".to_owned()),
        credentials_id: Some(CredentialId::new("cred-1")),
    };
    let week = SignedDuration::from_hours(7 * 24);
    let correlation = CorrelationId::generate();
    Job::new(
        tenant.clone(),
        JobKind::Migrate,
        source,
        correlation,
        now,
        now + week,
    )
}

/// Fills every field that a new job leaves empty.
pub fn fill(job: &mut Job) {
    let now = Timestamp::now();
    job.error_code = Some(ErrorCode::PushConflict);
    job.progress_percent = 85;
    job.policy = Some(policy());
    job.total_secrets_suppressed = 2;
    job.target = Some(Target {
        platform: Platform::AzureDevops,
        url: RemoteUrl::parse("http://new.example:8080/shop.git").unwrap(),
        branch: None,
        credentials_id: None,
        force: true,
        all_branches: false,
    });
    (job.total_secrets_found, job.secrets_cleaned) = (u64::from(u32::MAX) + 7, 3);
    job.coverage = Some(coverage());
    job.scan_completed_at = Some(now);
    job.clean_completed_at = Some(now);
    job.completed_at = Some(now);
    job.updated_at = now;
}

/// A policy that asks for everything that one may ask for.
pub fn policy() -> ScanPolicy {
    ScanPolicy {
        rules: Some("rules: []\n".to_owned()),
        no_builtin_rules: true,
        min_confidence: Some(70),
        exclude_paths: vec!["tests/".to_owned()],
        exclude_rules: vec!["jwt".to_owned()],
        only_rules: Vec::new(),
        baseline: vec![FindingId::new("secret-1")],
        no_ignore: true,
    }
}

fn coverage() -> Coverage {
    let mut coverage = Coverage::of(3);
    let large = Tally {
        objects: 2,
        bytes: 1 << 40,
    };
    coverage.scan(large);
    coverage.set_aside(Skip {
        policy: "binary".to_owned(),
        reason: "compressed".to_owned(),
        tally: Tally {
            objects: 1,
            bytes: 12,
        },
    });
    let failure = Failure {
        what: "pack-1".to_owned(),
        reason: "it is cut off".to_owned(),
    };
    coverage.fail(failure, 5);
    coverage
}

/// The event of a job's creation.
pub fn created(job: &Job) -> Event {
    job.event(EventKind::JobCreated, Timestamp::now())
}

/// One event of every kind.
pub fn events(job: &Job) -> Vec<Event> {
    use domain::JobStatus::{Cloning, Scanning};
    let kinds = [
        EventKind::JobStatusChanged {
            from: Cloning,
            to: Scanning,
        },
        EventKind::ScanCompleted { secrets_found: 9 },
        EventKind::SecretsSelected {
            selected: 8,
            false_positives: 1,
        },
        EventKind::JobFailed {
            code: ErrorCode::TimedOut,
            message: "out of time".to_owned(),
        },
        EventKind::JobExpired,
    ];
    kinds.map(|kind| job.event(kind, Timestamp::now())).into()
}

/// The id of [`finding`] `number`.
pub fn finding_id(number: usize) -> FindingId {
    FindingId::new(format!("secret-{number:024x}"))
}

/// A finding with one place.
pub fn finding(number: usize) -> Finding {
    let place = occurrence("config/database.yml");
    Finding {
        id: finding_id(number),
        rule: "generic-password".to_owned(),
        secret_name: "Password".to_owned(),
        secret_type: SecretType::Password,
        severity: Severity::High,
        secret_value_preview: "abc...xyz".to_owned(),
        secret_value_hash: format!("{number:064x}"),
        confidence: 97,
        file_path: place.file_path.clone(),
        line_number: place.line_number,
        commit_hash: place.commit_hash.clone(),
        author: place.author.clone(),
        commit_date: place.commit_date,
        occurrence_count: 1,
        occurrences: vec![place],
        in_tree: true,
        refs: vec!["refs/heads/main".to_owned()],
        ref_count: 1,
    }
}

/// A place in a file.
pub fn occurrence(path: &str) -> Occurrence {
    Occurrence {
        carrier: Carrier::Blob,
        file_path: path.to_owned(),
        in_archive: false,
        encoding: Vec::new(),
        line_number: 12,
        commit_hash: "c".repeat(40),
        author: "Zoë <zoe@shop.example>".to_owned(),
        commit_date: Timestamp::from_second(-1).ok(),
        object_id: "b".repeat(40),
        versions: 3,
        in_tree: false,
    }
}
