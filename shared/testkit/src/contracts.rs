//! What every implementation of a port must do, as tests that run on any of them.
//!
//! Each contract panics at the first promise that is not kept. Contracts make up tenants of their own, so
//! several may run on one table at once; the sweep alone wants a table that no other sweep uses.

// A contract is a test: what it unwraps is what it asserts.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod blobs;
mod credentials;
pub mod emulator;
mod findings;
mod idempotency;
mod jobs;
mod listing;
mod marks;
mod policies;
mod queue;
pub mod samples;
mod secrets;
mod selections;
mod sweeping;

pub use blobs::blob_store_contract;
pub use credentials::credential_broker_contract;
pub use findings::finding_store_contract;
pub use idempotency::idempotency_store_contract;
pub use jobs::job_store_contract;
pub use marks::mark_store_contract;
pub use policies::policy_store_contract;
pub use queue::stage_queue_contract;
pub use secrets::secret_store_contract;

use domain::ports::{Page, PortError};

/// Reads a list to its end. No page is empty but an empty list's only one, none is longer than
/// asked for, and only the last is shorter.
async fn read_all<T, F>(limit: usize, read: impl Fn(Option<String>) -> F) -> Vec<T>
where
    F: Future<Output = Result<Page<T>, PortError>>,
{
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = read(cursor.clone()).await.unwrap();
        match &page.next {
            Some(next) => {
                assert_eq!(page.items.len(), limit, "a page before the last is full");
                assert_ne!(Some(next), cursor.as_ref(), "a cursor moves on");
            }
            None => assert!(page.items.len() <= limit, "a page is never too long"),
        }
        assert!(
            cursor.is_none() || !page.items.is_empty(),
            "a cursor leads to something"
        );
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}
