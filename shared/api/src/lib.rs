//! The HTTP side: who calls, what they may do, what they get back. One file per endpoint; knows neither
//! Lambda nor AWS nor an engine.
//!
//! An [`Endpoint`] is a struct whose fields are everything that it may touch. [`ROUTES`] says for each the path, the
//! lowest role and the answers; `edge` holds callers to it, the OpenAPI document is checked against it.

mod answer;
mod credential;
mod error;
mod events;
mod fields;
mod health;
mod idempotency;
mod jobs;
mod openapi;
mod paging;
mod policies;
mod policy;
mod request;
mod routes;
mod secrets;
mod start;
mod stats;
mod stored;
mod view;

pub use answer::Reply;
pub use error::{ApiError, Fault, Thing};
pub use events::ListEvents;
pub use health::{HealthLive, HealthReady};
pub use jobs::{
    CancelJob, CreateJob, DownloadClean, GetJob, ListJobs, ReadReport, StartClean, StartPush,
};
pub use openapi::openapi;
pub use policies::{ActivatePolicy, CreatePolicy, GetPolicy, ListPolicies};
pub use request::{Caller, Request, Role};
pub use routes::{Access, ROUTES, Route};
pub use secrets::{ListSecrets, SelectSecrets, UpdateSecret};
pub use stats::ReadStats;

/// One route. Its fields are everything that it may touch.
pub trait Endpoint: Send + Sync + 'static {
    /// Shown in logs and metrics; equals the function's folder.
    const NAME: &'static str;

    /// Answers one request. The edge has checked that the caller may ask ([`Route::access`]).
    fn call(&self, request: &Request) -> impl Future<Output = Result<Reply, ApiError>> + Send;
}
