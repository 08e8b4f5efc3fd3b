//! A baseline survives what happens to histories: made before, it applies after a rewrite to everything that is still
//! there, and to nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::{Secret, TenantId, Unwatched, Verdict, WorkspaceKey};
use git::Repository;
use rewrite::{CleanOptions, Replacement, Request};
use scan::baseline::Baseline;
use scan::baseline::document::BaselineDocument;
use scan::suppress::{Policy, suppress};
use scan::{RuleSet, ScanOptions, ScanReport, scan_history};
use testkit::random::Random;
use testkit::script::token;
use testkit::stock::{everything, feed, feed_bytes, git, git_bytes, holds};

/// How many histories are tried; 100 without it.
const HISTORIES: &str = "DEPLOYGUARD_TEST_HISTORIES";

/// What is done to a history.
const REWRITES: [&str; 8] = [
    "rebased",
    "filtered",
    "another root",
    "squashed",
    "moved",
    "indented",
    "authors",
    "cleaned",
];

fn scanned(path: &Path, rules: &RuleSet, key: &WorkspaceKey) -> (Repository, ScanReport) {
    let repo = Repository::open(path).unwrap();
    let options = ScanOptions {
        threads: 1,
        ..ScanOptions::default()
    };
    let report = scan_history(&repo, rules, key, &options, &Unwatched).unwrap();
    (repo, report)
}

#[test]
fn a_baseline_applies_to_the_same_secrets_after_every_kind_of_rewrite() {
    let histories = std::env::var(HISTORIES).map_or(100, |text| text.parse().unwrap());
    let rules = RuleSet::builtin().unwrap();
    let key = WorkspaceKey::derive(b"a made-up root", &TenantId::new("test"));
    // Most of the time is stock git's, so that one thread for each processor pays.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = |worker| {
        let seeds = (0..histories).skip(worker).step_by(workers);
        let counts = seeds.map(|seed| one_history(seed, &rules, &key));
        counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let (applied, gone) = std::thread::scope(|scope| {
        let share = &share;
        let running: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || share(worker)))
            .collect();
        let counts = running.into_iter().map(|worker| worker.join().unwrap());
        counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    // Each history but the shortest has several, and each that was cleaned has lost one.
    let enough = applied > 2 * histories && gone >= histories / REWRITES.len() as u64;
    assert!(enough, "{applied} applied, {gone} gone");
}

/// How many entries still apply, and how many have lost their secret.
fn one_history(seed: u64, rules: &RuleSet, key: &WorkspaceKey) -> (u64, u64) {
    let name = REWRITES[usize::try_from(seed).unwrap() % REWRITES.len()];
    let told = format!("seed {seed}, {name}");
    let folder = tempfile::tempdir().unwrap();
    let [before, after] = ["before", "after"].map(|name| folder.path().join(name));
    fs::create_dir(&before).unwrap();
    let number = u32::try_from(seed).unwrap() * 16;
    let words: Vec<_> = (number..number + 4).map(token).collect();
    let random = Random {
        seed,
        commits: 25,
        words: &words,
        object_format: "sha1",
    };
    random.make(&before);
    let key_line = add_key(&before, seed);
    let (repo, report) = scanned(&before, rules, key);
    let entries = report.findings.len() as u64;
    assert!(entries > 1, "{told}");
    let document = BaselineDocument::new(&report, key);
    let text = serde_json::to_vec(&document).unwrap();
    let document: BaselineDocument = serde_json::from_slice(&text).unwrap();
    let baseline = Baseline::new("known.json", document.into_entries());

    match name {
        "cleaned" => clean_one(&repo, &report, &after),
        "squashed" => squash(&before, &after),
        "rebased" => rebase(&before, &after),
        "filtered" => match filter_repo() {
            Some(peer) => filter(&peer, &before, &after),
            None => edit(&before, &after, "moved"),
        },
        _ => edit(&before, &after, name),
    }
    // What came in later is not accepted.
    let later = token(number + 9);
    let blob = feed(
        &after,
        &["hash-object", "-w", "--stdin"],
        format!("token={later}\n").as_bytes(),
    );
    git(&after, &["update-ref", "refs/tags/later", blob.trim()]);

    let (repo, mut report) = scanned(&after, rules, key);
    let all = everything(&after);
    let suppression = suppress(
        &mut report,
        &repo,
        key,
        &Policy::default(),
        &[baseline],
        true,
    );
    let left: Vec<_> = report
        .findings
        .iter()
        .map(|finding| report.values[&finding.id].first().clone())
        .collect();
    assert_eq!(left, [Secret::new(later.into_bytes())], "{told}");
    assert_eq!(report.verdict(), Verdict::Findings, "{told}");
    let all_words = words.iter().chain([&key_line]);
    let still = all_words.filter(|word| holds(&all, word)).count();
    let account = &suppression.accounts[0];
    assert_eq!(account.findings, still as u64, "{told}");
    let gone = entries - account.findings;
    assert_eq!(account.stale, Some(gone), "{told}");
    (account.findings, gone)
}

