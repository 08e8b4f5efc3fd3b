//! The contract of selections: kept with the job's write, whatever their size.

use std::collections::BTreeSet;

use domain::ports::JobStore;
use domain::{FindingId, Selection};

use super::samples;

/// More than fits into one item of a table.
const MANY: usize = 25_000;

pub(super) async fn contract(store: &dyn JobStore) {
    let mut job = samples::job(&samples::tenant());
    store.create(&job, &samples::created(&job)).await.unwrap();
    let none = store.selection(&job.tenant, &job.id).await.unwrap();
    assert_eq!(none, Selection::default());

    let ids: BTreeSet<FindingId> = (0..MANY).map(samples::finding_id).collect();
    let mut large = Selection::default();
    large.replace(ids, [samples::finding_id(1)]);
    let reason = Some("naïve test data — »ünïcode«".to_owned());
    large.set_false_positive(&samples::finding_id(2), true, reason);
    let mut small = Selection::default();
    small.replace([samples::finding_id(3)].into(), []);

    for selection in [&large, &small, &large] {
        let events = samples::events(&job);
        store
            .save(&mut job, &events, Some(selection))
            .await
            .unwrap();
        let kept = store.selection(&job.tenant, &job.id).await.unwrap();
        assert_eq!(kept, *selection);
    }
    store.save(&mut job, &[], None).await.unwrap();
    let kept = store.selection(&job.tenant, &job.id).await.unwrap();
    assert_eq!(kept, large, "a write without a selection leaves it");
    let foreign = store.selection(&samples::tenant(), &job.id).await.unwrap();
    assert_eq!(foreign, Selection::default());
}
