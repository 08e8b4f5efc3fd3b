//! The contract of job stores: conditional writes, transactions, deletion, tenants apart.

use domain::ports::{JobStore, PortError, Stats};
use domain::{Event, Job, JobId, JobStatus, Selection};

use super::{listing, samples, selections, sweeping};

/// Asserts every promise of [`JobStore`].
pub async fn job_store_contract(store: &dyn JobStore) {
    store.ping().await.unwrap();
    a_job_is_created_once(store).await;
    a_write_counts_and_keeps_everything(store).await;
    a_stale_write_changes_nothing(store).await;
    of_two_writers_one_wins(store).await;
    a_used_event_stops_the_whole_write(store).await;
    a_job_that_is_gone_cannot_be_written(store).await;
    tenants_are_apart(store).await;
    deletion_is_complete_and_may_be_repeated(store).await;
    totals_are_the_tenants_own(store).await;
    selections::contract(store).await;
    listing::contract(store).await;
    sweeping::contract(store).await;
}

/// All events of a job, and that reading them is possible.
pub(super) async fn events_of(store: &dyn JobStore, job: &Job) -> Vec<Event> {
    let page = store.events(&job.tenant, &job.id, 1000, None).await;
    let page = page.unwrap();
    assert_eq!(page.next, None);
    page.items
}

async fn a_job_is_created_once(store: &dyn JobStore) {
    let job = samples::job(&samples::tenant());
    let event = samples::created(&job);
    store.create(&job, &event).await.unwrap();
    assert_eq!(store.get(&job.tenant, &job.id).await.unwrap(), job);
    let mut again = job.clone();
    again.status = JobStatus::Failed;
    let second = store.create(&again, &samples::created(&job)).await;
    assert!(matches!(second, Err(PortError::Conflict)), "{second:?}");
    assert_eq!(store.get(&job.tenant, &job.id).await.unwrap(), job);
    assert_eq!(events_of(store, &job).await, [event]);
}

async fn a_write_counts_and_keeps_everything(store: &dyn JobStore) {
    let mut job = samples::job(&samples::tenant());
    let mut expected = vec![samples::created(&job)];
    store.create(&job, &expected[0]).await.unwrap();
    samples::fill(&mut job);
    expected.extend(samples::events(&job));
    store.save(&mut job, &expected[1..], None).await.unwrap();
    assert_eq!(job.version, 1);
    assert_eq!(store.get(&job.tenant, &job.id).await.unwrap(), job);
    assert_eq!(events_of(store, &job).await, expected);
    store.save(&mut job, &[], None).await.unwrap();
    assert_eq!(job.version, 2);
    assert_eq!(store.get(&job.tenant, &job.id).await.unwrap().version, 2);
}

async fn a_stale_write_changes_nothing(store: &dyn JobStore) {
    let mut first = samples::job(&samples::tenant());
    store
        .create(&first, &samples::created(&first))
        .await
        .unwrap();
    let mut second = first.clone();
    first.status = JobStatus::Cloning;
    store.save(&mut first, &[], None).await.unwrap();
    second.status = JobStatus::Cancelled;
    let mut selection = Selection::default();
    selection.replace([samples::finding_id(1)].into(), []);
    let events = samples::events(&second);
    let stale = store.save(&mut second, &events, Some(&selection)).await;
    assert!(matches!(stale, Err(PortError::Conflict)), "{stale:?}");
    assert_eq!(second.version, 0, "a failed write does not count");
    assert_eq!(store.get(&first.tenant, &first.id).await.unwrap(), first);
    assert_eq!(events_of(store, &first).await.len(), 1);
    let kept = store.selection(&first.tenant, &first.id).await.unwrap();
    assert_eq!(kept, Selection::default());
}

async fn of_two_writers_one_wins(store: &dyn JobStore) {
    let job = samples::job(&samples::tenant());
    let event = samples::created(&job);
    let created = tokio::join!(store.create(&job, &event), store.create(&job, &event));
    assert_eq!(winners(created), 1);
    for version in 0..8 {
        let mut copies = [JobStatus::Cloning, JobStatus::Cancelled].map(|status| {
            let mut copy = job.clone();
            (copy.status, copy.version) = (status, version);
            let event = samples::created(&copy);
            (copy, [event])
        });
        let [(one, first), (two, second)] = &mut copies;
        let saved = tokio::join!(store.save(one, first, None), store.save(two, second, None));
        assert_eq!(winners(saved), 1);
        let stored = store.get(&job.tenant, &job.id).await.unwrap();
        let events = events_of(store, &job).await;
        let (winner, event) = copies.iter().find(|copy| copy.0.version > version).unwrap();
        assert_eq!(stored, *winner);
        assert!(events.contains(&event[0]), "the winner's event is there");
        assert_eq!(events.len() as u64, version + 2, "the loser's is not");
    }
}

