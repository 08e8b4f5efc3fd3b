//! Ctrl-C, `kill` and `kill -9` at many moments of a real run: what they leave is the old state or the new one, whole, or what the next
//! run brings back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use testkit::stock::{everything, fsck, git_bytes, holds};

use crate::in_place::{IN_PLACE, UNDO};
use crate::workbench::{Bench, git, password};

/// So many moments of each kind of run; each is one condition, and a few looks later.
const MOMENTS: u64 = 24;

/// What a run has come to, seen from outside.
type Sign = (&'static str, fn(&Path) -> bool);

const PAPERS: [&str; 3] = [
    "deployguard-certificate.json",
    "CHECKLIST.md",
    "deployguard-pre-receive",
];

const SIGNS_OUTSIDE: [Sign; 3] = [
    ("it began", |_| true),
    ("it writes", |folder| find(folder, "clean.git.").is_some()),
    ("it is done", |folder| folder.join("clean.git").exists()),
];

const SIGNS: [Sign; 8] = [
    ("it began", |_| true),
    ("it writes", |git_dir| {
        find(git_dir, "deployguard-clean-").is_some()
    }),
    ("it has locked", |git_dir| {
        git_dir.join("index.lock").exists()
    }),
    ("it writes the bundle", |git_dir| {
        backup_has(git_dir, "history.bundle")
    }),
    ("it is ready", |git_dir| {
        backup_has(git_dir, "deployguard-undo.json")
    }),
    ("HEAD is new", |git_dir| {
        backup_has(git_dir, "deployguard-undo.json") && !git_dir.join("refs/heads/loose-1").exists()
    }),
    ("the logs are put away", |git_dir| {
        backup_has(git_dir, "logs")
    }),
    ("the papers are there", |git_dir| {
        git_dir.join("deployguard-certificate.json").exists()
    }),
];

fn sign(moment: u64) -> Sign {
    SIGNS[usize::try_from(moment).unwrap() % SIGNS.len()]
}

fn find(git_dir: &Path, prefix: &str) -> Option<PathBuf> {
    let paths = fs::read_dir(git_dir)
        .ok()?
        .flatten()
        .map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.trim_start_matches('.').starts_with(prefix)
    };
    paths.into_iter().find(is_it)
}

fn backup_has(git_dir: &Path, name: &str) -> bool {
    find(git_dir, "deployguard-backup-").is_some_and(|backup| backup.join(name).exists())
}

/// A clone with a secret in its history and its files, many loose refs and objects, a pack, an edited and a staged file, and a stash.
fn with_work() -> Bench {
    let bench = Bench::with_secrets();
    let secret = format!("DATABASE_PASSWORD={}\n", password());
    let file = bench.repo().join("settings.env");
    fs::write(&file, &secret).unwrap();
    bench.commit("Settings");
    bench.git(&["repack", "-q", "-d"]);
    for number in 0..20 {
        fs::write(&file, format!("{secret}port={number}\n")).unwrap();
        bench.commit("Another port");
        bench.git(&["branch", &format!("loose-{number}")]);
    }
    fs::write(&file, format!("{secret}stashed=1\n")).unwrap();
    bench.git(&["stash", "-q"]);
    fs::write(&file, format!("{secret}edited=1\n")).unwrap();
    fs::write(bench.repo().join("staged.txt"), "staged\n").unwrap();
    bench.git(&["add", "staged.txt"]);
    bench
}

