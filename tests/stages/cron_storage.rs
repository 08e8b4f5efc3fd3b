//! `cron-storage`: what the bucket holds of jobs that are gone or done.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ports::{BlobStore as _, Clock as _, JobStore as _};
use domain::{Job, JobId, JobKind, JobStatus, Sweep as _, TenantId, keys};
use stages::StorageSweep;

use crate::bench::Bench;

async fn sweep(bench: &Bench) -> u64 {
    let storage = StorageSweep {
        jobs: Arc::new(bench.jobs.clone()),
        blobs: Arc::new(bench.blobs.clone()),
    };
    storage.run(bench.clock.now()).await.unwrap()
}

/// All that a job can have in the bucket.
fn things(job: &JobId, tenant: &TenantId) -> [String; 7] {
    [
        keys::owner(job, tenant),
        format!("{}attempt/HEAD", keys::source_prefix(job)),
        keys::report(job),
        keys::values(job),
        keys::certificate(job),
        keys::cleaned_zip(job),
        keys::cleaned_bundle(job),
    ]
}

async fn job_with_things(bench: &Bench, status: JobStatus) -> (Job, Vec<String>) {
    let mut job = bench.create(JobKind::Migrate, bench.source()).await;
    job.status = status;
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    let things = things(&job.id, &job.tenant);
    for key in &things {
        bench
            .blobs
            .put(key, b"x".to_vec(), "text/plain")
            .await
            .unwrap();
    }
    (job, things.to_vec())
}

#[tokio::test]
async fn only_what_is_of_no_use_goes() {
    let bench = Bench::new(800);
    let mut stays = BTreeSet::new();
    for status in JobStatus::ALL {
        let (job, mut things) = job_with_things(&bench, status).await;
        if status == JobStatus::Cancelled {
            things.clear();
        } else if status.is_terminal() {
            things.retain(|key| {
                !key.starts_with(&keys::source_prefix(&job.id)) && *key != keys::values(&job.id)
            });
        }
        stays.extend(things);
    }
    let (gone, _) = job_with_things(&bench, JobStatus::Scanning).await;
    bench.jobs.delete(&gone.tenant, &gone.id).await.unwrap();
    let (expired, _) = job_with_things(&bench, JobStatus::Completed).await;
    let mut expired = bench.stored(&expired).await;
    expired.expires_at = bench.clock.now();
    bench.jobs.save(&mut expired, &[], None).await.unwrap();
    let orphan = keys::report(&JobId::generate());
    let stranger = "cleaned/readme.txt".to_owned();
    for key in [&orphan, &stranger] {
        bench
            .blobs
            .put(key, b"x".to_vec(), "text/plain")
            .await
            .unwrap();
    }
    stays.insert(stranger);
    // Cancelled, completed, failed; gone, expired, orphan.
    for changed in [6, 0] {
        assert_eq!(sweep(&bench).await, changed);
        assert_eq!(BTreeSet::from_iter(bench.keys().await), stays);
    }
}
