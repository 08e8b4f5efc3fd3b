//! The words every other crate speaks: jobs and their states, findings, coverage, verdicts,
//! events, messages, and the ports through which they are kept. Pure data and rules:
//! no I/O, no cloud, no clock, no environment.

pub mod catalog;
pub mod coverage;
mod digits;
pub mod error_code;
pub mod event;
pub mod finding;
pub mod identity;
pub mod ids;
pub mod job;
pub mod keys;
pub mod message;
pub mod policy;
pub mod ports;
pub mod remote;
pub mod secret;
pub mod selection;
pub mod status;
pub mod verdict;
pub mod watch;
pub mod work;

pub use catalog::{Deed, PolicyCatalog, PolicyEntry};
pub use coverage::{Coverage, Failure, Missing, Skip, Tally};
pub use digits::hex;
pub use error_code::ErrorCode;
pub use event::{Event, EventKind};
pub use finding::{Carrier, Encoding, Finding, Occurrence, SecretType, Severity};
pub use identity::WorkspaceKey;
pub use ids::{CorrelationId, CredentialId, FindingId, JobId, PolicyVersion, TenantId};
pub use job::{Job, JobKind, Platform, Source, Target};
pub use message::{Stage, StageMessage};
pub use policy::{PolicyCheck, PolicyFault, ScanPolicy};
pub use remote::{RemoteError, RemoteUrl};
pub use secret::{GitCredential, Secret};
pub use selection::{Marks, Selection};
pub use status::{JobStatus, TransitionError};
pub use verdict::{FullyScanned, Verdict};
pub use watch::{Stop, Unwatched, Watch};
pub use work::{Sweep, WorkError, Worker};
