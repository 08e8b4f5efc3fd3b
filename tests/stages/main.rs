//! The stages over the ports in memory and on disk, with a real Git server on loopback and stock git as judge.
//! One file per stage and sweep, and one for what holds of the whole pipeline.

// What a test unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

mod bench;
mod cancel;
mod cron_expire;
mod cron_storage;
mod late;
mod logs;
mod midway;
mod on_stage_dead;
mod pipeline;
mod policy;
mod snapshot;
mod stage_clean;
mod stage_fetch;
mod stage_push;
mod stage_report;
mod stage_scan;
mod trouble;
