//! The repository keeps its own rules: one slug names one thing, crates depend downwards only, files stay short,
//! and what a function may touch is said three times alike (main.rs, manifest, template).

mod ceilings;
mod files;
mod manifests;
mod ranks;
mod slugs;
mod table;
mod template;
mod touches;
