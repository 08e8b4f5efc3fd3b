//! `/api/v2/health`

mod live;
mod ready;

pub use live::HealthLive;
pub use ready::HealthReady;
