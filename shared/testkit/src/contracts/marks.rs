//! The contract of mark stores: by workspace and finding, as often as one likes, however many there are.

use std::collections::BTreeSet;

use domain::ports::MarkStore;
use domain::{FindingId, Marks, TenantId};

use super::samples;

/// More than fits into one batch of a table.
const MANY: usize = 60;

/// What every store of marks must do.
pub async fn mark_store_contract(store: &dyn MarkStore) {
    let (tenant, other) = (samples::tenant(), samples::tenant());
    assert_eq!(store.marks(&tenant).await.unwrap(), Marks::new());

    let reason = |number: usize| {
        number
            .is_multiple_of(2)
            .then(|| "a test value — »ünïcode«".to_owned())
    };
    let mut all: Marks = (0..MANY)
        .map(|number| (samples::finding_id(number), reason(number)))
        .collect();
    for _ in 0..2 {
        store.mark(&tenant, &all).await.unwrap();
        assert_eq!(store.marks(&tenant).await.unwrap(), all);
    }
    assert_eq!(
        store.marks(&other).await.unwrap(),
        Marks::new(),
        "marks are their workspace's own"
    );
    // The last word counts, also when it is no reason.
    for (number, reason) in [(0, None), (1, Some("now with a reason".to_owned()))] {
        let again = Marks::from([(samples::finding_id(number), reason)]);
        store.mark(&tenant, &again).await.unwrap();
        all.extend(again);
    }
    assert_eq!(store.marks(&tenant).await.unwrap(), all);

    store.mark(&other, &all).await.unwrap();
    let gone: BTreeSet<FindingId> = (2..MANY + 3).map(samples::finding_id).collect();
    for _ in 0..2 {
        store.unmark(&tenant, &gone).await.unwrap();
        let left = store.marks(&tenant).await.unwrap();
        let wanted = [0, 1].map(samples::finding_id);
        assert!(left.keys().eq(&wanted), "{left:?}");
    }
    assert_eq!(store.marks(&other).await.unwrap(), all);
    nothing_is_nothing(store, &other, &all).await;
}

async fn nothing_is_nothing(store: &dyn MarkStore, tenant: &TenantId, all: &Marks) {
    store.mark(tenant, &Marks::new()).await.unwrap();
    store.unmark(tenant, &BTreeSet::new()).await.unwrap();
    assert_eq!(store.marks(tenant).await.unwrap(), *all);
}
