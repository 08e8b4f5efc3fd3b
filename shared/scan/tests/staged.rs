//! What is staged, in every version of Git's index, judged by stock git.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::path::Path;

use domain::{TenantId, Unwatched, Verdict, WorkspaceKey};
use git::{Repository, staging};
use scan::{LIKELY, RuleSet, ScanOptions, ScanReport, scan_staged};
use testkit::script::token;
use testkit::stock::git;

fn staged(path: &Path) -> ScanReport {
    let rules = RuleSet::builtin().unwrap();
    let key = WorkspaceKey::derive(b"test", &TenantId::new("test"));
    let repo = Repository::open(path).unwrap();
    scan_staged(&repo, &rules, &key, &ScanOptions::default(), &Unwatched).unwrap()
}

fn commit(path: &Path) {
    let who = ["-c", "user.name=A", "-c", "user.email=a@b"];
    git(
        path,
        &[&who[..], &["commit", "-q", "-m", "A commit"]].concat(),
    );
}

#[test]
fn what_is_staged_is_what_git_lists() {
    for (version, format) in [("2", "sha1"), ("3", "sha1"), ("4", "sha1"), ("4", "sha256")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        git(
            path,
            &[
                "init",
                "-q",
                "-b",
                "main",
                &format!("--object-format={format}"),
                ".",
            ],
        );
        git(path, &["config", "index.version", version]);
        std::fs::create_dir_all(path.join("a/b")).unwrap();
        for n in 0..40 {
            let folder = ["", "a/", "a/b/"][n % 3];
            let name = format!("{folder}{}{n}", "näme ".repeat(n % 9));
            std::fs::write(path.join(name), format!("{}", n / 2)).unwrap();
        }
        git(path, &["add", "-A"]);
        git(path, &["update-index", "--skip-worktree", "a/näme 1"]);
        std::fs::write(path.join("later"), "later").unwrap();
        git(path, &["add", "-N", "later"]);
        let listed = git(path, &["-c", "core.quotePath=false", "ls-files", "-s"]);
        let expected: Vec<String> = listed
            .lines()
            .filter(|line| !line.ends_with("\tlater"))
            .map(|line| {
                format!(
                    "{} {}",
                    line.split(' ').nth(1).unwrap(),
                    line.split('\t').nth(1).unwrap()
                )
            })
            .collect();
        let files = staging::files(&Repository::open(path).unwrap()).unwrap();
        let ours: Vec<String> = files
            .iter()
            .map(|file| format!("{} {}", file.id, String::from_utf8_lossy(&file.path)))
            .collect();
        assert_eq!(ours, expected, "version {version}");
        assert_eq!(expected.len(), 40);
    }
}

#[test]
fn only_new_secrets_of_changed_files_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let [old, new, other] = [1, 2, 3].map(token);
    git(path, &["init", "-q", "-b", "main", "."]);
    assert_eq!(
        staged(path).verdict().as_str(),
        "clean",
        "nothing was ever staged"
    );
    std::fs::write(path.join("old"), &old).unwrap();
    git(path, &["add", "-A"]);
    let report = staged(path);
    assert_eq!(
        (report.verdict(), report.findings.len()),
        (Verdict::Findings, 1)
    );
    let finding = &report.findings[0];
    assert_eq!(
        (finding.file_path.as_str(), finding.line_number),
        ("old", 1)
    );
    assert_eq!(finding.commit_hash, "");
    commit(path);
    assert_eq!(staged(path).verdict().as_str(), "clean");
    // Touched and moved, with an old secret; another file has a new one.
    std::fs::create_dir(path.join("folder")).unwrap();
    std::fs::rename(path.join("old"), path.join("folder/moved")).unwrap();
    git(path, &["add", "-A"]);
    assert_eq!(staged(path).verdict().as_str(), "clean");
    std::fs::write(path.join("folder/moved"), format!("more\n{old}")).unwrap();
    git(path, &["add", "-A"]);
    assert_eq!(staged(path).verdict().as_str(), "clean");
    std::fs::write(path.join("b"), format!("\n\n{new}\n{other}")).unwrap();
    git(path, &["add", "-A"]);
    let report = staged(path);
    let mut lines: Vec<_> = report
        .findings
        .iter()
        .map(|f| (f.file_path.as_str(), f.line_number))
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [("b", 3), ("b", 4)]);
    assert!(report.coverage.complete().is_ok());
}

#[test]
fn a_staged_file_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "-q", "-b", "main", "."]);
    std::fs::write(path.join("a"), "a").unwrap();
    git(path, &["add", "-A"]);
    let id = git(path, &["rev-parse", ":a"]);
    let object = path.join(format!(".git/objects/{}/{}", &id[..2], id[2..].trim()));
    std::fs::remove_file(object).unwrap();
    assert_eq!(staged(path).verdict(), Verdict::Incomplete);
    let index = path.join(".git/index");
    let mut bytes = std::fs::read(&index).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&index, bytes).unwrap();
    assert!(staging::files(&Repository::open(path).unwrap()).is_err());
}

#[test]
fn the_path_of_a_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "-q", "."]);
    let entry = |word: &str| format!("machine git.acme.dev login deploy password {word}\n");
    let files = [
        ("tests/login.py", "password = \"kestrel41\"\n".to_owned()),
        ("app/login.py", "password = \"marigold52\"\n".to_owned()),
        ("app/notes", entry("secret")),
        ("app/.netrc", entry("password")),
    ];
    for (name, text) in &files {
        let file = path.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    git(path, &["add", "-A"]);
    let report = staged(path);
    let is_likely = |name: &str| {
        let mut all = report.findings.iter();
        all.find(|finding| finding.file_path == name)
            .unwrap()
            .confidence
            >= LIKELY
    };
    let likely = files.each_ref().map(|(name, _)| is_likely(name));
    assert_eq!(likely, [false, true, false, true]);
}
