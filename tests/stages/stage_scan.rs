//! Stage `scan`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::ports::{BlobStore as _, JobStore as _};
use domain::{
    ErrorCode, EventKind, Job, JobKind, JobStatus, ScanPolicy, Stage, StageMessage, Verdict, keys,
};
use serde_json::Value;
use testkit::stock;

use crate::bench::Bench;
use crate::midway::stop_everywhere;

async fn json(bench: &Bench, key: &str) -> Value {
    serde_json::from_slice(&bench.blobs.get(key).await.unwrap()).unwrap()
}

/// The values that were stored for the clean stage.
async fn values(bench: &Bench, job: &Job) -> BTreeSet<String> {
    let document = json(bench, &keys::values(&job.id)).await;
    let values = document["values"].as_object().unwrap().values();
    let values = values.flat_map(|spellings| spellings.as_array().unwrap());
    let decode = |value: &Value| BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
    values
        .map(|value| String::from_utf8(decode(value)).unwrap())
        .collect()
}

async fn is_scanned(bench: &Bench, job: &Job) {
    assert_eq!(job.status, JobStatus::ScanComplete);
    let next = StageMessage::new(Stage::Report, job);
    let sent = bench.queue.take();
    assert!(!sent.is_empty() && sent.iter().all(|message| *message == next));
    let found = bench.found(job).await;
    assert_eq!((job.total_secrets_found, found.len()), (7, 7));
    assert_eq!(job.verdict(), Some(Verdict::Findings));
    assert!(job.coverage.as_ref().unwrap().complete().is_ok() && job.scan_completed_at.is_some());
    let events = bench.events(job).await;
    let completed = events
        .iter()
        .filter(|event| event.kind == EventKind::ScanCompleted { secrets_found: 7 });
    assert_eq!(completed.count(), 1);
    assert_eq!(
        values(bench, job).await,
        bench.secrets.iter().cloned().collect()
    );
    let report = json(bench, &keys::report(&job.id)).await;
    assert_eq!(report["schema"], "deployguard.scan/1");
    assert_eq!(report["verdict"], "findings");
    assert_eq!(report["repository"]["url"], job.source.url.as_str());
    let rows = report["findings"].as_array().unwrap();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        found.iter().map(|finding| finding.id.as_str()).collect()
    );
    for secret in &bench.secrets {
        assert!(
            !stock::holds(report.to_string().as_bytes(), secret),
            "a report holds previews"
        );
    }
}

#[tokio::test]
async fn findings_report_and_values_are_stored_and_the_report_stage_called() {
    let bench = Bench::new(200);
    let job = bench.job_at(JobStatus::Scanning).await;
    let done = bench.run(Stage::Scan, &job, &bench.ports()).await.unwrap();
    is_scanned(&bench, &done.unwrap()).await;
}

#[tokio::test]
async fn run_twice_it_only_calls_the_report_stage_again() {
    let bench = Bench::new(201);
    let job = bench.job_at(JobStatus::Scanning).await;
    bench.run(Stage::Scan, &job, &bench.ports()).await.unwrap();
    let before = bench.stored(&job).await;
    assert_eq!(
        bench.run(Stage::Scan, &job, &bench.ports()).await.unwrap(),
        None
    );
    assert_eq!(bench.stored(&job).await, before);
    is_scanned(&bench, &before).await;
}

#[tokio::test]
async fn stopped_anywhere_it_ends_right_when_run_again() {
    stop_everywhere(202, Stage::Scan, JobStatus::Scanning, is_scanned).await;
}

#[tokio::test]
async fn a_job_that_only_scans_stores_no_values() {
    let bench = Bench::new(203);
    let job = bench.create(JobKind::Check, bench.source()).await;
    for stage in [Stage::Fetch, Stage::Scan] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    assert_eq!(bench.stored(&job).await.total_secrets_found, 7);
    assert!(!bench.keys().await.contains(&keys::values(&job.id)));
}

