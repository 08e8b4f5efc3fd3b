//! The contract of lists of jobs and events: order, pages, filters, cursors.

use domain::ports::{JobStore, PortError};
use domain::{Job, JobStatus, TenantId};

use super::{read_all, samples};

/// More than a batch and more than a page.
const JOBS: usize = 65;

pub(super) async fn contract(store: &dyn JobStore) {
    let tenant = samples::tenant();
    let jobs = make(store, &tenant).await;
    newest_first_in_pages(store, &tenant, &jobs).await;
    a_filter_leaves_no_page_short(store, &tenant, &jobs).await;
    cursors_serve_their_own_list(store, &tenant, &jobs).await;
    events_are_oldest_first_in_pages(store, &jobs[0]).await;
    a_cursor_outlives_its_item(store, &tenant, &jobs).await;
}

/// Jobs, the newest first; every ninth has failed, the two oldest are completed.
async fn make(store: &dyn JobStore, tenant: &TenantId) -> Vec<Job> {
    let mut jobs = Vec::new();
    for number in 0..JOBS {
        let mut job = samples::job(tenant);
        job.status = match number {
            0 | 1 => JobStatus::Completed,
            number if number % 9 == 0 => JobStatus::Failed,
            _ => JobStatus::Scanning,
        };
        store.create(&job, &samples::created(&job)).await.unwrap();
        jobs.insert(0, job);
    }
    jobs
}

async fn newest_first_in_pages(store: &dyn JobStore, tenant: &TenantId, jobs: &[Job]) {
    for limit in [1, 7, JOBS - 1, JOBS, 100] {
        let read =
            async |cursor: Option<String>| store.list(tenant, None, limit, cursor.as_deref()).await;
        assert_eq!(read_all(limit, read).await, jobs, "in pages of {limit}");
    }
    let nobody = store
        .list(&samples::tenant(), None, 10, None)
        .await
        .unwrap();
    assert!(nobody.items.is_empty() && nobody.next.is_none());
}

async fn a_filter_leaves_no_page_short(store: &dyn JobStore, tenant: &TenantId, jobs: &[Job]) {
    for status in [JobStatus::Completed, JobStatus::Failed, JobStatus::Scanning] {
        let wanted = jobs.iter().filter(|job| job.status == status);
        let wanted: Vec<Job> = wanted.cloned().collect();
        for limit in [1, 2, 3, 50] {
            let read = async |cursor: Option<String>| {
                store
                    .list(tenant, Some(status), limit, cursor.as_deref())
                    .await
            };
            assert_eq!(read_all(limit, read).await, wanted, "{status} by {limit}");
        }
    }
    let none = store
        .list(tenant, Some(JobStatus::Pushing), 5, None)
        .await
        .unwrap();
    assert!(none.items.is_empty() && none.next.is_none());
}

async fn cursors_serve_their_own_list(store: &dyn JobStore, tenant: &TenantId, jobs: &[Job]) {
    let page = store.list(tenant, None, 3, None).await.unwrap();
    let own = page.next.unwrap();
    let mut job = jobs[1].clone();
    let events = samples::events(&job);
    store.save(&mut job, &events, None).await.unwrap();
    let page = store.events(tenant, &job.id, 2, None).await.unwrap();
    let of_events = page.next.unwrap();
    let stranger = samples::tenant();
    for (owner, cursor) in [
        (&stranger, own.as_str()),
        (tenant, of_events.as_str()),
        (tenant, ""),
        (tenant, "zzzz"),
        (tenant, "not a cursor, ümlaut"),
        (tenant, &own[1..]),
    ] {
        let refused = store.list(owner, None, 3, Some(cursor)).await;
        let is_refused = matches!(refused, Err(PortError::InvalidCursor));
        assert!(is_refused, "{cursor:?} gave {refused:?}");
    }
    for (owner, id, cursor) in [
        (tenant, &jobs[2].id, &of_events),
        (&stranger, &job.id, &of_events),
        (tenant, &job.id, &own),
    ] {
        let refused = store.events(owner, id, 3, Some(cursor)).await;
        let is_refused = matches!(refused, Err(PortError::InvalidCursor));
        assert!(is_refused, "{cursor:?} gave {refused:?}");
    }
}

async fn events_are_oldest_first_in_pages(store: &dyn JobStore, job: &Job) {
    let mut job = job.clone();
    let mut expected = super::jobs::events_of(store, &job).await;
    for _ in 0..2 {
        // As many as one write may have.
        let events: Vec<_> = (0..90).map(|_| samples::created(&job)).collect();
        store.save(&mut job, &events, None).await.unwrap();
        expected.extend(events);
    }
    let (tenant, id) = (&job.tenant, &job.id);
    for limit in [50, 181, 500] {
        let read =
            async |cursor: Option<String>| store.events(tenant, id, limit, cursor.as_deref()).await;
        assert_eq!(read_all(limit, read).await, expected, "in pages of {limit}");
    }
    let events: Vec<_> = (0..91).map(|_| samples::created(&job)).collect();
    let too_many = store.save(&mut job, &events, None).await;
    assert!(matches!(too_many, Err(PortError::Denied)), "{too_many:?}");
}

async fn a_cursor_outlives_its_item(store: &dyn JobStore, tenant: &TenantId, jobs: &[Job]) {
    let page = store.list(tenant, None, 4, None).await.unwrap();
    store.delete(tenant, &jobs[3].id).await.unwrap();
    let page = store
        .list(tenant, None, 2, page.next.as_deref())
        .await
        .unwrap();
    assert_eq!(page.items, jobs[4..6]);
}
