//! Repositories made with stock git, and what stock git reads from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use git::HashKind;
use tempfile::TempDir;

/// How the objects are stored.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    Loose,
    OnePack,
    TwoPacksAndLoose,
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "A U Thor")
            .env(format!("GIT_{role}_EMAIL"), "author@example.com");
        command.env(format!("GIT_{role}_DATE"), "1700000000 +0100");
    }
    command
}

/// Runs git and gives what it prints.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args).output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A bare repository with 60 commits on two branches, merges, tags of all kinds, a large file that changes a little.
pub(crate) fn history(hash: HashKind, layout: Layout) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(
        path,
        &[
            "init",
            "-q",
            "--bare",
            "-b",
            "main",
            &format!("--object-format={}", hash.name()),
        ],
    );
    git(path, &["config", "fastimport.unpackLimit", "100000"]);
    fast_import(path, 0..40);
    match layout {
        Layout::Loose => fast_import(path, 40..60),
        Layout::OnePack => {
            fast_import(path, 40..60);
            git(
                path,
                &[
                    "repack",
                    "-q",
                    "-a",
                    "-d",
                    "-f",
                    "--depth=50",
                    "--window=20",
                ],
            );
        }
        Layout::TwoPacksAndLoose => {
            git(path, &["repack", "-q", "-a", "-d"]);
            fast_import(path, 40..50);
            git(path, &["repack", "-q"]);
            fast_import(path, 50..60);
        }
    }
    git(path, &["tag", "-a", "-m", "annotated", "v1", "main"]);
    git(path, &["tag", "-a", "-m", "of a tag", "v1-again", "v1"]);
    git(
        path,
        &["tag", "-a", "-m", "of a tree", "tree", "main^{tree}"],
    );
    folder
}

fn fast_import(path: &Path, commits: std::ops::Range<u32>) {
    let mut script = String::new();
    let mut begun = Vec::new();
    for n in commits {
        let changed = |line| if line == n * 7 % 400 { n } else { 0 };
        let big = (0..400).fold(String::new(), |big, line| {
            format!("{big}line {line} {}\n", changed(line))
        });
        let branch = if n % 5 == 4 { "side" } else { "main" };
        let _ = write!(
            script,
            "commit refs/heads/{branch}\ncommitter C <c@d> {} +0000\ndata 6\nn{n:04}\n",
            1_600_000_000 + n
        );
        // A branch that this stream has not touched yet is read from the repository (`^0`).
        let known = begun.contains(&branch);
        match n {
            0 => {}
            4 => script.push_str("from refs/heads/main\n"),
            _ if known => {}
            _ => script.extend(["from refs/heads/", branch, "^0\n"]),
        }
        begun.push(branch);
        if n % 10 == 9 {
            script.push_str("merge refs/heads/main\n");
        }
        let _ = write!(
            script,
            "M 100644 inline big.txt\ndata {}\n{big}\n",
            big.len()
        );
        let small = format!("content {n}");
        let _ = write!(
            script,
            "M 100644 inline dir/sub/f{}.txt\ndata {}\n{small}\n",
            n % 7,
            small.len()
        );
    }
    let mut child = command(path, &["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
}

/// Id → kind and content, as `git cat-file` gives them.
pub(crate) fn objects_by_git(path: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let output = command(path, &["cat-file", "--batch-all-objects", "--batch"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let (mut objects, mut rest) = (BTreeMap::new(), &output.stdout[..]);
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let header = std::str::from_utf8(&rest[..end]).unwrap();
        let [id, kind, size] = header.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{header}")
        };
        let size: usize = size.parse().unwrap();
        let data = rest[end + 1..end + 1 + size].to_vec();
        objects.insert(id.to_owned(), (kind.to_owned(), data));
        rest = &rest[end + 2 + size..];
    }
    objects
}

/// Packs are read-only on disk.
pub(crate) fn make_writable(file: &Path) {
    let mut permissions = std::fs::metadata(file).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false)] // a test's own file
    permissions.set_readonly(false);
    std::fs::set_permissions(file, permissions).unwrap();
}
