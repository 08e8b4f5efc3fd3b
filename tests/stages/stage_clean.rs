//! Stage `clean`: what it stores is judged by stock git.

use std::collections::BTreeSet;
use std::path::Path;

use domain::ports::{BlobStore as _, JobStore as _};
use domain::{
    ErrorCode, FindingId, Job, JobKind, JobStatus, ScanPolicy, Selection, Stage, Unwatched, keys,
};
use rewrite::{Certificate, CleanOptions, Request};
use testkit::{acme, stock};

use crate::bench::Bench;
use crate::midway::stop_everywhere;

/// Authors and dates of all commits, which a rewrite keeps.
fn people(repo: &Path) -> String {
    let format = "--format=%an <%ae> %ad %cn <%ce> %cd";
    stock::git(
        repo,
        &["log", "--branches", "--tags", "--topo-order", format],
    )
}

/// Both forms of the clean history are whole, equal, and hold none of `gone`; authors and dates are as they were.
async fn is_delivered(bench: &Bench, job: &Job, gone: &[String]) {
    assert_eq!(job.status, JobStatus::CleanComplete);
    assert_eq!(job.secrets_cleaned, gone.len() as u64);
    assert!(job.clean_completed_at.is_some());
    let zip = bench.unzipped(job).await;
    let bundle = bench.folder.path().join(format!("{}.bundle", job.id));
    bench
        .blobs
        .get_file(&keys::cleaned_bundle(&job.id), &bundle)
        .await
        .unwrap();
    let name = bundle.to_str().unwrap();
    stock::git(&zip, &["bundle", "verify", "-q", name]);
    let clone = bundle.with_extension("clone");
    stock::git(
        bench.folder.path(),
        &["clone", "-q", "--mirror", name, clone.to_str().unwrap()],
    );
    for repo in [&zip, &clone] {
        stock::fsck(repo).unwrap();
        let all = stock::everything(repo);
        assert!(!gone.iter().any(|secret| stock::holds(&all, secret)));
        assert_eq!(people(repo), people(&bench.repository("source.git")));
        assert_eq!(
            stock::git(repo, &["symbolic-ref", "HEAD"]),
            "refs/heads/main\n"
        );
    }
    let refs = |repo: &Path| stock::git(repo, &["for-each-ref"]);
    assert_eq!(refs(&zip), refs(&clone));
    let left: BTreeSet<String> = bench.keys().await.into_iter().collect();
    let id = &job.id;
    let expected = [
        keys::owner(id, &job.tenant),
        keys::report(id),
        keys::certificate(id),
        keys::checklist(id),
        keys::hook(id),
        keys::cleaned_zip(id),
        keys::cleaned_bundle(id),
    ];
    assert_eq!(
        left,
        BTreeSet::from(expected),
        "fetched history and values are gone"
    );
    beside(bench, job, &zip, gone.len()).await;
}

/// Certificate, checklist and hook are stored, lie in the archive as well, hold no secret, and are true.
async fn beside(bench: &Bench, job: &Job, zip: &Path, removed: usize) {
    let papers = [
        (rewrite::CERTIFICATE, keys::certificate(&job.id)),
        (rewrite::CHECKLIST, keys::checklist(&job.id)),
        (rewrite::HOOK, keys::hook(&job.id)),
    ];
    let mut texts = Vec::new();
    for (name, key) in papers {
        let text = bench.blobs.get(&key).await.unwrap();
        assert_eq!(text, std::fs::read(zip.join(name)).unwrap(), "{name}");
        let mut secrets = bench.secrets.iter();
        assert!(!secrets.any(|secret| stock::holds(&text, secret)), "{name}");
        texts.push(text);
    }
    let certificate = Certificate::read(&texts[0], None).unwrap();
    let repo = git::Repository::open(zip).unwrap();
    let verified = rewrite::verify(
        &repo,
        &certificate,
        &Request::default(),
        &CleanOptions::default(),
        &Unwatched,
    );
    assert_eq!(verified.unwrap().differences, []);
    let checklist = String::from_utf8_lossy(&texts[1]);
    assert_eq!(checklist.matches("- [ ] ").count(), 9 + removed);
    for first in &certificate.plan.first_changed_commits {
        assert!(stock::holds(&texts[2], first));
    }
}

