//! `/api/v2/jobs`

mod cancel;
mod clean;
mod create;
mod download;
mod get;
mod list;
mod push;
mod report;

pub use cancel::CancelJob;
pub use clean::StartClean;
pub use create::CreateJob;
pub use download::DownloadClean;
pub use get::GetJob;
pub use list::ListJobs;
pub use push::StartPush;
pub use report::ReadReport;

use std::time::Duration;

/// How long a presigned URL works.
const LINK_VALID: Duration = Duration::from_hours(1);
