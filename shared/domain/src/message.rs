//! What goes through the queues: which job, which stage, and nothing that could leak.

use serde::{Deserialize, Serialize};

use crate::{CorrelationId, Job, JobId, TenantId};

/// A queue stage. Each has one queue, one function `stage-<name>` and one dead-letter queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// `pending` → `cloning` → `scanning`.
    Fetch,
    /// `scanning` → `scan_complete`.
    Scan,
    /// `scan_complete` → `awaiting_selection` (or `completed`).
    Report,
    /// `cleaning` → `uploading` → `clean_complete`.
    Clean,
    /// `pushing` → `completed`.
    Push,
}

impl Stage {
    /// Every stage, in pipeline order.
    pub const ALL: [Self; 5] = [
        Self::Fetch,
        Self::Scan,
        Self::Report,
        Self::Clean,
        Self::Push,
    ];

    /// The name used in queues, folders and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Scan => "scan",
            Self::Report => "report",
            Self::Clean => "clean",
            Self::Push => "push",
        }
    }
}

/// One message: everything else is read from the table when it is worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageMessage {
    /// For which stage.
    pub stage: Stage,
    /// Whose job.
    pub tenant: TenantId,
    /// Which job.
    pub job_id: JobId,
    /// Which request led to it.
    pub correlation_id: CorrelationId,
}

impl StageMessage {
    /// The message that makes `stage` work on `job`.
    pub fn new(stage: Stage, job: &Job) -> Self {
        Self {
            stage,
            tenant: job.tenant.clone(),
            job_id: job.id.clone(),
            correlation_id: job.correlation_id.clone(),
        }
    }
}
