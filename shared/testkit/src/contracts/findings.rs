//! The contract of finding stores: order, pages, repetition, size, deletion with the job.

use domain::ports::{FindingStore, JobStore, PortError};
use domain::{Finding, FindingId, Job};

use super::{read_all, samples};

/// More than six batches, and more than a page.
const FINDINGS: usize = 160;

/// Asserts every promise of [`FindingStore`]; `jobs` keeps the jobs that the findings belong to.
pub async fn finding_store_contract(jobs: &dyn JobStore, store: &dyn FindingStore) {
    let job = samples::job(&samples::tenant());
    let all: Vec<Finding> = (0..FINDINGS).map(samples::finding).collect();
    findings_need_a_job(store, &job, &all).await;
    jobs.create(&job, &samples::created(&job)).await.unwrap();
    writing_again_changes_nothing(store, &job, &all).await;
    pages_are_in_order_of_id(store, &job, &all).await;
    single_findings_are_the_owners(store, &job, &all).await;
    cursors_serve_their_own_list(jobs, store, &job, &all).await;
    a_huge_finding_is_condensed(store, &job).await;
    findings_go_with_their_job(jobs, store, &job, &all).await;
}

async fn findings_need_a_job(store: &dyn FindingStore, job: &Job, all: &[Finding]) {
    let orphans = store.put_all(&job.tenant, &job.id, all).await;
    assert!(matches!(orphans, Err(PortError::NotFound)), "{orphans:?}");
    assert_eq!(store.ids(&job.tenant, &job.id).await.unwrap(), []);
}

async fn writing_again_changes_nothing(store: &dyn FindingStore, job: &Job, all: &[Finding]) {
    let (tenant, id) = (&job.tenant, &job.id);
    store.put_all(tenant, id, &[]).await.unwrap();
    assert_eq!(store.ids(tenant, id).await.unwrap(), []);
    // Half an attempt, in no order; then all, in the opposite order; then all again.
    let half: Vec<Finding> = all[..FINDINGS / 2].iter().rev().cloned().collect();
    let reversed: Vec<Finding> = all.iter().rev().cloned().collect();
    for attempt in [half.as_slice(), &reversed, all] {
        store.put_all(tenant, id, attempt).await.unwrap();
        assert_eq!(store.ids(tenant, id).await.unwrap().len(), attempt.len());
    }
    let expected: Vec<FindingId> = all.iter().map(|finding| finding.id.clone()).collect();
    assert_eq!(store.ids(tenant, id).await.unwrap(), expected);
}

async fn pages_are_in_order_of_id(store: &dyn FindingStore, job: &Job, all: &[Finding]) {
    for limit in [33, FINDINGS, 1000] {
        let read = async |cursor: Option<String>| {
            let cursor = cursor.as_deref();
            store.list(&job.tenant, &job.id, limit, cursor).await
        };
        assert_eq!(read_all(limit, read).await, all, "in pages of {limit}");
    }
}

async fn single_findings_are_the_owners(store: &dyn FindingStore, job: &Job, all: &[Finding]) {
    let wanted = &all[77];
    let found = store.get(&job.tenant, &job.id, &wanted.id).await.unwrap();
    assert_eq!(found, *wanted);
    let (stranger, other) = (samples::tenant(), domain::JobId::generate());
    for (tenant, id, finding) in [
        (&stranger, &job.id, &wanted.id),
        (&job.tenant, &other, &wanted.id),
        (&job.tenant, &job.id, &samples::finding_id(FINDINGS)),
    ] {
        let missing = store.get(tenant, id, finding).await;
        assert!(matches!(missing, Err(PortError::NotFound)), "{missing:?}");
    }
    assert_eq!(store.ids(&stranger, &job.id).await.unwrap(), []);
    let page = store.list(&stranger, &job.id, 10, None).await.unwrap();
    assert_eq!(page.items, []);
}

async fn cursors_serve_their_own_list(
    jobs: &dyn JobStore,
    store: &dyn FindingStore,
    job: &Job,
    all: &[Finding],
) {
    let sibling = samples::job(&job.tenant);
    jobs.create(&sibling, &samples::created(&sibling))
        .await
        .unwrap();
    store
        .put_all(&sibling.tenant, &sibling.id, all)
        .await
        .unwrap();
    let page = store.list(&job.tenant, &job.id, 10, None).await.unwrap();
    let cursor = page.next.unwrap();
    let stranger = samples::tenant();
    for (tenant, id, cursor) in [
        (&job.tenant, &sibling.id, cursor.as_str()),
        (&stranger, &job.id, cursor.as_str()),
        (&job.tenant, &job.id, "AAAA"),
    ] {
        let refused = store.list(tenant, id, 10, Some(cursor)).await;
        let is_refused = matches!(refused, Err(PortError::InvalidCursor));
        assert!(is_refused, "{refused:?}");
    }
}

async fn a_huge_finding_is_condensed(store: &dyn FindingStore, job: &Job) {
    let mut huge = samples::finding(0);
    let place = samples::occurrence(&"é/".repeat(5_000));
    huge.author = "a".repeat(1_000_000);
    huge.occurrences = vec![place; 3_000];
    huge.occurrence_count = 3_000;
    huge.refs = (0..3_000).map(|n| format!("refs/heads/{n}")).collect();
    // 25 of them at once are more than a table takes in one request uncondensed.
    let many: Vec<Finding> = (0..25)
        .map(|number| Finding {
            id: samples::finding_id(number),
            ..huge.condensed()
        })
        .collect();
    let (tenant, id) = (&job.tenant, &job.id);
    store.put_all(tenant, id, &[huge.clone()]).await.unwrap();
    let kept = store.get(tenant, id, &huge.id).await.unwrap();
    assert_eq!(kept, huge.condensed());
    assert_eq!(kept.occurrences.len(), Finding::STORED_OCCURRENCES);
    assert_eq!(kept.occurrence_count, 3_000);
    store.put_all(tenant, id, &many).await.unwrap();
    assert_eq!(store.ids(tenant, id).await.unwrap().len(), FINDINGS);
}

async fn findings_go_with_their_job(
    jobs: &dyn JobStore,
    store: &dyn FindingStore,
    job: &Job,
    all: &[Finding],
) {
    let (tenant, id) = (&job.tenant, &job.id);
    jobs.delete(tenant, id).await.unwrap();
    assert_eq!(store.ids(tenant, id).await.unwrap(), []);
    let late = store.put_all(tenant, id, all).await;
    assert!(matches!(late, Err(PortError::NotFound)), "{late:?}");
    assert_eq!(store.ids(tenant, id).await.unwrap(), []);
    let left = jobs.list(tenant, None, 10, None).await.unwrap().items;
    assert_eq!(left.len(), 1, "the sibling stays");
    let of_sibling = store.ids(tenant, &left[0].id).await.unwrap();
    assert_eq!(of_sibling.len(), FINDINGS);
}