#[tokio::test]
async fn the_clean_history_is_delivered_as_zip_and_bundle() {
    let bench = Bench::new(900);
    let job = bench.job_at(JobStatus::Cleaning).await;
    bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap();
    let done = bench.stored(&job).await;
    assert_eq!(
        bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap(),
        None
    );
    assert_eq!(bench.stored(&job).await, done);
    is_delivered(&bench, &done, &bench.secrets).await;
    let moves = bench.moves(&job).await;
    assert_eq!(
        moves[moves.len() - 2..],
        [JobStatus::Uploading, JobStatus::CleanComplete]
    );
}

#[tokio::test]
async fn stopped_anywhere_it_ends_right_when_run_again() {
    let check = async |bench: &Bench, job: &Job| is_delivered(bench, job, &bench.secrets).await;
    stop_everywhere(901, Stage::Clean, JobStatus::Cleaning, check).await;
}

/// Brings the job to `cleaning` with a selection of its own.
async fn select(bench: &Bench, choose: impl Fn(&[FindingId]) -> Selection) -> Job {
    let mut job = bench.job_at(JobStatus::AwaitingSelection).await;
    let ids: Vec<FindingId> = bench
        .found(&job)
        .await
        .into_iter()
        .map(|finding| finding.id)
        .collect();
    let event = job
        .transition(JobStatus::Cleaning, "asked for", bench.later())
        .unwrap();
    bench
        .jobs
        .save(&mut job, &[event], Some(&choose(&ids)))
        .await
        .unwrap();
    job
}

#[tokio::test]
async fn only_what_is_selected_goes() {
    let bench = Bench::new(902);
    let job = select(&bench, |ids| {
        let mut selection = Selection::default();
        // Of three, one is no secret after all.
        selection.replace(ids[..3].iter().cloned().collect(), [ids[2].clone()]);
        selection
    })
    .await;
    bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap();
    let job = bench.stored(&job).await;
    let everything = stock::everything(&bench.unzipped(&job).await);
    let (left, gone): (Vec<String>, Vec<String>) = bench
        .secrets
        .iter()
        .cloned()
        .partition(|secret| stock::holds(&everything, secret));
    assert_eq!((left.len(), gone.len()), (5, 2));
    is_delivered(&bench, &job, &gone).await;
}

#[tokio::test]
async fn with_findings_and_nothing_selected_the_job_fails() {
    let bench = Bench::new(903);
    let job = select(&bench, |_| {
        let mut selection = Selection::default();
        selection.replace(BTreeSet::new(), []);
        selection
    })
    .await;
    let message = bench
        .fails(Stage::Clean, &job, ErrorCode::CleaningError)
        .await;
    assert!(message.contains("No finding is selected"), "{message}");
}

#[tokio::test]
async fn a_history_without_secrets_is_delivered_as_it_is() {
    let bench = Bench::new(904);
    let source = bench.repository("source.git");
    std::fs::remove_dir_all(&source).unwrap();
    std::fs::create_dir_all(&source).unwrap();
    let mut script = testkit::script::Script::default();
    script.commit(
        "main",
        "Begin",
        None,
        &[("README.md", Some(b"# A project\n"))],
    );
    script.make(&source);
    let job = bench.job_at(JobStatus::Cleaning).await;
    bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap();
    let job = bench.stored(&job).await;
    is_delivered(&bench, &job, &[]).await;
    let zip = bench.unzipped(&job).await;
    assert_eq!(
        stock::git(&zip, &["for-each-ref"]),
        stock::git(&source, &["for-each-ref"])
    );
}

