//! The made-up repository of the demo, written with the program's own engine: no `git` is needed.

pub(crate) mod history;
pub(crate) mod host;
pub(crate) mod planted;
pub(crate) mod search;
pub(crate) mod stage;
pub(crate) mod writer;
