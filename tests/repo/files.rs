//! What lies in the repository: the files that git knows, or would if they were added.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the root")
}

/// Every file that is not ignored, relative to the root.
pub(crate) fn all() -> Vec<PathBuf> {
    let mut command = Command::new("git");
    command.current_dir(root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git ls-files");
    let names = output.stdout.split(|byte| *byte == 0);
    let path = |name: &[u8]| PathBuf::from(String::from_utf8_lossy(name).into_owned());
    let exists = |path: &PathBuf| root().join(path).is_file();
    let files: Vec<_> = names
        .filter(|n| !n.is_empty())
        .map(path)
        .filter(exists)
        .collect();
    assert!(files.len() > 100, "the repository has files");
    files
}

/// Every Rust file.
pub(crate) fn rust() -> Vec<PathBuf> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "rs");
    all().into_iter().filter(is_rust).collect()
}

/// A file's text; bytes that are no text are replaced.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The folders directly below a folder, sorted.
pub(crate) fn folders(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(path)).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let is_crate = entry.path().join("Cargo.toml").is_file();
        is_crate.then(|| entry.file_name().into_string().expect("a plain name"))
    };
    let mut names: Vec<_> = entries.filter_map(name).collect();
    names.sort_unstable();
    names
}

/// The functions' slugs, sorted.
pub(crate) fn slugs() -> Vec<String> {
    folders("functions")
}