#[tokio::test]
async fn values_that_are_gone_fail_the_job() {
    let bench = Bench::new(905);
    let job = bench.job_at(JobStatus::Cleaning).await;
    bench
        .blobs
        .delete_prefix(&keys::values(&job.id))
        .await
        .unwrap();
    let message = bench
        .fails(Stage::Clean, &job, ErrorCode::StorageError)
        .await;
    assert!(
        message.contains("What the scan found is no longer stored"),
        "{message}"
    );
}

#[tokio::test]
async fn what_was_scanned_is_cleaned_whatever_was_fetched_since() {
    let bench = Bench::new(906);
    let job = bench.job_at(JobStatus::Cleaning).await;
    // A second fetch that was slower than the scan: newer, whole, and of another history.
    let keys = bench
        .blobs
        .list(&keys::source_prefix(&job.id))
        .await
        .unwrap();
    let head = keys.iter().find(|key| key.ends_with("/HEAD")).unwrap();
    let other = format!("{}ffffffff/HEAD", keys::source_prefix(&job.id));
    let bytes = bench.blobs.get(head).await.unwrap();
    bench.blobs.put(&other, bytes, "text/plain").await.unwrap();
    bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap();
    is_delivered(&bench, &bench.stored(&job).await, &bench.secrets).await;
}

/// A text as `gzip` packs it.
fn packed(folder: &Path, text: &str) -> Vec<u8> {
    let file = folder.join("packed.env");
    std::fs::write(&file, text).unwrap();
    let mut command = std::process::Command::new("gzip");
    command.args(["-n", "-c"]).arg(&file);
    let output = command.output().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[tokio::test]
async fn what_is_packed_in_an_archive_is_not_called_clean() {
    let bench = Bench::new(907);
    let source = bench.repository("source.git");
    std::fs::remove_dir_all(&source).unwrap();
    std::fs::create_dir_all(&source).unwrap();
    let text = format!("{}TOKEN={}\n", "nothing\n".repeat(30), bench.secrets[0]);
    let packed = packed(bench.folder.path(), &text);
    let mut script = testkit::script::Script::default();
    script.commit("main", "Begin", None, &[("old.env.gz", Some(&packed))]);
    script.make(&source);
    let job = bench.job_at(JobStatus::Cleaning).await;
    let message = bench
        .fails(Stage::Clean, &job, ErrorCode::CleaningError)
        .await;
    assert!(message.contains("packed in archives"), "{message}");
    assert!(!message.contains(&bench.secrets[0]));
}

#[tokio::test]
async fn the_checklist_names_the_page_that_a_rule_of_the_policy_names() {
    let bench = Bench::new(908);
    let rules = acme::RULES
        .replace("[acme_]", "[ghp_]")
        .replace("acme_[a-z0-9]{20}", "ghp_[A-Za-z0-9]{36}");
    let page = "https://acme.dev/revoke";
    let mut job = bench.create(JobKind::Migrate, bench.source()).await;
    job.policy = Some(ScanPolicy {
        rules: Some(format!(
            "{rules}    provider: Acme\n    remediation: {page}\n"
        )),
        no_builtin_rules: true,
        ..ScanPolicy::default()
    });
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    for stage in [Stage::Fetch, Stage::Scan, Stage::Report] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    let mut job = bench.stored(&job).await;
    bench.move_on(&mut job, JobStatus::Cleaning).await;
    bench.run(Stage::Clean, &job, &bench.ports()).await.unwrap();
    let done = bench.stored(&job).await;
    is_delivered(&bench, &done, &bench.secrets).await;
    let checklist = bench.blobs.get(&keys::checklist(&job.id)).await.unwrap();
    let checklist = String::from_utf8(checklist).unwrap();
    assert_eq!(checklist.matches(page).count(), bench.secrets.len());
    assert!(checklist.contains("Acme token"), "{checklist}");
}
