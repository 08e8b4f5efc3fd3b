//! The contract of policy stores: documents stay as they were, the catalog has one writer at a time, tenants are apart.

use domain::ports::{PolicyStore, PortError};
use domain::{Deed, PolicyCatalog, PolicyEntry, PolicyVersion, ScanPolicy, TenantId};
use jiff::Timestamp;

use super::samples;

/// What every store of policies must do.
pub async fn policy_store_contract(store: &dyn PolicyStore) {
    what_is_stored_is_read(store).await;
    of_two_writers_one_wins(store).await;
    a_loser_leaves_nothing_behind(store).await;
    what_is_dropped_is_gone(store).await;
    tenants_are_apart(store).await;
}

/// A policy that differs from those of other numbers, as large as the API takes it.
fn policy(number: usize) -> ScanPolicy {
    ScanPolicy {
        rules: Some(format!(
            "# »ünïcode« {number}\nrules: []\n{}",
            "#".repeat(100_000)
        )),
        ..samples::policy()
    }
}

fn deed() -> Deed {
    Deed {
        at: Timestamp::now(),
        by: "Zoë".to_owned(),
    }
}

/// Enters the policy into the catalog as it is; does not save.
fn enter(catalog: &mut PolicyCatalog, policy: &ScanPolicy) -> PolicyVersion {
    let entry = PolicyEntry {
        version: policy.version(),
        created: deed(),
    };
    assert_eq!(catalog.add(entry), None);
    policy.version()
}

/// Stores policies one after the other; gives the catalog as it is then.
async fn stored(store: &dyn PolicyStore, tenant: &TenantId, numbers: &[usize]) -> PolicyCatalog {
    let mut catalog = store.catalog(tenant).await.unwrap();
    for number in numbers {
        let policy = policy(*number);
        enter(&mut catalog, &policy);
        let saved = store.save(tenant, &mut catalog, Some(&policy), None);
        saved.await.unwrap();
    }
    catalog
}

async fn what_is_stored_is_read(store: &dyn PolicyStore) {
    let tenant = samples::tenant();
    let empty = store.catalog(&tenant).await.unwrap();
    assert_eq!(empty, PolicyCatalog::default());
    let mut catalog = stored(store, &tenant, &[1, 2, 3]).await;
    assert_eq!((catalog.revision, catalog.entries().len()), (3, 3));
    assert_eq!(store.catalog(&tenant).await.unwrap(), catalog);
    for number in 1..4 {
        let policy = policy(number);
        let read = store.policy(&tenant, &policy.version()).await;
        assert_eq!(read.unwrap(), policy);
    }
    for version in [Some(policy(1).version()), Some(policy(3).version()), None] {
        assert!(catalog.activate(version.clone(), deed()));
        store.save(&tenant, &mut catalog, None, None).await.unwrap();
        let read = store.catalog(&tenant).await.unwrap();
        assert_eq!((read.active(), &read), (version.as_ref(), &catalog));
    }
}

async fn of_two_writers_one_wins(store: &dyn PolicyStore) {
    let tenant = samples::tenant();
    let entries = [enter, enter].map(|enter| {
        let mut catalog = PolicyCatalog::default();
        enter(&mut catalog, &policy(0));
        catalog
    });
    let document = policy(0);
    // The first write of all, and later ones.
    let [mut one, mut two] = entries;
    for round in 0..6 {
        let saved = tokio::join!(
            store.save(&tenant, &mut one, Some(&document), None),
            store.save(&tenant, &mut two, Some(&document), None),
        );
        let won = [saved.0, saved.1].map(|saved| match saved {
            Ok(()) => true,
            Err(PortError::Conflict) => false,
            Err(error) => panic!("{error:?}"),
        });
        assert_ne!(won[0], won[1], "one wins");
        let winner = if won[0] { &one } else { &two };
        let kept = store.catalog(&tenant).await.unwrap();
        assert_eq!((kept.revision, &kept), (round + 1, winner));
        (one, two) = (kept.clone(), kept);
        for catalog in [&mut one, &mut two] {
            let version = (round % 2 == 0).then(|| policy(0).version());
            catalog.activate(version, deed());
        }
    }
}

async fn a_loser_leaves_nothing_behind(store: &dyn PolicyStore) {
    let tenant = samples::tenant();
    let catalog = stored(store, &tenant, &[1]).await;
    let mut late = PolicyCatalog::default();
    let (document, dropped) = (policy(2), policy(1).version());
    let added = enter(&mut late, &document);
    let saved = store.save(&tenant, &mut late, Some(&document), Some(&dropped));
    let saved = saved.await;
    assert!(matches!(saved, Err(PortError::Conflict)), "{saved:?}");
    assert_eq!(late.revision, 0);
    assert_eq!(store.catalog(&tenant).await.unwrap(), catalog);
    is_absent(store, &tenant, &added).await;
    let kept = store.policy(&tenant, &dropped).await;
    assert_eq!(kept.unwrap(), policy(1));
}

async fn what_is_dropped_is_gone(store: &dyn PolicyStore) {
    let tenant = samples::tenant();
    let mut catalog = stored(store, &tenant, &[1, 2]).await;
    let (document, dropped) = (policy(3), policy(1).version());
    enter(&mut catalog, &document);
    let saved = store.save(&tenant, &mut catalog, Some(&document), Some(&dropped));
    saved.await.unwrap();
    is_absent(store, &tenant, &dropped).await;
    for number in [2, 3] {
        let read = store.policy(&tenant, &policy(number).version()).await;
        assert_eq!(read.unwrap(), policy(number));
    }
}

async fn tenants_are_apart(store: &dyn PolicyStore) {
    let (mine, theirs) = (samples::tenant(), samples::tenant());
    let catalog = stored(store, &mine, &[1]).await;
    let version = policy(1).version();
    assert_eq!(
        store.catalog(&theirs).await.unwrap(),
        PolicyCatalog::default()
    );
    is_absent(store, &theirs, &version).await;
    let mut empty = stored(store, &theirs, &[1]).await;
    let dropping = store.save(&theirs, &mut empty, None, Some(&version));
    dropping.await.unwrap();
    is_absent(store, &theirs, &version).await;
    assert_eq!(store.catalog(&mine).await.unwrap(), catalog);
    assert_eq!(store.policy(&mine, &version).await.unwrap(), policy(1));
}

async fn is_absent(store: &dyn PolicyStore, tenant: &TenantId, version: &PolicyVersion) {
    let read = store.policy(tenant, version).await;
    assert!(matches!(read, Err(PortError::NotFound)), "{read:?}");
}