/// A private key in a file on a branch of its own: a value of several lines. Gives one of them.
fn add_key(folder: &Path, seed: u64) -> String {
    let line =
        token(u32::try_from(seed).unwrap() * 16 + 5).replace('_', "/") + "0123456789abcdefghijklmn";
    let (begin, end) = ("-----BEGIN", "END");
    let kind = ["RSA PRI", "VATE KEY-----"].concat();
    let lines = format!("  {line}\n").repeat(5);
    let text = format!("tls:\n  {begin} {kind}\n{lines}  -----{end} {kind}\n");
    let commit = format!(
        "commit refs/heads/keys\ncommitter K <k@example.com> 1700000000 +0000\ndata 4\nKey\nM 100644 inline tls.yml\ndata {}\n{text}\n",
        text.len()
    );
    feed(folder, &["fast-import", "--quiet"], commit.as_bytes());
    line
}

fn clean_one(repo: &Repository, report: &ScanReport, after: &Path) {
    let id = &report.findings[0].id;
    let chosen = Replacement::new(id.clone(), report.values[id].first().clone());
    let request = Request::from(vec![chosen]);
    rewrite::clean(repo, &request, after, &CleanOptions::default(), &Unwatched).unwrap();
}

/// Every branch becomes one commit without a past.
fn squash(before: &Path, after: &Path) {
    git(
        before,
        &["clone", "-q", "--mirror", ".", after.to_str().unwrap()],
    );
    for name in git(before, &["for-each-ref", "--format=%(refname)"]).lines() {
        if name.starts_with("refs/heads/") {
            let tree = format!("{name}^{{tree}}");
            let commit = git(after, &["commit-tree", "-m", "All of it", &tree]);
            git(after, &["update-ref", name, commit.trim()]);
        } else {
            git(after, &["update-ref", "-d", name]);
        }
    }
    git(after, &["gc", "-q", "--prune=now"]);
}

/// What stands on the default branch, one commit after the other, rebased onto another root.
fn rebase(before: &Path, after: &Path) {
    git(
        before,
        &["clone", "-q", "--no-checkout", ".", after.to_str().unwrap()],
    );
    let mut parent = None;
    for commit in git(after, &["rev-list", "--first-parent", "--reverse", "HEAD"]).lines() {
        let tree = format!("{commit}^{{tree}}");
        let parents = parent.iter().flat_map(|parent: &String| ["-p", parent]);
        let args: Vec<&str> = ["commit-tree", "-m", "A step", &tree]
            .into_iter()
            .chain(parents)
            .collect();
        let step = git(after, &args);
        parent = Some(step.trim().to_owned());
    }
    let root = feed(after, &["hash-object", "-w", "-t", "tree", "--stdin"], b"");
    let root = git(after, &["commit-tree", "-m", "Another root", root.trim()]);
    git(
        after,
        &["checkout", "-q", "-f", "--detach", &parent.unwrap()],
    );
    git(after, &["rebase", "-q", "--root", "--onto", root.trim()]);
    for name in git(after, &["for-each-ref", "--format=%(refname)"]).lines() {
        git(after, &["update-ref", "--no-deref", "-d", name]);
    }
    git(after, &["reflog", "expire", "--expire=now", "--all"]);
    git(after, &["gc", "-q", "--prune=now"]);
}

