//! The whole way in memory: every message through the stage that it is for, a person's moves in between; and the
//! canary: planted secrets and credentials are nowhere but where they must be.

use domain::ports::{BlobStore as _, StageQueue as _};
use domain::{ErrorCode, Job, JobKind, JobStatus, Source, Stage, StageMessage, keys};
use testkit::stock;

use crate::bench::{Bench, TOKEN};
use crate::logs;

/// Works off the queue until it is empty; gives every message that was sent.
async fn work_off(bench: &Bench, job: &Job) -> Vec<StageMessage> {
    let mut all = Vec::new();
    loop {
        let messages = bench.queue.take();
        if messages.is_empty() {
            return all;
        }
        for message in messages {
            bench.run(message.stage, job, &bench.ports()).await.unwrap();
            all.push(message);
        }
    }
}

/// A person asks for the next step.
async fn ask(bench: &Bench, job: &Job, to: JobStatus, stage: Stage) -> Vec<StageMessage> {
    let mut job = bench.stored(job).await;
    if to == JobStatus::Pushing {
        job.target = Some(bench.target());
    }
    bench.move_on(&mut job, to).await;
    bench
        .queue
        .send(&StageMessage::new(stage, &job))
        .await
        .unwrap();
    work_off(bench, &job).await
}

/// All that is written down of the job but for the bucket, as text.
async fn written(bench: &Bench, job: &Job, messages: &[StageMessage]) -> String {
    let job = bench.stored(job).await;
    let (found, events) = (bench.found(&job).await, bench.events(&job).await);
    serde_json::to_string(&(&job, found, events, messages)).unwrap()
}

fn holds_none(what: &str, text: &[u8], canaries: &[String]) {
    for canary in canaries {
        assert!(!stock::holds(text, canary), "a planted value is in {what}");
    }
}

#[tokio::test]
async fn a_history_goes_in_and_comes_out_clean_and_nothing_leaks() {
    let bench = Bench::new(1100);
    let mut canaries = bench.secrets.to_vec();
    canaries.push(TOKEN.to_owned());
    let job = bench.create(JobKind::Migrate, bench.source()).await;
    bench
        .queue
        .send(&StageMessage::new(Stage::Fetch, &job))
        .await
        .unwrap();

    let mut messages = work_off(&bench, &job).await;
    assert_eq!(
        bench.stored(&job).await.status,
        JobStatus::AwaitingSelection
    );
    holds_none(
        "table or queue",
        written(&bench, &job, &messages).await.as_bytes(),
        &canaries,
    );
    for key in bench.keys().await {
        let bytes = bench.blobs.get(&key).await.unwrap();
        assert!(!stock::holds(&bytes, TOKEN));
        if key != keys::values(&job.id) && !key.starts_with(&keys::source_prefix(&job.id)) {
            holds_none(&key, &bytes, &canaries);
        }
    }

    messages.extend(ask(&bench, &job, JobStatus::Cleaning, Stage::Clean).await);
    assert_eq!(bench.stored(&job).await.status, JobStatus::CleanComplete);
    messages.extend(ask(&bench, &job, JobStatus::Pushing, Stage::Push).await);
    let done = bench.stored(&job).await;
    assert_eq!(
        (done.status, done.progress_percent),
        (JobStatus::Completed, 100),
        "{}",
        done.status_message
    );
    assert_eq!(
        (
            done.total_secrets_found,
            done.secrets_selected_for_cleaning,
            done.secrets_cleaned
        ),
        (7, 7, 7)
    );
    let stages: Vec<Stage> = messages.iter().map(|message| message.stage).collect();
    assert_eq!(stages, Stage::ALL, "one message each");

    holds_none(
        "table or queue",
        written(&bench, &job, &messages).await.as_bytes(),
        &canaries,
    );
    for key in bench.keys().await {
        holds_none(&key, &bench.blobs.get(&key).await.unwrap(), &canaries);
    }
    for repo in [bench.unzipped(&job).await, bench.repository("target.git")] {
        stock::fsck(&repo).unwrap();
        holds_none("the result", &stock::everything(&repo), &canaries);
    }
    let moves = bench.moves(&job).await;
    assert_eq!(moves, JobStatus::ALL[1..10]);
    holds_none("the logs", &logs::kept(), &canaries);
    assert!(
        stock::holds(&logs::kept(), job.id.as_str()),
        "the logs do tell of the job"
    );
}

#[tokio::test]
async fn an_error_tells_of_no_secret() {
    let bench = Bench::new(1101);
    let canaries = ["not-the-token-of-anybody".to_owned()];
    let wrong = Some(domain::CredentialId::new("wrong"));
    let job = bench
        .create(
            JobKind::Migrate,
            Source {
                credentials_id: wrong,
                ..bench.source()
            },
        )
        .await;
    bench
        .queue
        .send(&StageMessage::new(Stage::Fetch, &job))
        .await
        .unwrap();
    let messages = work_off(&bench, &job).await;
    assert_eq!(
        bench.stored(&job).await.error_code,
        Some(ErrorCode::InvalidCredentials)
    );
    holds_none(
        "table or queue",
        written(&bench, &job, &messages).await.as_bytes(),
        &canaries,
    );
    holds_none("the logs", &logs::kept(), &canaries);
}

#[tokio::test]
async fn every_message_twice_ends_the_same() {
    let bench = Bench::new(1102);
    let job = bench.create(JobKind::Migrate, bench.source()).await;
    let mut stage = Some(Stage::Fetch);
    while let Some(now) = stage {
        for _ in 0..2 {
            bench.run(now, &job, &bench.ports()).await.ok();
        }
        stage = match bench.stored(&job).await.status {
            JobStatus::AwaitingSelection => {
                let mut job = bench.stored(&job).await;
                bench.move_on(&mut job, JobStatus::Cleaning).await;
                Some(Stage::Clean)
            }
            JobStatus::CleanComplete => {
                let mut job = bench.stored(&job).await;
                job.target = Some(bench.target());
                bench.move_on(&mut job, JobStatus::Pushing).await;
                Some(Stage::Push)
            }
            status => crate::bench::stage_at(status),
        };
    }
    assert_eq!(bench.stored(&job).await.status, JobStatus::Completed);
    assert_eq!(bench.moves(&job).await, JobStatus::ALL[1..10]);
}
