//! Stock git, the oracle: run without any user's configuration, with fixed people and dates.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// `git` in `folder`, with an environment of its own.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).args(args).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "A U Thor");
        command.env(format!("GIT_{role}_EMAIL"), "author@example.com");
        command.env(format!("GIT_{role}_DATE"), "1700000000 +0100");
    }
    command
}

/// Runs git; gives what it prints.
///
/// # Panics
/// If git fails.
pub fn git(folder: &Path, args: &[&str]) -> String {
    String::from_utf8_lossy(&git_bytes(folder, args)).into_owned()
}

/// Runs git; gives what it prints, as bytes.
///
/// # Panics
/// If git fails.
pub fn git_bytes(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = command(folder, args).output().expect("git is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    output.stdout
}

/// Runs git with this input; gives what it prints.
///
/// # Panics
/// If git fails.
pub fn feed(folder: &Path, args: &[&str], input: &[u8]) -> String {
    String::from_utf8_lossy(&feed_bytes(folder, args, input)).into_owned()
}

/// Runs git with this input; gives what it prints, as bytes.
///
/// # Panics
/// If git fails.
pub fn feed_bytes(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        let output = child.wait_with_output().expect("git runs to its end");
        assert!(output.status.success(), "git {args:?} failed");
        output.stdout
    })
}

/// Checks the repository as strictly as git can; gives what it complains of.
pub fn fsck(folder: &Path) -> Result<(), String> {
    let output = command(folder, &["fsck", "--full", "--strict", "--no-dangling"]).output();
    let output = output.map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(())
    } else {
        Err(said)
    }
}

/// Every object's content (and id and kind), one after the other, and every ref's name.
pub fn everything(folder: &Path) -> Vec<u8> {
    let mut all = git_bytes(folder, &["cat-file", "--batch-all-objects", "--batch"]);
    all.extend(git_bytes(folder, &["for-each-ref"]));
    all
}

/// Whether `value` stands somewhere in `haystack`.
pub fn holds(haystack: &[u8], value: &str) -> bool {
    haystack
        .windows(value.len())
        .any(|window| window == value.as_bytes())
}

/// Makes every packed object of a bare repository loose.
///
/// # Panics
/// If that cannot be done.
pub fn unpack(repo: &Path) {
    let packs = repo.join("objects/pack");
    // Git passes over what it has already, so the packs must be out of its sight.
    let aside = repo.join("aside");
    std::fs::rename(&packs, &aside).expect("the repository is ours");
    std::fs::create_dir(&packs).expect("the repository is ours");
    for entry in std::fs::read_dir(&aside).expect("the repository is ours") {
        let file = entry.expect("the repository is ours").path();
        if file.extension().is_some_and(|kind| kind == "pack") {
            feed(
                repo,
                &["unpack-objects", "-q"],
                &std::fs::read(file).expect("the repository is ours"),
            );
        }
    }
}
