//! The program `deployguard` as a user runs it: real repositories made by stock git, the real binary,
//! its output, its exit codes, and what it leaves on the disk.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod after;
mod baseline;
mod baseline_peers;
mod baseline_survives;
mod browser;
mod certificate;
mod clean;
mod clean_archives;
mod clean_removal;
mod demo;
#[cfg(target_os = "linux")] // where the shell can bound a program's memory
mod extremes;
mod formats;
mod heal;
mod in_place;
mod interrupt;
mod network;
mod policy;
mod rules;
mod scan;
mod suppress;
mod usage;
mod verify;
mod workbench;