/// Runs a migration of the planted source up to the end of its scan.
async fn scanned(bench: &Bench, policy: ScanPolicy) -> Job {
    let mut job = bench.create(JobKind::Migrate, bench.source()).await;
    job.policy = Some(policy);
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    for stage in [Stage::Fetch, Stage::Scan] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    bench.stored(&job).await
}

#[tokio::test]
async fn what_a_policy_leaves_out_is_counted_and_its_values_are_not_kept() {
    let bench = Bench::new(206);
    let all = bench.job_at(JobStatus::ScanComplete).await;
    let found = bench.found(&all).await;
    let policy = ScanPolicy {
        baseline: vec![found[0].id.clone(), found[1].id.clone()],
        ..ScanPolicy::default()
    };
    let job = scanned(&bench, policy.clone()).await;
    assert_eq!(
        (job.total_secrets_found, job.total_secrets_suppressed),
        (5, 2)
    );
    assert!(
        job.status_message
            .ends_with("5 secrets found, besides 2 suppressed")
    );
    assert_eq!(bench.found(&job).await, found[2..]);
    assert_eq!(values(&bench, &job).await.len(), 5);
    let report = json(&bench, &keys::report(&job.id)).await;
    assert_eq!(report["policy_version"], policy.version().as_str());
    assert_eq!(report["suppressed"][0]["by"], "baseline");
    assert_eq!(report["suppressed"][0]["findings"], 2);

    let nothing = ScanPolicy {
        only_rules: vec!["jwt".to_owned()],
        ..ScanPolicy::default()
    };
    let job = scanned(&bench, nothing).await;
    assert_eq!(
        (job.total_secrets_found, job.total_secrets_suppressed),
        (0, 7)
    );
    assert!(matches!(job.verdict(), Some(Verdict::Clean(_))));
    bench
        .run(Stage::Report, &job, &bench.ports())
        .await
        .unwrap();
    let message = bench.stored(&job).await.status_message;
    assert!(
        message.starts_with("No secret was found besides 7 suppressed;"),
        "{message}"
    );
}

#[tokio::test]
async fn a_policy_that_no_longer_fits_the_rules_fails_the_job() {
    let bench = Bench::new(207);
    let policy = ScanPolicy {
        exclude_rules: vec!["gone".to_owned()],
        ..ScanPolicy::default()
    };
    let job = scanned(&bench, policy).await;
    assert_eq!(
        (job.status, job.error_code),
        (JobStatus::Failed, Some(ErrorCode::ScanError))
    );
    assert!(
        job.status_message.contains("exclude_rules: entry 1"),
        "{}",
        job.status_message
    );
}

#[tokio::test]
async fn a_source_that_is_gone_fails_the_job() {
    let bench = Bench::new(204);
    let job = bench.job_at(JobStatus::Scanning).await;
    bench
        .blobs
        .delete_prefix(&keys::source_prefix(&job.id))
        .await
        .unwrap();
    let message = bench
        .fails(Stage::Scan, &job, ErrorCode::StorageError)
        .await;
    assert!(
        message.contains("The fetched history is no longer stored"),
        "{message}"
    );
}

#[tokio::test]
async fn a_damaged_pack_never_gives_a_clean_verdict() {
    let bench = Bench::new(205);
    let job = bench.job_at(JobStatus::Scanning).await;
    let stored = bench.keys().await;
    let is_pack = |key: &&String| key.contains("/objects/pack/") && key.contains(".pack");
    let pack = stored.iter().find(is_pack).unwrap();
    let mut bytes = bench.blobs.get(pack).await.unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    bench
        .blobs
        .put(pack, bytes, "application/octet-stream")
        .await
        .unwrap();
    bench.run(Stage::Scan, &job, &bench.ports()).await.unwrap();
    let job = bench.stored(&job).await;
    let is_told = job.verdict() == Some(Verdict::Incomplete)
        || job.error_code == Some(ErrorCode::RepositoryCorrupt);
    assert!(is_told, "{job:?}");
}
