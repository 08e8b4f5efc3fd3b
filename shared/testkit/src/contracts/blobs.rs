//! The contract of blob stores: bytes come back as they went in, lists and deletions are complete.

use std::path::Path;
use std::time::Duration;

use domain::ports::{BlobStore, PortError};
use domain::{JobId, keys};

/// More than one page of a list and one batch of a deletion.
const MANY: usize = 1_010;

/// Asserts every promise of [`BlobStore`]. `open` reads what a presigned URL gives.
pub async fn blob_store_contract(store: &dyn BlobStore, open: impl Fn(&str) -> Vec<u8>) {
    store.ping().await.unwrap();
    bytes_come_back_until_replaced(store).await;
    files_come_back(store).await;
    what_is_missing_is_not_found(store).await;
    a_prefix_is_exact(store).await;
    many_are_listed_and_deleted(store).await;
    a_presigned_url_opens_the_object(store, open).await;
}

async fn bytes_come_back_until_replaced(store: &dyn BlobStore) {
    let key = keys::report(&JobId::generate());
    for bytes in [b"first".to_vec(), Vec::new(), vec![0, 159, 146, 150, 255]] {
        let json = "application/json";
        store.put(&key, bytes.clone(), json).await.unwrap();
        assert_eq!(store.get(&key).await.unwrap(), bytes);
    }
}

/// Bytes that do not repeat in step with any buffer.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(byte).take(length).collect()
}

async fn files_come_back(store: &dyn BlobStore) {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    for length in [0, 1, 3_000_001] {
        let key = format!("{}pack", keys::source_prefix(&JobId::generate()));
        let bytes = noise(length);
        std::fs::write(&source, &bytes).unwrap();
        store.put_file(&key, &source).await.unwrap();
        std::fs::remove_file(&source).unwrap();
        store.get_file(&key, &target).await.unwrap();
        assert!(std::fs::read(&target).unwrap() == bytes, "{length} bytes");
        assert!(store.get(&key).await.unwrap() == bytes, "{length} bytes");
    }
}

async fn what_is_missing_is_not_found(store: &dyn BlobStore) {
    let key = keys::cleaned_zip(&JobId::generate());
    let missing = store.get(&key).await;
    assert!(matches!(missing, Err(PortError::NotFound)), "{missing:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let missing = store.get_file(&key, &file).await;
    assert!(matches!(missing, Err(PortError::NotFound)), "{missing:?}");
    assert!(!Path::new(&file).exists(), "nothing is left of a failure");
    assert_eq!(store.list(&key).await.unwrap(), Vec::<String>::new());
}

async fn a_prefix_is_exact(store: &dyn BlobStore) {
    let job = JobId::generate();
    let longer = JobId::new(format!("{job}0"));
    let stored = [keys::report(&job), keys::values(&job)];
    let others = [keys::report(&longer), keys::certificate(&job)];
    for key in stored.iter().chain(&others) {
        store.put(key, b"x".to_vec(), "text/plain").await.unwrap();
    }
    let prefix = keys::report_prefix(&job);
    assert_eq!(store.list(&prefix).await.unwrap(), stored);
    let begins_so = format!("{prefix}scan_");
    assert_eq!(store.list(&begins_so).await.unwrap(), stored[..1]);
    for _ in 0..2 {
        store.delete_prefix(&prefix).await.unwrap();
        assert_eq!(store.list(&prefix).await.unwrap(), Vec::<String>::new());
    }
    for key in &others {
        assert_eq!(store.get(key).await.unwrap(), b"x");
    }
}

async fn many_are_listed_and_deleted(store: &dyn BlobStore) {
    let prefix = keys::source_prefix(&JobId::generate());
    let names: Vec<String> = (0..MANY).map(|n| format!("{prefix}{n:05}")).collect();
    for name in &names {
        store.put(name, Vec::new(), "text/plain").await.unwrap();
    }
    assert_eq!(store.list(&prefix).await.unwrap(), names);
    store.delete_prefix(&prefix).await.unwrap();
    assert_eq!(store.list(&prefix).await.unwrap(), Vec::<String>::new());
}

async fn a_presigned_url_opens_the_object(store: &dyn BlobStore, open: impl Fn(&str) -> Vec<u8>) {
    let key = keys::cleaned_zip(&JobId::generate());
    let bytes = noise(10_000);
    store
        .put(&key, bytes.clone(), "application/zip")
        .await
        .unwrap();
    let hour = Duration::from_hours(1);
    let url = store.presign(&key, "cleaned_repo.zip", hour).await.unwrap();
    assert!(open(&url) == bytes);
}
