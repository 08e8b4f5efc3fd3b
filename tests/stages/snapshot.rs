//! A bench as it stood: made once, come back to for each way in which something can go wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use domain::ports::{FindingStore as _, JobStore as _};
use domain::{EventKind, Finding, Job};
use tempfile::TempDir;
use testkit::{script, stock};

use crate::bench::Bench;

/// A job as it stood, with all that is stored of it.
pub(crate) struct Snapshot {
    pub(crate) job: Job,
    found: Vec<Finding>,
    bucket: TempDir,
}

impl Bench {
    /// What there is now of the job, to come back to.
    pub(crate) async fn snapshot(&self, job: &Job) -> Snapshot {
        let bucket = tempfile::tempdir().unwrap();
        if self.bucket().exists() {
            copy(&self.bucket(), bucket.path());
        }
        let (job, found) = (self.stored(job).await, self.found(job).await);
        Snapshot { job, found, bucket }
    }

    /// Comes back to a snapshot; of its events, only the creation is kept. The repositories are as they were at first.
    pub(crate) async fn restore(&self, snapshot: &Snapshot) {
        let Snapshot { job, found, bucket } = snapshot;
        self.queue.take();
        self.jobs.delete(&job.tenant, &job.id).await.unwrap();
        let event = job.event(EventKind::JobCreated, self.later());
        self.jobs.create(job, &event).await.unwrap();
        self.findings
            .put_all(&job.tenant, &job.id, found)
            .await
            .unwrap();
        std::fs::remove_dir_all(self.folder.path()).unwrap();
        copy(bucket.path(), &self.bucket());
        repositories(self.seed, &self.secrets, &self.repository(""));
    }

    fn bucket(&self) -> PathBuf {
        self.folder.path().join("bucket")
    }
}

/// Source, target and an empty repository in `root`. Made once for each seed, then copied.
pub(crate) fn repositories(seed: u32, secrets: &[String; 7], root: &Path) {
    static MADE: Mutex<BTreeMap<u32, TempDir>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let original = made.entry(seed).or_insert_with(|| {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["source.git", "target.git", "empty.git"] {
            std::fs::create_dir(at(name)).unwrap();
        }
        script::planted(&at("source.git"), secrets);
        for name in ["target.git", "empty.git"] {
            stock::git(&at(name), &["init", "-q", "--bare", "-b", "main", "."]);
            stock::git(&at(name), &["config", "http.receivepack", "true"]);
        }
        folder
    });
    copy(original.path(), root);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}
