//! What a worker is: one message in, one outcome out. The error *is* the retry policy.

use crate::{ErrorCode, Job, StageMessage, Watch, ports::PortError};

/// Why a worker stopped, and so what becomes of the message.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The message goes back to the queue.
    #[error("retry later")]
    Retry(#[from] PortError),
    /// The job fails with this reason; the message is done. The text is shown to the job's owner.
    #[error("{message}")]
    Fail {
        /// For a program.
        code: ErrorCode,
        /// For a person: never a secret, never a path of the machine.
        message: String,
    },
    /// The job ended meanwhile (cancelled, expired): the message is done, nothing is written.
    #[error("the job is no longer wanted")]
    Gone,
}

impl WorkError {
    /// The job fails.
    pub fn fail(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Fail {
            code,
            message: message.into(),
        }
    }
}

/// One stage of the pipeline. Must be safe to run twice, to be stopped midway, to come late.
pub trait Worker: Send + Sync + 'static {
    /// Shown in logs and metrics; equals the function's folder.
    const NAME: &'static str;

    /// Does the work of this stage for one job. `watch` says when the time is over.
    fn run(
        &self,
        message: &StageMessage,
        watch: std::sync::Arc<dyn Watch + Send + Sync>,
    ) -> impl Future<Output = Result<Option<Job>, WorkError>> + Send;
}

/// Work that a clock starts. Must be safe to run twice, to be stopped midway, to come late.
pub trait Sweep: Send + Sync + 'static {
    /// Shown in logs and metrics; equals the function's folder.
    const NAME: &'static str;

    /// Does one round; gives how many things it changed.
    fn run(&self, now: jiff::Timestamp) -> impl Future<Output = Result<u64, PortError>> + Send;
}
