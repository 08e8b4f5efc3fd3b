//! Every change of state, written once, in the same transaction as the state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CorrelationId, ErrorCode, JobId, JobStatus, TenantId};

/// What happened. No variant has room for a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// A job was accepted.
    JobCreated,
    /// A job moved.
    JobStatusChanged {
        /// The state it left.
        from: JobStatus,
        /// The state it entered.
        to: JobStatus,
    },
    /// A scan ended.
    ScanCompleted {
        /// Distinct secrets found.
        secrets_found: u64,
    },
    /// Findings were chosen.
    SecretsSelected {
        /// How many are chosen now.
        selected: u64,
        /// How many are marked as false positives now.
        false_positives: u64,
    },
    /// A job ended by an error.
    JobFailed {
        /// Which.
        code: ErrorCode,
        /// The same for a person.
        message: String,
    },
    /// A job's time was over.
    JobExpired,
}

/// One thing that happened to one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Unique, sorts by time: a UUID version 7.
    pub id: String,
    /// Whose job.
    pub tenant: TenantId,
    /// Which job.
    pub job_id: JobId,
    /// Which request led to it.
    pub correlation_id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// A new event with an id of its own.
    pub fn new(
        tenant: TenantId,
        job_id: JobId,
        correlation_id: CorrelationId,
        kind: EventKind,
        at: Timestamp,
    ) -> Self {
        let id = uuid::Uuid::now_v7().to_string();
        Self {
            id,
            tenant,
            job_id,
            correlation_id,
            at,
            kind,
        }
    }
}
