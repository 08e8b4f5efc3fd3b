//! The contract of idempotency stores: one request wins, its answer is repeated, for a day.

use domain::TenantId;
use domain::ports::{IdempotencyStore, PortError, Replay};
use jiff::{SignedDuration, Timestamp};

use super::samples;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Asserts every promise of [`IdempotencyStore`].
pub async fn idempotency_store_contract(store: &dyn IdempotencyStore) {
    let now = Timestamp::now();
    a_request_runs_once(store, now).await;
    an_answer_is_repeated_for_a_day(store, now).await;
    a_failure_gives_the_key_back(store, now).await;
    a_dead_request_blocks_for_a_minute_only(store, now).await;
    tenants_are_apart(store, now).await;
}

async fn begin(
    store: &dyn IdempotencyStore,
    tenant: &TenantId,
    print: &str,
    at: Timestamp,
) -> Replay {
    store.begin(tenant, "key-1", print, at).await.unwrap()
}

async fn a_request_runs_once(store: &dyn IdempotencyStore, now: Timestamp) {
    let tenant = samples::tenant();
    assert_eq!(begin(store, &tenant, "a", now).await, Replay::New);
    assert_eq!(begin(store, &tenant, "a", now).await, Replay::Running);
    assert_eq!(begin(store, &tenant, "b", now).await, Replay::Mismatch);
    let other = store.begin(&tenant, "key-2", "b", now).await.unwrap();
    assert_eq!(other, Replay::New);
    let begin = || store.begin(&tenant, "key-3", "c", now);
    let answers = tokio::join!(begin(), begin(), begin(), begin());
    let answers: [_; 4] = answers.into();
    let new = answers
        .iter()
        .filter(|answer| matches!(answer, Ok(Replay::New)));
    assert_eq!(new.count(), 1, "of many at once one is new: {answers:?}");
}

async fn an_answer_is_repeated_for_a_day(store: &dyn IdempotencyStore, now: Timestamp) {
    for location in [None, Some("/api/v2/jobs/1")] {
        let tenant = samples::tenant();
        assert_eq!(begin(store, &tenant, "a", now).await, Replay::New);
        let body = r#"{"id":"é"}"#;
        let finished = store.finish(&tenant, "key-1", 201, location, body).await;
        finished.unwrap();
        let done = Replay::Done {
            status: 201,
            location: location.map(str::to_owned),
            body: body.to_owned(),
        };
        let last = now + Replay::REMEMBERED - SECOND;
        for at in [now, now + Replay::LEASE + SECOND, last] {
            assert_eq!(begin(store, &tenant, "a", at).await, done);
            assert_eq!(begin(store, &tenant, "b", at).await, Replay::Mismatch);
        }
        store.release(&tenant, "key-1").await.unwrap();
        assert_eq!(
            begin(store, &tenant, "a", last).await,
            done,
            "an answer stays"
        );
        let after = now + Replay::REMEMBERED + SECOND;
        assert_eq!(begin(store, &tenant, "b", after).await, Replay::New);
    }
}

async fn a_failure_gives_the_key_back(store: &dyn IdempotencyStore, now: Timestamp) {
    let tenant = samples::tenant();
    assert_eq!(begin(store, &tenant, "a", now).await, Replay::New);
    store.release(&tenant, "key-1").await.unwrap();
    store.release(&tenant, "key-1").await.unwrap();
    let late = store.finish(&tenant, "key-1", 201, None, "{}").await;
    assert!(matches!(late, Err(PortError::NotFound)), "{late:?}");
    assert_eq!(begin(store, &tenant, "b", now).await, Replay::New);
}

async fn a_dead_request_blocks_for_a_minute_only(store: &dyn IdempotencyStore, now: Timestamp) {
    let tenant = samples::tenant();
    assert_eq!(begin(store, &tenant, "a", now).await, Replay::New);
    let still = now + Replay::LEASE - SECOND;
    assert_eq!(begin(store, &tenant, "a", still).await, Replay::Running);
    let void = now + Replay::LEASE + SECOND;
    assert_eq!(begin(store, &tenant, "a", void).await, Replay::New);
    assert_eq!(begin(store, &tenant, "a", void).await, Replay::Running);
}

async fn tenants_are_apart(store: &dyn IdempotencyStore, now: Timestamp) {
    let (mine, theirs) = (samples::tenant(), samples::tenant());
    assert_eq!(begin(store, &mine, "a", now).await, Replay::New);
    assert_eq!(begin(store, &theirs, "b", now).await, Replay::New);
    store.release(&theirs, "key-1").await.unwrap();
    assert_eq!(begin(store, &mine, "a", now).await, Replay::Running);
}