/// All that a person has in a clone, as stock git tells it.
#[derive(Debug, PartialEq)]
struct State {
    told: Vec<String>,
    objects: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

fn state(repo: &Path) -> State {
    assert_eq!(fsck(repo), Ok(()));
    let questions = [
        &["for-each-ref"][..],
        &["symbolic-ref", "HEAD"],
        &["ls-files", "--stage"],
        &["status", "--porcelain"],
        &["stash", "list", "--format=%H %gs"],
        &["reflog", "--all", "--format=%H %gs"],
    ];
    let names = ["settings.env", "staged.txt", "README.md"];
    // One may be removed.
    let read = |name: &str| {
        let content = fs::read(repo.join(name)).unwrap_or_default();
        (name.to_owned(), content)
    };
    State {
        told: questions.iter().map(|args| git(repo, args)).collect(),
        objects: git_bytes(repo, &["cat-file", "--batch-all-objects", "--batch"]),
        files: names.into_iter().map(read).collect(),
    }
}

/// Nothing in the repository that belongs to a run.
fn is_tidy(git_dir: &Path) {
    for prefix in [
        "deployguard-clean-",
        "deployguard-heal-",
        "index.lock",
        "packed-refs.lock",
        "HEAD.lock",
    ] {
        assert_eq!(find(git_dir, prefix), None);
    }
    let packs = fs::read_dir(git_dir.join("objects/pack")).unwrap();
    let names = packs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stray: Vec<_> = names.filter(|name| name.starts_with("tmp")).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

/// A copy of `from` to work on.
fn copy(from: &Bench) -> Bench {
    let bench = Bench::new();
    let (from, to) = (from.repo(), bench.path().to_owned());
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
    bench
}

/// Starts a run and sends it a signal at a moment: when the sign is there, and so many looks later, or when it is over.
fn interrupted(
    bench: &Bench,
    args: &[&str],
    ((name, sign), folder): (Sign, &Path),
    moment: u64,
    signal: &str,
) -> String {
    let mut command = bench.command(args);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_over = |child: &mut Child| child.try_wait().unwrap().is_some();
    while !is_over(&mut child) && !sign(folder) {}
    // Any number does that differs from moment to moment.
    let looks = (moment * 7919) % if name == "it began" { 997 } else { 61 };
    (0..looks).for_each(|_| {
        is_over(&mut child);
    });
    if signal == "KILL" {
        child.kill().unwrap();
    } else if !is_over(&mut child) {
        let pid = child.id().to_string();
        // It may have ended just now.
        drop(
            Command::new("kill")
                .args([format!("-{signal}"), pid])
                .status(),
        );
    }
    let ended = child.wait().unwrap();
    format!("{signal} at moment {moment}, when {name}: {ended}")
}

/// The state before and after a run that nobody interrupts.
fn both(template: &Bench, args: &[&str]) -> [State; 2] {
    let old = state(&template.repo());
    let bench = copy(template);
    assert_eq!(bench.run(args).code, Some(0));
    let new = state(&bench.repo());
    let is_clean = !holds(&everything(&bench.repo()), &password());
    assert!(is_clean == args.contains(&"--all") && old != new);
    [old, new]
}

#[test]
fn what_a_kill_leaves_in_place_the_next_run_finishes_or_undoes() {
    killed_in_place(&IN_PLACE, MOMENTS);
}

#[test]
fn what_a_kill_leaves_of_removing_files_in_place_too() {
    let removing = ["clean", "--repo-path", "repo", "--remove-file"];
    let removing = [&removing[..], &["README.md", "--in-place", "--execute"]].concat();
    killed_in_place(&removing, MOMENTS);
}

fn killed_in_place(args: &[&str], moments: u64) {
    let template = with_work();
    let [old, new] = both(&template, args);
    for moment in 0..moments {
        let bench = copy(&template);
        let git_dir = bench.repo().join(".git");
        let told = interrupted(&bench, args, (sign(moment), &git_dir), moment, "KILL");
        if (moment / 8) % 2 == 0 {
            let undone = bench.run(&UNDO);
            // There may be nothing to undo yet.
            assert!(matches!(undone.code, Some(0 | 2)), "{told}: {undone:?}");
            assert!(state(&bench.repo()) == old, "{told}");
            assert_eq!(find(&git_dir, "deployguard-backup-"), None, "{told}");
        } else {
            let again = bench.run(args);
            assert_eq!(again.code, Some(0), "{told}: {again:?}");
            assert!(state(&bench.repo()) == new, "{told}");
        }
        is_tidy(&git_dir);
    }
}

#[test]
fn an_undo_that_is_killed_comes_to_its_end_the_next_time() {
    let template = with_work();
    let [old, _] = both(&template, &IN_PLACE);
    let done = copy(&template);
    assert_eq!(done.run(&IN_PLACE).code, Some(0));
    for moment in 0..MOMENTS {
        let bench = copy(&done);
        let git_dir = bench.repo().join(".git");
        let has_locked = sign(2);
        let told = interrupted(&bench, &UNDO, (has_locked, &git_dir), moment, "KILL");
        let undone = bench.run(&UNDO);
        assert!(matches!(undone.code, Some(0 | 2)), "{told}: {undone:?}");
        assert!(state(&bench.repo()) == old, "{told}");
        is_tidy(&git_dir);
    }
}

#[test]
fn what_is_interrupted_in_place_is_whole_at_once() {
    let template = with_work();
    let [old, new] = both(&template, &IN_PLACE);
    for moment in 0..MOMENTS {
        let bench = copy(&template);
        let git_dir = bench.repo().join(".git");
        let signal = if moment % 2 == 0 { "INT" } else { "TERM" };
        let told = interrupted(
            &bench,
            &IN_PLACE,
            (sign(moment / 2), &git_dir),
            moment,
            signal,
        );
        let now = state(&bench.repo());
        assert!(now == old || now == new, "{told}");
        is_tidy(&git_dir);
        let is_kept = find(&git_dir, "deployguard-backup-").is_some();
        assert_eq!(is_kept, now == new, "{told}");
    }
}

#[test]
fn what_is_interrupted_on_the_way_to_a_new_folder_leaves_a_whole_one_or_none() {
    let bench = with_work();
    let before = bench.files();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--all",
        "--execute",
        "--output-dir",
        "clean.git",
    ];
    for moment in 0..MOMENTS {
        let signal = ["INT", "TERM", "KILL"][usize::try_from(moment).unwrap() % 3];
        let sign = SIGNS_OUTSIDE[usize::try_from(moment).unwrap() / 3 % 3];
        let told = interrupted(&bench, &args, (sign, bench.path()), moment, signal);
        if signal == "KILL" {
            // What is there has all its papers; what it was killed over goes with the next run.
            let clean = bench.path().join("clean.git");
            let has_papers = PAPERS.iter().all(|paper| clean.join(paper).is_file());
            assert!(has_papers || !clean.exists(), "{told}");
            let _ = fs::remove_dir_all(clean);
            let again = bench.run(&args);
            assert_eq!(again.code, Some(0), "{told}: {again:?}");
        }
        let clean = bench.path().join("clean.git");
        if clean.exists() {
            assert_eq!(fsck(&clean), Ok(()), "{told}");
            assert!(!holds(&everything(&clean), &password()), "{told}");
            for paper in PAPERS {
                assert!(clean.join(paper).is_file(), "{told}");
            }
            fs::remove_dir_all(&clean).unwrap();
        }
        let after = bench.files();
        assert!(after == before, "{told}");
        assert_eq!(fs::read_dir(bench.path()).unwrap().count(), 1, "{told}");
    }
}
