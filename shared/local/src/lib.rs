//! Every port in memory or on this machine's disk: a second real implementation, for the
//! command line and the tests. It keeps the same promises as AWS's, by the same contract tests.

mod blobs;
mod clock;
mod credentials;
mod cursor;
mod findings;
mod idempotency;
mod jobs;
mod marks;
mod policies;
mod queue;
mod secrets;

pub use blobs::DirectoryBlobs;
pub use clock::{SystemClock, TestClock};
pub use credentials::MemoryCredentials;
pub use findings::MemoryFindings;
pub use idempotency::MemoryIdempotency;
pub use jobs::MemoryJobs;
pub use marks::MemoryMarks;
pub use policies::MemoryPolicies;
pub use queue::MemoryQueue;
pub use secrets::MemorySecrets;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. A panic elsewhere leaves the state as it was: every change here is one statement.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