/// How many of two attempts succeeded. The others must say why they did not.
fn winners((one, two): (Result<(), PortError>, Result<(), PortError>)) -> usize {
    let attempts = [one, two];
    let lost = |attempt: &&Result<(), PortError>| matches!(attempt, Err(PortError::Conflict));
    let winners = attempts.iter().filter(|attempt| attempt.is_ok()).count();
    let losers = attempts.iter().filter(lost).count();
    assert_eq!(winners + losers, 2, "{attempts:?}");
    winners
}

async fn a_used_event_stops_the_whole_write(store: &dyn JobStore) {
    let mut job = samples::job(&samples::tenant());
    let event = samples::created(&job);
    store.create(&job, &event).await.unwrap();
    let before = job.clone();
    job.status = JobStatus::Cloning;
    let fresh = samples::created(&job);
    let written = store.save(&mut job, &[fresh, event.clone()], None).await;
    assert!(matches!(written, Err(PortError::Conflict)), "{written:?}");
    assert_eq!(store.get(&job.tenant, &job.id).await.unwrap(), before);
    assert_eq!(events_of(store, &job).await, [event]);
}

async fn a_job_that_is_gone_cannot_be_written(store: &dyn JobStore) {
    let mut job = samples::job(&samples::tenant());
    let events = samples::events(&job);
    let unknown = store.save(&mut job, &events, None).await;
    assert!(matches!(unknown, Err(PortError::NotFound)), "{unknown:?}");
    store.create(&job, &samples::created(&job)).await.unwrap();
    store.delete(&job.tenant, &job.id).await.unwrap();
    let gone = store.save(&mut job, &events, None).await;
    assert!(matches!(gone, Err(PortError::NotFound)), "{gone:?}");
    assert_eq!(events_of(store, &job).await, []);
}

async fn tenants_are_apart(store: &dyn JobStore) {
    let mine = samples::job(&samples::tenant());
    store.create(&mine, &samples::created(&mine)).await.unwrap();
    let mut theirs = samples::job(&samples::tenant());
    let foreign = store.get(&theirs.tenant, &mine.id).await;
    assert!(matches!(foreign, Err(PortError::NotFound)), "{foreign:?}");
    let events = store.events(&theirs.tenant, &mine.id, 10, None).await;
    assert_eq!(events.unwrap().items, []);
    // Even the same id is another job.
    theirs.id = mine.id.clone();
    store
        .create(&theirs, &samples::created(&theirs))
        .await
        .unwrap();
    store.delete(&theirs.tenant, &theirs.id).await.unwrap();
    assert_eq!(store.get(&mine.tenant, &mine.id).await.unwrap(), mine);
    assert_eq!(events_of(store, &mine).await.len(), 1);
    // Nor does a name that looks like part of a key open anything.
    let sly = domain::TenantId::new(format!("{}#JOB#{}", mine.tenant, mine.id));
    let page = store.list(&sly, None, 10, None).await.unwrap();
    assert_eq!(page.items, []);
}

async fn deletion_is_complete_and_may_be_repeated(store: &dyn JobStore) {
    let tenant = samples::tenant();
    let mut job = samples::job(&tenant);
    let sibling = samples::job(&tenant);
    for job in [&job, &sibling] {
        store.create(job, &samples::created(job)).await.unwrap();
    }
    let mut selection = Selection::default();
    selection.replace([samples::finding_id(1)].into(), []);
    for _ in 0..12 {
        let events = samples::events(&job);
        store
            .save(&mut job, &events, Some(&selection))
            .await
            .unwrap();
    }
    for _ in 0..2 {
        store.delete(&tenant, &job.id).await.unwrap();
        let gone = store.get(&tenant, &job.id).await;
        assert!(matches!(gone, Err(PortError::NotFound)), "{gone:?}");
        assert_eq!(events_of(store, &job).await, []);
        let kept = store.selection(&tenant, &job.id).await.unwrap();
        assert_eq!(kept, Selection::default());
    }
    assert_eq!(store.get(&tenant, &sibling.id).await.unwrap(), sibling);
    assert_eq!(events_of(store, &sibling).await.len(), 1);
    store.delete(&tenant, &JobId::generate()).await.unwrap();
}

async fn totals_are_the_tenants_own(store: &dyn JobStore) {
    let (tenant, other) = (samples::tenant(), samples::tenant());
    let none = store.stats(&tenant).await.unwrap();
    assert_eq!(none, Stats::default());
    for (owner, status, found, cleaned) in [
        (&tenant, JobStatus::Completed, 5, 4),
        (&tenant, JobStatus::Completed, 1, 0),
        (&tenant, JobStatus::Failed, 2, 0),
        (&other, JobStatus::Completed, 100, 100),
    ] {
        let mut job = samples::job(owner);
        job.status = status;
        (job.total_secrets_found, job.secrets_cleaned) = (found, cleaned);
        store.create(&job, &samples::created(&job)).await.unwrap();
    }
    let expected = Stats {
        total_jobs: 3,
        completed_jobs: 2,
        total_secrets_found: 8,
        total_secrets_cleaned: 4,
    };
    assert_eq!(store.stats(&tenant).await.unwrap(), expected);
}
