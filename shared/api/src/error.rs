//! The one place where an error becomes an HTTP answer: an RFC 9457 problem with a stable code.

use domain::ports::PortError;
use domain::{CorrelationId, JobStatus};
use http::StatusCode;
use serde_json::json;

use crate::Reply;

/// One thing that is wrong with what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, query parameter or header.
    pub field: String,
    /// What is wrong. Never repeats the value: it may be a secret sent by mistake.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(
        field: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A job.
    Job,
    /// A finding of a job that is the caller's.
    Secret,
    /// A version of a policy.
    Policy,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Job => "job",
            Self::Secret => "secret in this job",
            Self::Policy => "version of a policy",
        })
    }
}

/// What can go wrong in an endpoint, in the caller's terms.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody known is calling.
    #[error("the request is not authenticated")]
    Unauthenticated,
    /// The caller's role does not allow it.
    #[error("your role does not allow this; ask an administrator of the workspace")]
    Forbidden,
    /// Absent, or another tenant's: the caller cannot tell which.
    #[error("there is no such {0}")]
    NotFound(Thing),
    /// The body is no JSON object.
    #[error("the body is not a JSON object")]
    NotJson,
    /// The body or a parameter is not acceptable.
    #[error("the request is not valid")]
    Invalid(Vec<Fault>),
    /// The job is in a state in which this cannot be done.
    #[error("the job is {found}; this needs it to be {needed}")]
    WrongState {
        /// Where it stands.
        found: JobStatus,
        /// Where it would have to stand.
        needed: &'static str,
    },
    /// Nothing is selected for cleaning.
    #[error("no secret is selected; select at least one with POST /jobs/{{id}}/secrets/select")]
    NothingSelected,
    /// Somebody else changed the same thing at the same time.
    #[error("somebody else changed this at the same time; read it again and retry")]
    ChangedMeanwhile,
    /// The same key came with another request.
    #[error("this Idempotency-Key was used for another request; take a new key")]
    KeyReused,
    /// The first request with the key is still running.
    #[error("the first request with this Idempotency-Key is still running; retry in a moment")]
    StillRunning,
    /// A part that the work needs cannot be reached.
    #[error("the service cannot take this now; retry in a moment")]
    Unavailable(#[source] PortError),
    /// A fault of ours.
    #[error("the service made a mistake; it has been logged")]
    Internal(#[source] PortError),
}

impl ApiError {
    /// Status and code.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "AUTH_REQUIRED"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "INSUFFICIENT_PERMISSIONS"),
            Self::NotFound(Thing::Job) => (StatusCode::NOT_FOUND, "JOB_NOT_FOUND"),
            Self::NotFound(Thing::Secret) => (StatusCode::NOT_FOUND, "SECRET_NOT_FOUND"),
            Self::NotFound(Thing::Policy) => (StatusCode::NOT_FOUND, "POLICY_NOT_FOUND"),
            Self::NotJson => (StatusCode::BAD_REQUEST, "INVALID_BODY"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_REQUEST"),
            Self::WrongState { .. } => (StatusCode::CONFLICT, "INVALID_JOB_STATE"),
            Self::NothingSelected => (StatusCode::UNPROCESSABLE_ENTITY, "NO_SECRETS_SELECTED"),
            Self::ChangedMeanwhile => (StatusCode::CONFLICT, "CONCURRENT_MODIFICATION"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED"),
            Self::StillRunning => (StatusCode::CONFLICT, "IDEMPOTENCY_KEY_IN_USE"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        }
    }

    /// Whether a retry of the same request may succeed: then its idempotency key is given back.
    pub(crate) fn may_pass(&self) -> bool {
        self.kind().0.is_server_error() || matches!(self, Self::ChangedMeanwhile)
    }

    /// After how many seconds it makes sense to ask again.
    fn retry_after(&self) -> Option<u32> {
        if matches!(self, Self::Unavailable(_)) {
            return Some(5);
        }
        matches!(self, Self::StillRunning | Self::ChangedMeanwhile).then_some(1)
    }

    /// The answer for this error. Its `instance` names the request, not the path: the same absence of two things
    /// reads the same.
    pub fn to_reply(&self, correlation_id: &CorrelationId) -> Reply {
        let (status, code) = self.kind();
        let mut problem = json!({
            "type": format!("urn:deployguard:problem:{}", code.to_lowercase().replace('_', "-")),
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "instance": format!("urn:deployguard:request:{correlation_id}"),
            "code": code,
            "correlation_id": correlation_id,
        });
        if let Self::Invalid(faults) = self {
            let list = faults
                .iter()
                .map(|fault| json!({ "field": fault.field, "message": fault.message, "remedy": fault.remedy }));
            problem["errors"] = list.collect();
        }
        Reply {
            retry_after: self.retry_after(),
            content_type: "application/problem+json",
            ..Reply::json(status, problem)
        }
    }
}

impl From<PortError> for ApiError {
    fn from(error: PortError) -> Self {
        match error {
            PortError::NotFound => Self::NotFound(Thing::Job),
            PortError::Conflict => Self::ChangedMeanwhile,
            PortError::InvalidCursor => Self::Invalid(vec![Fault::new(
                "cursor",
                "is not a cursor of this list",
                "send the `next_cursor` of the page before as it is, or none for the first page",
            )]),
            PortError::Denied => Self::Internal(error),
            PortError::Unavailable(_) => Self::Unavailable(error),
        }
    }
}
