//! The pipeline's use-cases: one file per stage, one struct per stage whose fields are everything it may touch.
//!
//! A stage is safe to run twice, to be stopped midway and to come late: the runner decides by the stored job alone, every
//! write is conditional, and what is written elsewhere is either the same on each run or named by the attempt that wrote it.

mod archive;
mod clean;
mod clock;
mod dead;
mod error;
mod expire;
mod fetch;
mod oversight;
mod plan;
mod push;
mod report;
mod runner;
mod scan;
mod source;
mod storage;
mod turn;
mod values;

pub use clean::CleanStage;
pub use clock::SystemClock;
pub use dead::StageDead;
pub use expire::Expire;
pub use fetch::FetchStage;
pub use push::PushStage;
pub use report::ReportStage;
pub use scan::ScanStage;
pub use storage::StorageSweep;
pub use turn::LOOK_EVERY;