/// Where git-filter-repo is, if it is installed.
fn filter_repo() -> Option<PathBuf> {
    let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/stack/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain([stack]);
    folders.find_map(|folder| fs::canonicalize(folder.join("git-filter-repo")).ok())
}

/// Every path moved and every message changed by git-filter-repo.
fn filter(peer: &Path, before: &Path, after: &Path) {
    delete_tags(before);
    git(
        before,
        &["clone", "-q", "--mirror", ".", after.to_str().unwrap()],
    );
    let output = Command::new(peer)
        .current_dir(after)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", after)
        .args(["--force", "--quiet", "--path-rename", ":moved/"])
        .args(["--message-callback", "return message + b'(filtered)'"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// The history, written anew by stock git with something changed all along.
fn edit(before: &Path, after: &Path, name: &str) {
    delete_tags(before);
    let stream = git_bytes(
        before,
        &[
            "fast-export",
            "--all",
            "--reencode=no",
            "--signed-tags=verbatim",
        ],
    );
    fs::create_dir(after).unwrap();
    git(after, &["init", "-q", "--bare", "-b", "main", "."]);
    feed_bytes(after, &["fast-import", "--quiet"], &edited(&stream, name));
}

/// The export knows no tags of trees, files and tags; a stash would bring a branch in.
fn delete_tags(before: &Path) {
    let names = [
        "tags/tree",
        "tags/v1-signed",
        "tags/blob",
        "tags/blob-itself",
        "stash",
    ];
    let gone = names.map(|name| format!("delete refs/{name}\n")).concat();
    feed(before, &["update-ref", "--stdin"], gone.as_bytes());
}

/// A stream of `git fast-export` with something changed all along.
fn edited(stream: &[u8], name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(stream.len() * 2);
    if name == "another root" {
        out.extend_from_slice(ROOT.as_bytes());
    }
    let (mut rest, mut thing) = (stream, &b""[..]);
    while let Some(line) = rest.split_inclusive(|byte| *byte == b'\n').next() {
        rest = &rest[line.len()..];
        if [&b"blob\n"[..], b"commit ", b"tag "]
            .iter()
            .any(|word| line.starts_with(word))
        {
            thing = line;
        }
        let Some(length) = line.strip_prefix(b"data ") else {
            out.extend(edited_line(line, name));
            continue;
        };
        let length = String::from_utf8_lossy(length).trim().parse().unwrap();
        let (data, behind) = rest.split_at(length);
        rest = behind.strip_prefix(b"\n").unwrap_or(behind);
        let is_text = thing == b"blob\n" && !data.contains(&0);
        let data = if name == "indented" && is_text {
            indented(data)
        } else {
            data.to_vec()
        };
        out.extend(format!("data {}\n", data.len()).into_bytes());
        out.extend(data);
        out.push(b'\n');
        let is_root = thing.starts_with(b"commit ") && !rest.starts_with(b"from ");
        if name == "another root" && is_root {
            out.extend_from_slice(b"from :900000\n");
        }
    }
    out
}

const ROOT: &str = "commit refs/heads/root\nmark :900000\ncommitter R O Ot <root@example.com> 1 +0000\ndata 5\nRoot\n\nM 100644 inline ROOT\ndata 2\n#\n\n\n";

fn edited_line(line: &[u8], name: &str) -> Vec<u8> {
    let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    let part = |count: usize| {
        let mut spaces = line.iter().enumerate().filter(|(_, byte)| **byte == b' ');
        spaces.nth(count).map_or(line.len(), |(at, _)| at + 1)
    };
    match (name, word) {
        ("authors", b"author" | b"committer") => {
            let time = line.iter().rposition(|byte| *byte == b'>').unwrap();
            [word, b" Amen Ded <amended@example.com", &line[time..]].concat()
        }
        ("moved", b"M" | b"D") => {
            let (head, path) = line.split_at(part(if word == b"M" { 2 } else { 0 }));
            let quote = usize::from(path.starts_with(b"\""));
            [head, &path[..quote], b"moved/to/", &path[quote..]].concat()
        }
        _ => line.to_vec(),
    }
}

fn indented(text: &[u8]) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.flat_map(|line| [b"\t    ", line].concat()).collect()
}
