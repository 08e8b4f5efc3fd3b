//! What providers are asked, and what is made of their answers, against a server on loopback that plays them.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod aws;
mod definitions;
mod guard;
mod play;
mod providers;
