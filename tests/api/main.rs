//! Every endpoint over the ports in memory and on disk: what it answers when all is well, and each way in which it
//! refuses. One file per function, and one each for what holds of all of them.

// What a test unwraps is what it asserts.
#![allow(clippy::unwrap_used)]

mod api_events_list;
mod api_health_live;
mod api_health_ready;
mod api_jobs_cancel;
mod api_jobs_clean;
mod api_jobs_create;
mod api_jobs_download;
mod api_jobs_get;
mod api_jobs_list;
mod api_jobs_push;
mod api_jobs_report;
mod api_policies_activate;
mod api_policies_create;
mod api_policies_get;
mod api_policies_list;
mod api_secrets_list;
mod api_secrets_select;
mod api_secrets_update;
mod api_stats_get;
mod auth_token;
mod bench;
mod http;
mod idempotency;
mod policies;
mod shape;
mod trouble;
mod unavailable;
