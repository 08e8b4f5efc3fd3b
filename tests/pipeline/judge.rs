//! Stock git judges what came out.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Runs stock git without any user's configuration; gives what it prints.
pub(crate) fn git(folder: &Path, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(args)
        .env_clear()
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", folder);
    let output = command
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The repository is whole, and none of `values` is in any of its objects or ref names.
pub(crate) fn holds_none_of(repo: &Path, values: &[String]) {
    git(repo, &["fsck", "--full", "--strict"]);
    let mut everything = git(repo, &["cat-file", "--batch-all-objects", "--batch"]);
    everything.extend(git(repo, &["for-each-ref"]));
    for value in values {
        let found = everything
            .windows(value.len())
            .any(|window| window == value.as_bytes());
        assert!(!found, "a planted value is left in {}", repo.display());
    }
}

/// Ref → id, for branches and tags.
pub(crate) fn refs(repo: &Path) -> BTreeMap<String, String> {
    let listed = git(
        repo,
        &[
            "for-each-ref",
            "--format=%(refname) %(objectname)",
            "refs/heads",
            "refs/tags",
        ],
    );
    String::from_utf8(listed)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, id)| (name.to_owned(), id.to_owned()))
        .collect()
}

/// Authors and dates of all commits, in the order of the history: the same before and after.
pub(crate) fn people(repo: &Path) -> Vec<u8> {
    git(
        repo,
        &[
            "log",
            "--all",
            "--topo-order",
            "--date-order",
            "--format=%an <%ae> %ad %cn <%ce> %cd",
        ],
    )
}

/// Path → blob id in the tip of a branch.
pub(crate) fn files(repo: &Path, branch: &str) -> BTreeMap<String, String> {
    let listed = git(
        repo,
        &[
            "ls-tree",
            "-r",
            "-z",
            "--format=%(path)%x09%(objectname)",
            branch,
        ],
    );
    let text = String::from_utf8_lossy(&listed).into_owned();
    text.split('\0')
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, id)| (path.to_owned(), id.to_owned()))
        .collect()
}
