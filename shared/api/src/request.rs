//! A request as an endpoint sees it: who calls, and what was sent, already taken apart.

use std::collections::BTreeMap;

use domain::{CorrelationId, JobId, TenantId};
use jiff::Timestamp;

use crate::{ApiError, Thing};

/// What a member of a workspace may do. Each may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look.
    Readonly,
    /// Start, choose, clean, push, cancel.
    User,
    /// Everything.
    Admin,
}

impl Role {
    /// The role of that name, as the authorizer writes it.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Readonly, Self::User, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == name)
    }

    /// The role's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Readonly => "readonly",
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// Who is calling, as the authorizer established it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The workspace that all data access is confined to.
    pub tenant: TenantId,
    /// The person or program.
    pub actor: String,
    /// What they may do.
    pub role: Role,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who calls; on public routes, nobody.
    pub caller: Option<Caller>,
    /// What ties it to the logs and messages that follow.
    pub correlation_id: CorrelationId,
    /// When it came.
    pub now: Timestamp,
    /// Method and path, for the fingerprint of idempotent requests.
    pub target: String,
    /// The values in the path, by name.
    pub path: BTreeMap<String, String>,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// `Idempotency-Key`, if one was sent.
    pub idempotency_key: Option<String>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// The caller's workspace.
    pub(crate) fn tenant(&self) -> Result<&TenantId, ApiError> {
        self.caller().map(|caller| &caller.tenant)
    }

    /// Who calls.
    pub(crate) fn caller(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or(ApiError::Unauthenticated)
    }

    /// The job that the path names. What cannot be a job's id is no job.
    pub(crate) fn job_id(&self) -> Result<JobId, ApiError> {
        let id = self
            .path
            .get("id")
            .filter(|id| JobId::is_well_formed(id))
            .ok_or(ApiError::NotFound(Thing::Job))?;
        Ok(JobId::new(id.clone()))
    }
}
